import { afterEach, describe, expect, test, vi } from 'vitest';
import type { CameraSettings, SourceEvent } from '../../../src/contracts/source';
import { listCameras, onCamerasChanged } from '../../../src/sources/camera-devices';
import type { CameraFeedType } from '../../../src/sources/camera-feed';
import { CameraSource } from '../../../src/sources/camera-source';
import { FakeDevices } from './fake-devices';
import { describeSourceContract } from './source-contract';
import { framesOf } from './take-frames';

const SETTINGS: CameraSettings = {
  deviceId: null,
  heightPx: 720,
  facingMode: 'environment',
  torch: false,
};

const live = new AbortController().signal;
const opened: CameraSource[] = [];
const plugged: FakeDevices[] = [];

afterEach(async () => {
  for (const source of opened.splice(0)) await source.close();
  for (const devices of plugged.splice(0)) devices.unplugAll();
});

function plugIn(): FakeDevices {
  const devices = new FakeDevices();
  plugged.push(devices);
  return devices;
}

function cameraOn(
  devices: FakeDevices,
  settings: Partial<CameraSettings> = {},
  feedType?: CameraFeedType,
): CameraSource {
  const source = new CameraSource(
    { ...SETTINGS, ...settings },
    { devices: devices.asMediaDevices(), ...(feedType ? { feedType } : {}) },
  );
  opened.push(source);
  return source;
}

describeSourceContract('a camera that streams', () =>
  Promise.resolve(cameraOn(plugIn(), {}, 'stream')),
);
describeSourceContract('a camera that is pulled', () =>
  Promise.resolve(cameraOn(plugIn(), {}, 'pull')),
);

