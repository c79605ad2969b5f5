import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { FrameImage } from '../../../../src/contracts/frame';
import type {
  BodyType,
  StreetCameraPlan,
  StreetFrame,
  StreetScenePlan,
  StreetStillRequest,
  VehicleState,
} from '../../../../src/contracts/street';
import { StreetStage } from '../../../../src/street/street-stage';
import { FAULTLESS_OPTICS } from '../faultless-optics';

const PLAN: StreetScenePlan = { seed: 7, weather: 'rain', quality: 'plain' };
const stages: StreetStage[] = [];
let stage: StreetStage;
/** Its context is the newest. Opening takes seconds in software, so tests share it. */
let other: StreetStage;

/** What a GPU does when its driver restarts, to the canvas that came to be last. */
let loseNewestContext = (): void => undefined;

beforeAll(() => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its owner below
  const { getContext } = OffscreenCanvas.prototype;
  const watched = function (this: OffscreenCanvas, ...args: Parameters<typeof getContext>) {
    const context = getContext.apply(this, args);
    if (context instanceof WebGL2RenderingContext) {
      loseNewestContext = () => context.getExtension('WEBGL_lose_context')?.loseContext();
    }
    return context;
  };
  // An overloaded method: each overload is called through as it came.
  OffscreenCanvas.prototype.getContext = watched as typeof getContext;
  return () => (OffscreenCanvas.prototype.getContext = getContext);
});

beforeAll(async () => {
  stage = await openStage(PLAN);
  other = await openStage(PLAN);
});

afterAll(() => {
  for (const each of stages) each.dispose();
});

async function openStage(plan: StreetScenePlan): Promise<StreetStage> {
  const opened = new StreetStage();
  stages.push(opened);
  await opened.open(plan);
  return opened;
}

function draw(
  from: StreetStage,
  cameraId: string,
  timeUs: number,
  wantsTruth = false,
): Promise<StreetFrame> {
  return from.frame({ cameraId, sceneTimeUs: timeUs, captureTimeUs: timeUs + 7, wantsTruth });
}

/** SHA-256 of the pixels, which are closed. */
async function fingerprint({ image }: StreetFrame): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', readPixels(image));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function readPixels(image: FrameImage): Uint8ClampedArray<ArrayBuffer> {
  const canvas = new OffscreenCanvas(640, 360);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('Expected a 2D context, got none');
  context.drawImage(image, 0, 0);
  image.close();
  return context.getImageData(0, 0, 640, 360).data;
}

function standing(identity: number, bodyType: BodyType, xM: number, zM: number): VehicleState {
  return {
    identity,
    look: { bodyType, paint: 0xb03020, plate: 'AB 123', detailSeed: 11 },
    xM,
    zM,
    headingRad: Math.PI / 2,
    speedMps: 0,
    drivenM: 0,
    steerRad: 0,
    isBraking: false,
    indicator: null,
    isParked: true,
  };
}

/** Right above the inner lane, looking along it. */
const LANE_CAMERA: StreetCameraPlan = {
  cameraId: 'lane',
  label: 'Lane',
  positionM: [1.75, 3, 10],
  targetM: [1.75, 1, -8],
  verticalFovDeg: 30,
  widthPx: 640,
  heightPx: 360,
  optics: FAULTLESS_OPTICS,
};

function still(...vehicles: readonly VehicleState[]): StreetStillRequest {
  return { camera: LANE_CAMERA, vehicles, sceneTimeUs: 0 };
}

