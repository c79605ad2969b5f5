import { describe, expect, it } from 'vitest';
import type { IdentityConfig, IdentityEvent } from '../../../src/contracts/worker-api';
import { AppError } from '../../../src/core/app-error';
import { IdentityService } from '../../../src/stages/identity/identity-service';
import { FakeEmbedder, lookOf, SPACE } from './fake-embedder';
import { FakeStore } from './fake-store';
import { IdentityHarness, THRESHOLDS } from './identity-harness';

const config = {
  databaseName: 'gallery',
  thresholds: THRESHOLDS,
  pairThresholds: [],
  retention: { maxAgeDays: 30, maxVehicleCount: null },
} as unknown as IdentityConfig; // the rest is for the embedder's opener, which is faked

function setUp(store = new FakeStore()) {
  const openings: string[] = [];
  const scheduled: (() => void)[] = [];
  const events: IdentityEvent[] = [];
  let failure: Error | null = null;
  let current = store;
  const embedders: { isDisposed: boolean }[] = [];
  const service = new IdentityService({
    openStore: (databaseName) => {
      openings.push(databaseName);
      return failure ? Promise.reject(failure) : Promise.resolve(current);
    },
    openEmbedder: () => {
      const state = { isDisposed: false };
      embedders.push(state);
      const embedder = Object.assign(new FakeEmbedder(), {
        dispose: () => {
          state.isDisposed = true;
          return Promise.resolve();
        },
      });
      const backend = {
        provider: 'wasm' as const,
        threadCount: 1,
        inputSidePx: 128,
        origin: 'default' as const,
        measuredMs: null,
      };
      return Promise.resolve({
        embedder,
        ready: { backend, model: { id: 'fake', sha256: 'fake' }, loadMs: 1, warmUpMs: 2 },
      });
    },
    embedPicture: () => Promise.reject(new Error('Not faked')),
    encodePicture: () => Promise.resolve(new Blob(['picture'])),
    schedule: (callback) => scheduled.push(callback),
    createId: () => crypto.randomUUID(),
    nowMs: () => 0,
    nowUnixMs: () => 0,
  });
  service.subscribe((event) => events.push(event));
  return {
    service,
    store,
    openings,
    scheduled,
    events,
    embedders,
    replaceStore: (next: FakeStore) => {
      current = next;
    },
    failWith: (error: Error | null) => {
      failure = error;
    },
  };
}

/** One whole visit of the same vehicle, through the service. */
async function driveVisit(service: IdentityService, harness: IdentityHarness): Promise<void> {
  const run = harness.makeRun();
  service.sink.startRun(run);
  await service.sink.submit(harness.makeCrop(1, 0, lookOf(0), 0.9, run.epoch));
  await service.sink.endRun([harness.ended(1, 0, 4)]);
}