describe('opening a camera', () => {
  test('asks for its wishes without insisting on them', async () => {
    const devices = plugIn();
    await cameraOn(devices).open(live);
    expect(devices.requests).toEqual([
      {
        width: { ideal: 1280 },
        height: { ideal: 720 },
        frameRate: { ideal: 30 },
        facingMode: { ideal: 'environment' },
      },
    ]);
  });

  test('has nothing to say about a camera that was there', async () => {
    const info = await cameraOn(plugIn(), { deviceId: 'a' }).open(live);
    expect(info.notice).toBeNull();
  });

  test('tells the size that was negotiated, not the one that was wished', async () => {
    const info = await cameraOn(plugIn()).open(live);
    expect(info).toMatchObject({ widthPx: 320, heightPx: 180, pace: 'live', timeBase: 'wall' });
  });

  test('takes another camera when the chosen one is gone, and says so', async () => {
    const devices = plugIn();
    devices.failures.push(new DOMException('', 'OverconstrainedError'));
    const source = cameraOn(devices, { deviceId: 'gone' });
    const { notice } = await source.open(live);
    expect(devices.requests.map(({ deviceId }) => deviceId)).toEqual([
      { exact: 'gone' },
      undefined,
    ]);
    expect(notice).toBe('chosen-camera-gone');
    expect(source.previewStream?.active).toBe(true);
  });

  test.each([
    ['NotAllowedError', 'CAMERA_PERMISSION_DENIED'],
    ['NotFoundError', 'CAMERA_NOT_FOUND'],
    ['NotReadableError', 'CAMERA_BUSY'],
    ['AbortError', 'CAMERA_BUSY'],
  ])('turns %s into %s', async (name, code) => {
    const devices = plugIn();
    devices.failures.push(new DOMException('the reason', name));
    const opening = cameraOn(devices).open(live);
    await expect(opening).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/Expected .* found .*the reason/) as unknown,
    });
  });

  test('says that the page may not use cameras when there are none to ask', async () => {
    vi.stubGlobal('navigator', {});
    try {
      await expect(new CameraSource(SETTINGS).open(live)).rejects.toMatchObject({
        code: 'CAMERA_UNSUPPORTED',
      });
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('can be called off while the permission is asked for; a camera granted later is turned off', async () => {
    const devices = plugIn();
    const answer = devices.holdAnswer();
    const controller = new AbortController();
    const opening = cameraOn(devices).open(controller.signal);
    controller.abort();
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
    expect(devices.tracks).toHaveLength(0);
    answer();
    await expect.poll(() => devices.tracks.map((track) => track.readyState)).toEqual(['ended']);
  });

  test('gives the same camera the same id, and does not give its name or number away', async () => {
    const devices = plugIn();
    const first = await cameraOn(devices).open(live);
    const second = await cameraOn(devices).open(live);
    expect(second.cameraId).toBe(first.cameraId);
    expect(first.cameraId).toMatch(/^camera-[0-9a-f]{16}$/);
  });
});

describe('a running camera', () => {
  test('tells that it was lost, and ends its feed', async () => {
    const devices = plugIn();
    const source = cameraOn(devices, {}, 'pull');
    const events: SourceEvent[] = [];
    source.onEvent((event) => events.push(event));
    await source.open(live);
    let count = 0;
    for await (const { image } of framesOf(source.feed())) {
      image.close();
      count += 1;
      if (count === 1) devices.tracks[0]?.dispatchEvent(new Event('ended'));
    }
    expect(events).toEqual([{ type: 'lost', reason: expect.any(String) as unknown }]);
  });

  test('tells that it was muted and unmuted, to those who still listen', async () => {
    const devices = plugIn();
    const source = cameraOn(devices);
    const events: string[] = [];
    const stopListening = source.onEvent(({ type }) => events.push(type));
    await source.open(live);
    devices.tracks[0]?.dispatchEvent(new Event('mute'));
    devices.tracks[0]?.dispatchEvent(new Event('unmute'));
    stopListening();
    devices.tracks[0]?.dispatchEvent(new Event('mute'));
    expect(events).toEqual(['muted', 'unmuted']);
  });

  test('is turned off by closing, without calling it lost', async () => {
    const devices = plugIn();
    const source = cameraOn(devices);
    const events: string[] = [];
    source.onEvent(({ type }) => events.push(type));
    await source.open(live);
    await source.close();
    expect(devices.tracks.map((track) => track.readyState)).toEqual(['ended']);
    expect(source.previewStream).toBeNull();
    expect(events).toEqual([]);
  });

  test('keeps delivering when the picture changes its size', async () => {
    const devices = plugIn();
    const source = cameraOn(devices, {}, 'stream');
    await source.open(live);
    const heights = new Set<number>();
    for await (const { image } of framesOf(source.feed())) {
      if (image instanceof VideoFrame) heights.add(image.displayHeight);
      image.close();
      if (heights.size === 1) devices.turn();
      if (heights.size === 2) break;
    }
    expect([...heights]).toEqual([180, 320]);
  });

  test('gives pulled pictures times of day', async () => {
    const source = cameraOn(plugIn(), {}, 'pull');
    const { originUnixMs } = await source.open(live);
    for await (const { image, captureTimeUs } of framesOf(source.feed())) {
      image.close();
      const unixMs = originUnixMs + captureTimeUs / 1000;
      expect(Math.abs(unixMs - Date.now())).toBeLessThan(2000);
      break;
    }
  });

  test('drops pictures nobody takes, and counts them', async () => {
    const source = cameraOn(plugIn(), {}, 'pull');
    await source.open(live);
    source.feed();
    await expect.poll(() => source.droppedCount).toBeGreaterThan(2);
  });
});

describe('the torch', () => {
  test('is lit when wanted, and can be switched', async () => {
    const devices = plugIn();
    devices.hasTorch = true;
    const source = cameraOn(devices, { torch: true });
    await source.open(live);
    expect(source.hasTorch).toBe(true);
    await source.setTorch(false);
    expect(devices.torchSwitches).toEqual([true, false]);
  });

  test('is refused by a camera without one, which runs all the same', async () => {
    const source = cameraOn(plugIn(), { torch: true });
    await source.open(live);
    expect(source.hasTorch).toBe(false);
    await expect(source.setTorch(true)).rejects.toMatchObject({ code: 'CAMERA_UNSUPPORTED' });
  });
});

describe('the list of cameras', () => {
  test('holds cameras only', async () => {
    const devices = plugIn();
    expect(await listCameras(devices.asMediaDevices())).toEqual([
      { deviceId: 'a', label: 'Front door' },
      { deviceId: 'b', label: 'Yard' },
    ]);
  });

  test('never changes on a page that may not use cameras', () => {
    vi.stubGlobal('navigator', {});
    try {
      expect(onCamerasChanged(() => undefined)).not.toThrow();
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('says when it has changed, until nobody wants to know', () => {
    const devices = plugIn();
    const listener = vi.fn<() => void>();
    const stop = onCamerasChanged(listener, devices.asMediaDevices());
    devices.dispatchEvent(new Event('devicechange'));
    stop();
    devices.dispatchEvent(new Event('devicechange'));
    expect(listener).toHaveBeenCalledTimes(1);
  });
});
