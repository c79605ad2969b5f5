import { proxy, releaseProxy, transfer, wrap, type Remote } from 'comlink';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { VehicleCrop } from '../../../src/contracts/embedding';
import type { ModelManifest } from '../../../src/contracts/model';
import type { EndedTrack } from '../../../src/contracts/track';
import type { CropSinkApi, IdentityApi, IdentityEvent } from '../../../src/contracts/worker-api';
import { thresholdsFor } from '../../../src/core/match-thresholds';
import { asOneCamera } from '../../../src/core/source-cameras';
import { installErrorTransfer } from '../../../src/runtime/rpc-errors';
import manifestJson from '../../../models/embed-vehicle-v0/manifest.json';

const manifest = manifestJson as unknown as ModelManifest; // tuples are arrays to the JSON importer

interface OpenWorker {
  readonly worker: Worker;
  readonly api: Remote<IdentityApi>;
  readonly events: IdentityEvent[];
}

const workers: OpenWorker[] = [];

beforeAll(installErrorTransfer);

afterEach(() => {
  for (const { worker, api } of workers.splice(0)) {
    api[releaseProxy]();
    worker.terminate();
  }
});

function startWorker(): OpenWorker {
  const worker = new Worker(new URL('../../../workers/identity.worker.ts', import.meta.url), {
    type: 'module',
  });
  const opened = { worker, api: wrap<IdentityApi>(worker), events: [] as IdentityEvent[] };
  workers.push(opened);
  return opened;
}

async function configure({ api, events }: OpenWorker, databaseName: string) {
  await api.openGallery(databaseName);
  await api.subscribe(proxy((event: IdentityEvent) => void events.push(event)));
  return api.configure({
    manifest,
    modelUrl: new URL(`/models/${manifest.file}`, location.href).href,
    runtimeBaseUrl: new URL('/ort/', location.href).href,
    backend: {
      provider: 'wasm',
      threadCount: 1,
      inputSidePx: 128,
      origin: 'default',
      measuredMs: null,
    },
    isProviderNew: false,
    thresholds: thresholdsFor(0.85),
    pairThresholds: [],
    retention: { maxAgeDays: null, maxVehicleCount: null },
    databaseName,
  });
}

async function connect({ api }: OpenWorker): Promise<Remote<CropSinkApi>> {
  const { port1, port2 } = new MessageChannel();
  await api.connectPerception(transfer(port1, [port1]));
  return wrap<CropSinkApi>(port2);
}

function startRun(sink: Remote<CropSinkApi>, epoch: number, originUnixMs: number): Promise<void> {
  return sink.startRun({
    epoch,
    runId: crypto.randomUUID(),
    source: asOneCamera({
      kind: 'camera',
      pace: 'live',
      cameraId: 'gate',
      label: 'Gate',
      widthPx: 640,
      heightPx: 360,
      framesPerSecond: 10,
      durationUs: null,
      originUnixMs,
      timeBase: 'wall',
      codec: null,
      notice: null,
    }),
  });
}

function crop(trackId: number, epoch: number, atS: number, body: string): VehicleCrop {
  const canvas = new OffscreenCanvas(200, 120);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('No 2D canvas');
  const shapes: [string, number, number, number, number][] = [
    ['#8a8f94', 0, 0, 200, 120],
    [body, 10, 50, 180, 40],
    [body, 50, 20, 95, 35],
    ['#1d2833', 58, 26, 36, 24],
    ['#111111', 30, 78, 34, 34],
    ['#111111', 138, 78, 34, 34],
  ];
  for (const [colour, x, y, width, height] of shapes) {
    context.fillStyle = colour;
    context.fillRect(x, y, width, height);
  }
  return {
    trackId,
    meta: {
      epoch,
      cameraId: 'gate',
      frameId: 0,
      captureTimeUs: atS * 1e6,
      widthPx: 640,
      heightPx: 360,
    },
    vehicleClass: 'car',
    box: { x1: 0, y1: 0, x2: 200, y2: 120 },
    geometry: {
      sidePx: 155,
      insideFraction: 1,
      overlapFraction: 0,
      detectionScore: 0.9,
      score: 0.9,
    },
    image: canvas.transferToImageBitmap(),
    blurredBoxes: [],
  };
}

function ended(id: number): EndedTrack {
  return {
    id,
    wasConfirmed: true,
    vehicleClass: 'car',
    firstSeenUs: 0,
    lastSeenUs: 4e6,
    hitCount: 20,
  };
}

async function submit(sink: Remote<CropSinkApi>, one: VehicleCrop) {
  return sink.submit(transfer(one, [one.image]));
}