describe('IdentityService', () => {
  it('opens a gallery once, however often it is asked, and no second one', async () => {
    const { service, openings } = setUp();
    await Promise.all([service.openGallery('gallery'), service.openGallery('gallery')]);
    expect(openings).toEqual(['gallery']);
    await expect(service.openGallery('other')).rejects.toThrow(RangeError);
  });

  it('tries again after an opening that failed', async () => {
    const { service, openings, failWith } = setUp();
    failWith(new AppError('GALLERY_IN_USE', 'another tab'));
    await expect(service.openGallery('gallery')).rejects.toMatchObject({ code: 'GALLERY_IN_USE' });
    failWith(null);
    expect(await service.openGallery('gallery')).toEqual({ vehicleCount: 0 });
    expect(openings).toHaveLength(2);
  });

  it('refuses what needs a gallery or an embedder before there is one', async () => {
    const { service } = setUp();
    await expect(service.usage()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await service.openGallery('gallery');
    expect(() => service.sink.endRun([])).toThrow(
      expect.objectContaining({ code: 'MODEL_UNAVAILABLE' }),
    );
    expect(service.timings()).toMatchObject({ embedCount: 0 });
  });

  it('tells the space of its embedder and frees the one before', async () => {
    const { service, embedders } = setUp();
    expect(await service.configure(config)).toMatchObject({ space: SPACE, warmUpMs: 2 });
    await service.configure(config);
    expect(embedders.map(({ isDisposed }) => isDisposed)).toEqual([true, false]);
  });

  it('looks after retention again and again, and says when something went', async () => {
    const { service, store, scheduled, events } = setUp();
    await service.configure(config);
    expect(events).toEqual([]);
    expect(scheduled).toHaveLength(1);
    store.applyRetention = () =>
      Promise.resolve({ vehicleCount: 1, sightingCount: 1, cropCount: 0, vectorCount: 1 });
    scheduled[0]?.();
    await expect.poll(() => events).toEqual([{ type: 'gallery-changed' }]);
    expect(scheduled).toHaveLength(2);
  });

  it('says that the gallery changed when the user deletes', async () => {
    const { service, events } = setUp();
    await service.configure(config);
    await service.forgetVehicle('some vehicle');
    await service.deleteEverything();
    expect(events).toEqual([{ type: 'gallery-changed' }, { type: 'gallery-changed' }]);
  });

  it('says so when the gallery is closed from outside', async () => {
    const { service, store, events } = setUp();
    await service.openGallery('gallery');
    store.closeFromOutside?.(new AppError('STORAGE_NEWER', 'A newer version opened it'));
    expect(events).toEqual([
      {
        type: 'storage-error',
        error: { code: 'STORAGE_NEWER', message: 'A newer version opened it' },
        pendingCount: 0,
      },
    ]);
  });

  it('opens a gallery again that the browser dropped, and goes on with what is left in it', async () => {
    const { service, store, openings, scheduled, events, replaceStore } = setUp();
    await service.configure(config);
    const harness = new IdentityHarness();
    await driveVisit(service, harness);
    expect(store.sightings.size).toBe(1);
    const emptied = new FakeStore();
    replaceStore(emptied);
    scheduled.length = 0;
    events.length = 0;
    store.closeFromOutside?.(new AppError('STORAGE_UNAVAILABLE', 'site data cleared'));
    expect(events).toMatchObject([{ type: 'storage-error' }]);
    scheduled[0]?.();
    await expect
      .poll(() => events.map(({ type }) => type))
      .toEqual(['storage-error', 'gallery-changed', 'storage-recovered']);
    expect(openings).toHaveLength(2);
    events.length = 0;
    await driveVisit(service, harness);
    // The vehicle is gone from the gallery; its number is not given to another.
    expect([...emptied.sightings.values()]).toMatchObject([
      { vehicleNumber: 2, sighting: { decision: { outcome: 'new' } } },
    ]);
  });

  it('stores what waited when the gallery is back', async () => {
    const { service, store, scheduled, events, replaceStore } = setUp();
    await service.configure(config);
    const gone = new AppError('STORAGE_UNAVAILABLE', 'closed by the browser');
    store.failure = gone;
    scheduled.length = 0;
    store.closeFromOutside?.(gone);
    await expect(driveVisit(service, new IdentityHarness())).rejects.toThrow('not stored yet');
    const next = new FakeStore();
    replaceStore(next);
    scheduled[0]?.();
    await expect.poll(() => next.sightings.size).toBe(1);
    await expect.poll(() => events.at(-1)).toEqual({ type: 'storage-recovered' });
  });

  it('tries a few times only, and once more with the next run', async () => {
    const { service, store, openings, scheduled, events, failWith } = setUp();
    await service.openGallery('gallery');
    const gone = new AppError('STORAGE_UNAVAILABLE', 'closed by the browser');
    failWith(gone);
    store.closeFromOutside?.(gone);
    for (let index = 0; index < 8; index += 1) {
      await expect.poll(() => scheduled.length).toBe(index + 1);
      scheduled[index]?.();
    }
    await expect.poll(() => events.length).toBe(2);
    expect(scheduled).toHaveLength(8);
    expect(openings).toHaveLength(9);
    await expect(service.openGallery('gallery')).rejects.toBe(gone);
    failWith(null);
    await service.openGallery('gallery');
    expect(events.at(-1)).toEqual({ type: 'storage-recovered' });
  });

  it('leaves a gallery alone that a newer version has upgraded', async () => {
    const { service, store, openings, scheduled } = setUp();
    await service.openGallery('gallery');
    store.closeFromOutside?.(new AppError('STORAGE_NEWER', 'upgraded'));
    expect(scheduled).toEqual([]);
    expect(openings).toHaveLength(1);
  });
});
