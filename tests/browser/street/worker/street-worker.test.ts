import { afterEach, describe, expect, test } from 'vitest';
import { StreetClient } from '../../../../src/runtime/street-client';

const PLAN = { seed: 3, weather: 'overcast', quality: null } as const;
const clients: StreetClient[] = [];

/** The worker as the app starts it. */
function connect(): StreetClient {
  const client = new StreetClient(
    () =>
      new Worker(new URL('../../../../workers/street.worker.ts', import.meta.url), {
        type: 'module',
      }),
  );
  clients.push(client);
  return client;
}

afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});

describe('the street worker', () => {
  test('opens, draws for both cameras, and hands its pictures over', async () => {
    const client = connect();
    const ready = await client.open(PLAN);
    expect(ready.cameras.map(({ cameraId }) => cameraId)).toEqual(['street-a', 'street-b']);
    expect(ready.rendererName).not.toBe('');
    for (const [index, { cameraId }] of ready.cameras.entries()) {
      const timeUs = 1000 * (index + 1);
      const request = { cameraId, sceneTimeUs: timeUs, captureTimeUs: timeUs, wantsTruth: true };
      const { image, truth, renderMs } = await client.frame(request);
      expect(image).toBeInstanceOf(VideoFrame);
      expect(image instanceof VideoFrame && image.timestamp).toBe(timeUs);
      expect(truth).toMatchObject({ cameraId, frameIndex: 0 });
      expect(renderMs).toBeGreaterThan(0);
      image.close();
    }
  });

  test('tells an error by its own name across the thread', async () => {
    const client = connect();
    await client.open(PLAN);
    const request = { cameraId: 'street-z', sceneTimeUs: 0, captureTimeUs: 0, wantsTruth: false };
    await expect(client.frame(request)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('street-z') as string,
    });
  });

  test('starts no worker before it is opened, and none after it was disposed of', async () => {
    let startedCount = 0;
    const client = new StreetClient(() => {
      startedCount += 1;
      throw new TypeError('not expected');
    });
    const request = { cameraId: 'street-a', sceneTimeUs: 0, captureTimeUs: 0, wantsTruth: false };
    await expect(client.frame(request)).rejects.toMatchObject({ code: 'WORKER_GONE' });
    client.dispose();
    await expect(client.open(PLAN)).rejects.toMatchObject({ code: 'WORKER_GONE' });
    expect(startedCount).toBe(0);
  });

  test('rejects what is under way when it is disposed of', async () => {
    const client = connect();
    const opening = client.open(PLAN);
    client.dispose();
    await expect(opening).rejects.toMatchObject({ code: 'WORKER_GONE' });
  });
});
