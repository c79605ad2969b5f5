import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StageDriver, type StageElements } from '../../../src/ui/live/stage-driver';
import { FakeController } from './fake-controller';
import { STREET_CAMERAS } from './fake-street';

const ONLY_BOXES = { boxes: true, labels: false, trails: false };
/** A wall clock far from what the performance clock says, as after a night's sleep. */
const WALL_UNIX_MS = Date.now() + 8 * 3_600_000;

let elements: StageElements;
let driver: StageDriver;
let controller: FakeController;

beforeEach(async () => {
  elements = {
    video: document.createElement('video'),
    picture: document.createElement('canvas'),
    overlay: document.createElement('canvas'),
  };
  elements.video.muted = true;
  elements.overlay.style.width = '640px';
  elements.overlay.style.height = '360px';
  document.body.append(elements.video, elements.picture, elements.overlay);
  controller = new FakeController();
  driver = new StageDriver(controller, elements);
  driver.setLayers(ONLY_BOXES);
  await vi.waitFor(() => expect(elements.overlay.width).toBeGreaterThan(300));
});

afterEach(() => {
  driver.dispose();
  for (const element of [elements.video, elements.picture, elements.overlay]) element.remove();
  vi.restoreAllMocks();
});

/** Painted left of everything else: the scene's leftmost vehicle, which drives to the right. */
function leftmostPaintedX(): number {
  const { width, height } = elements.overlay;
  const data = elements.overlay.getContext('2d')?.getImageData(0, 0, width, height).data;
  let leftmost = width;
  for (let index = 0; index < width * height; index += 1) {
    if ((data?.[index * 4 + 3] ?? 0) > 100) leftmost = Math.min(leftmost, index % width);
  }
  return leftmost;
}

describe('StageDriver', () => {
  it('tells when a live frame was received once, with the first painting of its result', async () => {
    await controller.startCamera();
    controller.paintedUnixMs.length = 0;
    controller.tick();
    const receivedUnixMs = Date.now();
    await vi.waitFor(() => expect(controller.paintedUnixMs.length).toBeGreaterThan(3));
    const [first, ...later] = controller.paintedUnixMs;
    expect(Math.abs((first ?? 0) - receivedUnixMs)).toBeLessThan(1000);
    expect(later.every((told) => told === null)).toBe(true);
  });

  it('tells nothing of the kind for a recording, whose frames wait for their turn', async () => {
    await controller.openVideo(new File([], 'clip.mp4'));
    await vi.waitFor(() => {
      controller.tick();
      expect(controller.paintedUnixMs.length).toBeGreaterThan(2);
    });
    expect(controller.paintedUnixMs.every((told) => told === null)).toBe(true);
  });

  it('lets boxes run on with the wall clock also when the performance clock fell behind in a sleep', async () => {
    let wallUnixMs = WALL_UNIX_MS;
    vi.spyOn(Date, 'now').mockImplementation(() => wallUnixMs);
    await controller.startCamera();
    controller.drawMs.length = 0;
    controller.tick();
    await vi.waitFor(() => expect(controller.drawMs.length).toBeGreaterThan(0));
    const before = leftmostPaintedX();
    wallUnixMs += 400;
    // 60 frame pixels a second for 0.4 s, at half of the frame's size.
    await vi.waitFor(() => expect(leftmostPaintedX() - before).toBeGreaterThan(8));
  });

  it('shows only its own camera’s picture and vehicles, and tells the latency of the street', async () => {
    const [, cameraB] = STREET_CAMERAS;
    if (!cameraB) throw new Error('Expected a second camera, found none');
    await controller.startStreet();
    driver.setCamera(cameraB);
    controller.paintedUnixMs.length = 0;
    await vi.waitFor(() => {
      controller.tick(0.1);
      expect(driver.sights().map(({ trackId }) => trackId)).toEqual([2]);
    });
    expect(elements.picture.width).toBe(640);
    expect(controller.paintedUnixMs.some((told) => told !== null)).toBe(true);
    expect(driver.sights()[0]?.cameraLabel).toBe('Camera B');
  });

  it('says where on the page a vehicle and its label are', async () => {
    const [cameraA] = STREET_CAMERAS;
    driver.setLayers({ ...ONLY_BOXES, labels: true });
    await controller.startStreet();
    driver.setCamera(cameraA ?? null);
    await vi.waitFor(() => {
      controller.tick(0.1);
      expect(driver.sights()).not.toHaveLength(0);
    });
    const bounds = elements.overlay.getBoundingClientRect();
    const parked = driver.sights().find(({ trackId }) => trackId === 1);
    // 110 wide with its foot at 170, in a frame that is as large as the view.
    expect(parked?.box.width).toBeCloseTo(110, 0);
    expect(parked ? parked.box.top + parked.box.height - bounds.top : 0).toBeCloseTo(170, 0);
    const { label } = parked ?? {};
    expect(label ? label.top + label.height : 0).toBeCloseTo((parked?.box.top ?? 0) - 3, 0);
    driver.setLayers(ONLY_BOXES);
    await vi.waitFor(() => {
      controller.tick(0);
      expect(driver.sights()[0]?.label).toBeNull();
    });
  });

  it('cuts the place of a vehicle that leaves at the picture’s edge, and leaves out one that is gone', async () => {
    const [cameraA] = STREET_CAMERAS;
    await controller.startStreet();
    driver.setCamera(cameraA ?? null);
    await vi.waitFor(() => {
      // The red car has just begun to come in from the left.
      controller.tick(controller.seconds < 1.2 ? 0.2 : 0);
      expect(driver.sights().map(({ trackId }) => trackId)).toContain(3);
    });
    const bounds = elements.overlay.getBoundingClientRect();
    const coming = driver.sights().find(({ trackId }) => trackId === 3);
    expect(coming?.box.left).toBeCloseTo(bounds.left, 0);
    expect(coming?.box.width).toBeLessThan(60);
  });
});
