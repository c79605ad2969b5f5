import { describe, expect, it } from 'vitest';
import type { Sighting } from '../../../src/contracts/gallery';
import type { IdentityEvent } from '../../../src/contracts/worker-api';
import { AppError } from '../../../src/core/app-error';
import { SightingWriter } from '../../../src/stages/identity/sighting-writer';
import { FakeStore } from './fake-store';

function sighting(id: string, change: Partial<Sighting> = {}): Sighting {
  return {
    id,
    vehicleId: `vehicle of ${id}`,
    runId: 'run',
    cameraId: 'gate',
    cameraLabel: 'Gate',
    sourceKind: 'camera',
    vehicleClass: 'car',
    startUnixMs: 0,
    endUnixMs: 1,
    originUnixMs: 0,
    startMediaUs: null,
    endMediaUs: null,
    hitCount: 1,
    space: null,
    cropId: null,
    decision: {
      outcome: 'new',
      vehicleId: `vehicle of ${id}`,
      vehicleNumber: 1,
      similarity: null,
      thresholds: { accept: 0.8, keep: 0.7 },
      candidates: [],
      cropTimesUs: [],
      requiredSimilarity: null,
      revisionCount: 0,
    },
    ...change,
  };
}

function setUp() {
  const store = new FakeStore();
  const events: IdentityEvent[] = [];
  const scheduled: { callback: () => void; delayMs: number }[] = [];
  const writer = new SightingWriter(
    store,
    (event) => events.push(event),
    (callback, delayMs) => scheduled.push({ callback, delayMs }),
  );
  const write = (id: string, change: Partial<Sighting> = {}, crop: Blob | null = null) => {
    writer.write({
      sighting: sighting(id, change),
      vehicleNumber: 1,
      crop,
      vector: null,
      sample: null,
      trace: { epoch: 1, trackIds: [1], startUs: 0, endUs: 1000 },
    });
  };
  return { store, events, scheduled, writer, write };
}

const full = new AppError('STORAGE_FULL', 'no room');

describe('SightingWriter', () => {
  it('writes in order and tells of each', async () => {
    const { store, events, writer, write } = setUp();
    write('a');
    write('b');
    await writer.flush();
    expect([...store.sightings.keys()]).toEqual(['a', 'b']);
    expect(events.map(({ type }) => type)).toEqual(['sighting', 'sighting']);
  });

  it('keeps what cannot be written, says why, and writes it once there is room', async () => {
    const { store, events, scheduled, writer, write } = setUp();
    store.failure = full;
    write('a');
    write('b');
    await writer.settle();
    expect(events).toMatchObject([
      { type: 'storage-error', error: { code: 'STORAGE_FULL' }, pendingCount: 2 },
    ]);
    store.failure = null;
    scheduled[0]?.callback();
    await writer.settle();
    expect(store.sightings.size).toBe(2);
    expect(writer.waiting()).toEqual([]);
  });

  it('tells when everything that waited is stored again', async () => {
    const { store, events, scheduled, writer, write } = setUp();
    store.failure = full;
    write('a');
    write('b');
    await writer.settle();
    store.failure = null;
    scheduled[0]?.callback();
    await writer.settle();
    write('c');
    await writer.settle();
    expect(events.map(({ type }) => type)).toEqual([
      'storage-error',
      'sighting',
      'sighting',
      'storage-recovered',
      'sighting',
    ]);
  });

  it('does not take a closed gallery for recovered because nothing waits', async () => {
    const { events, writer } = setUp();
    writer.noteClosed(new AppError('STORAGE_UNAVAILABLE', 'site data cleared'));
    await writer.flush();
    expect(events).toMatchObject([{ type: 'storage-error', pendingCount: 0 }]);
    writer.resume();
    await writer.settle();
    expect(events.at(-1)).toEqual({ type: 'storage-recovered' });
  });

  it('waits longer after each failure, up to a minute, and starts over after a success', async () => {
    const { store, scheduled, writer, write } = setUp();
    store.failure = full;
    write('a');
    for (let i = 0; i < 8; i += 1) {
      await writer.settle();
      scheduled[i]?.callback();
    }
    await writer.settle();
    expect(scheduled.map(({ delayMs }) => delayMs)).toEqual([
      1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ]);
    store.failure = null;
    await writer.flush();
    store.failure = full;
    scheduled.length = 0;
    write('b');
    await expect(writer.flush()).rejects.toThrow(/1 sightings are not stored/);
  });

  it('rejects a flush with the reason while something waits', async () => {
    const { store, writer, write } = setUp();
    store.failure = full;
    write('a');
    await expect(writer.flush()).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    store.failure = null;
    await expect(writer.flush()).resolves.toBeUndefined();
  });

  it('writes only the newest state of a sighting that waited, with the picture it had', async () => {
    const { store, writer, write } = setUp();
    store.failure = full;
    write('a', { cropId: 'p', endUnixMs: 1 }, new Blob(['picture']));
    write('a', { cropId: 'p', endUnixMs: 9 });
    await writer.settle();
    store.failure = null;
    await writer.flush();
    expect(store.commitCount).toBe(1);
    expect(store.sightings.get('a')?.sighting.endUnixMs).toBe(9);
    expect(store.pictures.has('p')).toBe(true);
  });

  it('does not let a record the gallery refuses hold up the others', async () => {
    const { store, events, scheduled, writer, write } = setUp();
    store.failure = new RangeError('contradicts itself');
    write('a');
    await writer.settle();
    store.failure = null;
    write('b');
    await writer.flush();
    expect([...store.sightings.keys()]).toEqual(['b']);
    expect(scheduled).toEqual([]);
    expect(events[0]).toMatchObject({ type: 'storage-error', error: { code: 'INTERNAL' } });
  });

  it('gives up the oldest, and says so, when thousands wait', async () => {
    const { store, events, writer, write } = setUp();
    store.failure = full;
    for (let i = 0; i <= 2000; i += 1) write(`s${i}`);
    await writer.settle();
    expect(writer.waiting()).toHaveLength(2000);
    expect(events).toContainEqual(
      expect.objectContaining({
        error: expect.objectContaining({
          message: expect.stringContaining('oldest was lost') as string,
        }) as object,
      }),
    );
  });

  it('does not write what was forgotten meanwhile', async () => {
    const { store, writer, write } = setUp();
    store.failure = full;
    write('a');
    write('b');
    await writer.settle();
    writer.dropVehicle('vehicle of a');
    store.failure = null;
    await writer.flush();
    expect([...store.sightings.keys()]).toEqual(['b']);
  });
});