describe('the identity worker', () => {
  it('keeps vehicles over a restart and recognises one that returns', async () => {
    const databaseName = `identity-${crypto.randomUUID()}`;
    const first = startWorker();
    const ready = await configure(first, databaseName);
    expect(ready).toMatchObject({ space: `${manifest.sha256}:1`, vehicleCount: 0 });
    const sink = await connect(first);
    await startRun(sink, 1, 1_000_000);
    const outcome = await submit(sink, crop(1, 1, 0, '#b01818'));
    expect(outcome?.trackDescriptor).toHaveLength(256);
    await submit(sink, crop(2, 1, 0, '#f0f0f0'));
    await sink.endRun([ended(1), ended(2)]);
    const list = await first.api.listVehicles({ offset: 0, count: 10 });
    expect(list.map(({ number }) => number).sort()).toEqual([1, 2]);
    const picture = await first.api.crop(list[0]?.cropId ?? '');
    expect(picture?.type).toBe('image/jpeg');
    expect((await first.api.timings()).embedCount).toBe(2);
    first.worker.terminate();

    const second = startWorker();
    // The lock of the ended worker is freed a moment later.
    await vi.waitFor(() => second.api.openGallery(databaseName), { timeout: 10_000 });
    expect(await configure(second, databaseName)).toMatchObject({ vehicleCount: 2 });
    const nextSink = await connect(second);
    await startRun(nextSink, 1, 9_000_000);
    await submit(nextSink, crop(1, 1, 0, '#b01818'));
    await nextSink.endRun([ended(1)]);
    await vi.waitFor(() => {
      const identities = second.events.filter((event) => event.type === 'identity');
      expect(identities.at(-1)?.identity).toMatchObject({
        decision: { outcome: 'matched', vehicleNumber: 1 },
        lastSeenUnixMs: 1_004_000,
        lastSeenLabel: 'Gate',
      });
    });
    const [returned] = await second.api.listVehicles({ offset: 0, count: 1 });
    expect(returned).toMatchObject({ number: 1, sightingCount: 2 });
  });

  it('forgets a vehicle and everything, and says so', async () => {
    const opened = startWorker();
    await configure(opened, `identity-${crypto.randomUUID()}`);
    const sink = await connect(opened);
    await startRun(sink, 1, 1_000_000);
    await submit(sink, crop(1, 1, 0, '#b01818'));
    await sink.endRun([ended(1)]);
    const [vehicle] = await opened.api.listVehicles({ offset: 0, count: 1 });
    const report = await opened.api.forgetVehicle(vehicle?.id ?? '');
    expect(report).toMatchObject({ vehicleCount: 1, sightingCount: 1, vectorCount: 1 });
    await startRun(sink, 2, 2_000_000);
    await submit(sink, crop(1, 2, 0, '#b01818'));
    await sink.endRun([ended(1)]);
    const [again] = await opened.api.listVehicles({ offset: 0, count: 1 });
    expect(again).toMatchObject({ number: 2, sightingCount: 1 });
    expect(await opened.api.deleteEverything()).toMatchObject({ vehicleCount: 1 });
    expect(await opened.api.listVehicles({ offset: 0, count: 9 })).toEqual([]);
    await vi.waitFor(() => {
      expect(opened.events.filter(({ type }) => type === 'gallery-changed')).toHaveLength(2);
    });
  });

  it('opens its gallery again when the browser cleared the site data, and goes on storing', async () => {
    const databaseName = `identity-${crypto.randomUUID()}`;
    const opened = startWorker();
    await configure(opened, databaseName);
    const sink = await connect(opened);
    await startRun(sink, 1, 1_000_000);
    await submit(sink, crop(1, 1, 0, '#b01818'));
    await sink.endRun([ended(1)]);
    // What "clear site data" does to a page that is open.
    indexedDB.deleteDatabase(databaseName);
    await vi.waitFor(
      () => {
        const types = opened.events.map(({ type }) => type);
        expect(types).toContain('storage-error');
        expect(types.at(-1)).toBe('storage-recovered');
      },
      { timeout: 10_000 },
    );
    expect(await opened.api.listVehicles({ offset: 0, count: 9 })).toEqual([]);
    await startRun(sink, 2, 2_000_000);
    await submit(sink, crop(1, 2, 0, '#b01818'));
    await sink.endRun([ended(1)]);
    const [again] = await opened.api.listVehicles({ offset: 0, count: 9 });
    expect(again).toMatchObject({ number: 2, sightingCount: 1 });
  });

  it('lets errors keep their code on the way to the page', async () => {
    const databaseName = `identity-${crypto.randomUUID()}`;
    const first = startWorker();
    await expect(first.api.listVehicles({ offset: 0, count: 1 })).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
    await first.api.openGallery(databaseName);
    const sink = await connect(first);
    await expect(startRun(sink, 1, 0)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(await submit(sink, crop(1, 1, 0, '#b01818'))).toBeNull();
    await expect(startWorker().api.openGallery(databaseName)).rejects.toMatchObject({
      code: 'GALLERY_IN_USE',
    });
  });
});
