import { afterEach, describe, expect, it } from 'vitest';
import type { SessionReader } from '../../../src/contracts/session';
import { ReplayPlayer } from '../../../src/runtime/replay/replay-player';
import { ReplayCanvas } from '../../../src/ui/replay/replay-canvas';
import { readFrameCode } from '../../fixtures/scene/frame-code';
import { watchFrames } from '../sources/frame-census';
import {
  indexOfCentre,
  makeNumberedSession,
  NUMBERED_HEIGHT_PX,
  NUMBERED_WIDTH_PX,
  stallingTimesUs,
} from './numbered-session';

/** What a view showed: the number in the picture, the number of the box drawn on it, and the time it was said to be of. */
interface Sight {
  readonly pictureNumber: number | null;
  readonly boxNumber: number | null;
  readonly timeUs: number;
}

/** A player with one view on the page; everything shown is read back from the canvases. */
function openView(reader: SessionReader) {
  const host = document.createElement('div');
  host.style.cssText = `position: relative; width: ${NUMBERED_WIDTH_PX}px; height: ${NUMBERED_HEIGHT_PX}px`;
  const canvasIn = (): HTMLCanvasElement => {
    const canvas = document.createElement('canvas');
    canvas.style.cssText = 'position: absolute; inset: 0; width: 100%; height: 100%';
    host.append(canvas);
    return canvas;
  };
  const elements = { picture: canvasIn(), overlay: canvasIn(), compared: canvasIn() };
  document.body.append(host);
  const camera = reader.header.cameras[0];
  if (!camera) throw new Error('Expected a camera');
  const player = new ReplayPlayer({ reader, resultSet: 'live' });
  const canvas = new ReplayCanvas(camera, elements, null);
  canvas.setLayers({ boxes: true, labels: false, trails: false });
  const sights: Sight[] = [];
  player.onShow((picture) => {
    canvas.draw(picture);
    sights.push({
      pictureNumber: readFrameCode(elements.picture),
      boxNumber: readBoxNumber(elements.overlay),
      timeUs: picture.timeUs,
    });
  });
  return {
    player,
    sights,
    close: () => {
      player.close();
      canvas.dispose();
      host.remove();
    },
  };
}

/** The frame number that the only box on an overlay stands for; null: there is no box. */
function readBoxNumber(overlay: HTMLCanvasElement): number | null {
  const { width, height } = overlay;
  const data = overlay.getContext('2d')?.getImageData(0, 0, width, height).data;
  if (!data) return null;
  const scale = width / NUMBERED_WIDTH_PX;
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    if ((data[pixel * 4 + 3] ?? 0) === 0) continue;
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (left > right) return null;
  return indexOfCentre((left + right + 1) / 2 / scale, (top + bottom + 1) / 2 / scale);
}

/** Ticks with the display until playing ends. */
async function playToEnd(player: ReplayPlayer): Promise<void> {
  player.play();
  while (player.state.isPlaying) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    player.tick();
  }
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function open(container: 'mp4' | 'webm', count: number, keyFrameIntervalS = 1) {
  const timesUs = stallingTimesUs(count);
  const reader = await makeNumberedSession({
    container,
    timesUs,
    framesPerSegment: 120,
    keyFrameIntervalS,
  });
  const view = openView(reader);
  closers.push(view.close);
  return { ...view, timesUs, reader };
}

describe.each(['mp4', 'webm'] as const)('replay of 1,000 stalling pictures in %s', (container) => {
  it('steps through all of them with picture, box and time of the same frame', async () => {
    const { player, sights, timesUs } = await open(container, 1000);
    await player.seek(timesUs[0] ?? 0);
    sights.length = 0;
    for (let index = 1; index < timesUs.length; index += 1) await player.step(1);
    const expected = timesUs.slice(1).map((timeUs, index) => ({
      pictureNumber: index + 1,
      boxNumber: index + 1,
      timeUs,
    }));
    expect(sights).toEqual(expected);
  });

  it('steps back through the last 150, across segments', async () => {
    const { player, sights, timesUs } = await open(container, 400);
    await player.seek(timesUs[399] ?? 0);
    sights.length = 0;
    for (let index = 0; index < 150; index += 1) await player.step(-1);
    expect(sights).toEqual(
      Array.from({ length: 150 }, (_, step) => ({
        pictureNumber: 398 - step,
        boxNumber: 398 - step,
        timeUs: timesUs[398 - step],
      })),
    );
  });

  it('plays them with no box on another picture than its own, and none out of order', async () => {
    const { player, sights, timesUs } = await open(container, 1000);
    await player.seek(timesUs[0] ?? 0);
    player.setSpeed(4);
    sights.length = 0;
    const census = watchFrames();
    await playToEnd(player);
    await expect.poll(() => player.state.isWaiting).toBe(false);
    const off = sights.filter(
      ({ pictureNumber, boxNumber, timeUs }) =>
        pictureNumber === null || pictureNumber !== boxNumber || timesUs[pictureNumber] !== timeUs,
    );
    const numbers = sights.map(({ pictureNumber }) => pictureNumber ?? -1);
    expect(off).toEqual([]);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(numbers.at(-1)).toBe(999);
    // Four times 30 pictures a second are more than a display shows: most must have been shown, not a few.
    expect(new Set(numbers).size).toBeGreaterThan(250);
    player.close();
    await expect.poll(() => census.openCount()).toBe(0);
    census.stop();
  });
});