describe('the street stage', () => {
  test('draws the same street to the pixel, whatever it drew before', async () => {
    const ofStage: string[] = [];
    for (const [cameraId, timeUs] of [
      ['street-a', 0],
      ['street-b', 50_000],
      ['street-a', 100_000],
      ['street-b', 400_000],
    ] as const) {
      ofStage.push(await fingerprint(await draw(stage, cameraId, timeUs)));
    }
    (await other.still(still(standing(1, 'van', 1.75, -10)))).image.close();
    expect(await fingerprint(await draw(other, 'street-a', 100_000))).toBe(ofStage[2]);
    expect(await fingerprint(await draw(other, 'street-b', 400_000))).toBe(ofStage[3]);
    expect(new Set(ofStage).size).toBe(4);
  });

  test('makes pictures of the camera’s size and time, and counts each camera’s frames', async () => {
    const first = await draw(stage, 'street-b', 600_000, true);
    const second = await draw(stage, 'street-b', 700_000, true);
    const { image, truth } = second;
    expect(image instanceof VideoFrame && [image.displayWidth, image.displayHeight]).toEqual([
      640, 360,
    ]);
    expect(image instanceof VideoFrame && image.timestamp).toBe(700_007);
    expect(truth).toMatchObject({
      cameraId: 'street-b',
      captureTimeUs: 700_007,
      sceneTimeUs: 700_000,
    });
    expect(truth?.frameIndex).toBe((first.truth?.frameIndex ?? 0) + 1);
    for (const vehicle of truth?.vehicles ?? []) {
      const { x1, y1, x2, y2 } = vehicle.box;
      expect(Math.min(x1, y1, 640 - x2, 360 - y2)).toBeGreaterThanOrEqual(0);
      expect(vehicle.visibleFraction).toBeGreaterThanOrEqual(0);
      expect(vehicle.visibleFraction).toBeLessThanOrEqual(1);
    }
    first.image.close();
    image.close();
  });

  test('tells a camera what happened while only the other one drew', async () => {
    const before = await draw(stage, 'street-b', 1_000_000, true);
    const elsewhere = await draw(stage, 'street-a', 40_000_000, true);
    const after = await draw(stage, 'street-b', 40_050_000, true);
    for (const { image } of [before, elsewhere, after]) image.close();
    const told = after.truth?.events.filter(({ type }) => type === 'crossing') ?? [];
    expect(told.length).toBeGreaterThan(0);
    for (const event of after.truth?.events ?? []) {
      expect('cameraId' in event ? event.cameraId : event.toCameraId).toBe('street-b');
    }
    for (const event of elsewhere.truth?.events ?? []) {
      expect('cameraId' in event ? event.cameraId : event.toCameraId).toBe('street-a');
    }
  });

  test('knows in a still what hides what', async () => {
    const car = standing(1, 'hatchback', 1.75, -14);
    const alone = await stage.still(still(car));
    expect(alone.truth?.vehicles).toMatchObject([
      { identity: 1, bodyType: 'hatchback', vehicleClass: 'car', view: 'rear', visibleFraction: 1 },
    ]);
    const hidden = await stage.still(still(car, standing(2, 'lorry', 1.75, -6)));
    const shares = hidden.truth?.vehicles.map(({ visibleFraction }) => visibleFraction) ?? [];
    expect(shares[0]).toBeLessThan(0.05);
    expect(shares[1]).toBe(1);
    const half = await stage.still(still(car, standing(2, 'lorry', 3.1, -6)));
    const share = half.truth?.vehicles[0]?.visibleFraction;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.8);
    for (const { image } of [alone, hidden, half]) image.close();
  });

  test('refuses frames before it is open, and of cameras it does not have', async () => {
    await expect(draw(new StreetStage(), 'street-a', 0)).rejects.toThrow(RangeError);
    await expect(draw(stage, 'street-z', 60_000_000)).rejects.toThrow(RangeError);
  });

  test('says so when its context is lost, and opens anew: another street for another seed', async () => {
    const before = await fingerprint(await draw(other, 'street-a', 500_000));
    loseNewestContext();
    await expect(draw(other, 'street-a', 0)).rejects.toMatchObject({ code: 'STREET_UNAVAILABLE' });
    await expect(other.open({ ...PLAN, seed: 8 })).resolves.toMatchObject({ quality: 'plain' });
    expect(await fingerprint(await draw(other, 'street-a', 500_000))).not.toBe(before);
  });

  test('says so where there is no WebGL 2', async () => {
    const spy = vi.spyOn(OffscreenCanvas.prototype, 'getContext').mockReturnValue(null);
    try {
      await expect(new StreetStage().open(PLAN)).rejects.toMatchObject({
        code: 'STREET_UNAVAILABLE',
      });
    } finally {
      spy.mockRestore();
    }
  });
});
