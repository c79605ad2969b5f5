import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReembedProgress } from '../../../src/contracts/recognition';
import type { CropEmbedder } from '../../../src/stages/identity/ports';
import { Reembedding } from '../../../src/stages/identity/reembedding';
import { RunGate } from '../../../src/stages/identity/run-gate';
import { GalleryStore } from '../../../src/storage/gallery-store';
import { freshName, record, SPACE, vector } from '../storage/gallery-fixtures';

const NEW_SPACE = 'new:1';
const stores: GalleryStore[] = [];

afterEach(() => {
  for (const store of stores.splice(0)) store.close();
});

async function open(name: string): Promise<GalleryStore> {
  const store = await GalleryStore.open(name);
  stores.push(store);
  return store;
}

/** Sighting `s<n>` of vehicle `v<n>`, its picture being the number. */
function commit(store: GalleryStore, n: number, change: { cropId?: null } = {}): Promise<unknown> {
  return store.commitSighting(
    record(
      { id: `s${n}`, vehicleId: `v${n}`, cropId: `crop-${n}`, ...change },
      { vehicleNumber: n, vector: vector(n) },
    ),
  );
}

async function filled(count: number): Promise<{ name: string; store: GalleryStore }> {
  const name = freshName();
  const store = await open(name);
  await store.recognition.adoptSpace(SPACE);
  for (let n = 1; n <= count; n += 1) await commit(store, n);
  return { name, store };
}

interface JobChange {
  readonly onPicture?: (count: number) => Promise<void> | void;
  readonly isUsable?: (count: number) => boolean;
  readonly gate?: RunGate;
}

/** A job whose embedder makes vectors of three numbers, telling after each picture. */
function jobOf(store: GalleryStore, { onPicture, isUsable, gate = new RunGate() }: JobChange = {}) {
  const told: ReembedProgress[] = [];
  let pictureCount = 0;
  let nowMs = 0;
  const embedder: CropEmbedder = {
    space: NEW_SPACE,
    dimension: 3,
    timings: { embedMsTotal: 0, embedCount: 0 },
    embed: () => Promise.reject(new Error('Only stored pictures are embedded here')),
  };
  const job = new Reembedding(
    {
      store,
      embedder,
      embedPicture: async () => {
        pictureCount += 1;
        await onPicture?.(pictureCount);
        return isUsable?.(pictureCount) === false ? null : Float32Array.of(0, pictureCount, 0);
      },
      giveWay: () => Promise.resolve(),
      runs: {
        isBusy: () => gate.isOn,
        generation: () => gate.generation,
        whenQuiet: () => gate.whenClosed(),
      },
      emit: (progress) => told.push(progress),
      nowMs: () => (nowMs += 1_000),
    },
    false,
  );
  return { job, told, pictures: () => pictureCount };
}

describe('re-embedding', () => {
  it('ends with the gallery in the new space, and nothing of the old one', async () => {
    const { store } = await filled(5);
    const { job, told } = jobOf(store);
    await job.run();
    expect(told.at(-1)).toEqual({
      targetSpace: NEW_SPACE,
      state: 'finished',
      doneCount: 5,
      totalCount: 5,
      skippedCount: 0,
      errorMessage: null,
    });
    expect(await store.recognition.gallerySpace()).toEqual({ space: NEW_SPACE, adaptation: null });
    expect(await store.loadDescriptors(SPACE)).toEqual([]);
    const made = await store.loadDescriptors(NEW_SPACE);
    expect(made.map((row) => [row.sightingId, row.vehicleNumber]).sort()).toEqual(
      [1, 2, 3, 4, 5].map((n) => [`s${n}`, n]),
    );
  });

  it.each([1, 4, 7])(
    'goes on where it was after the gallery closed under picture %i, the old space whole meanwhile',
    async (failingPicture) => {
      const { name, store } = await filled(7);
      const first = jobOf(store, {
        onPicture: (count) => {
          if (count === failingPicture) store.close();
        },
      });
      await first.job.run();
      expect(first.told.at(-1)).toMatchObject({ state: 'failed', doneCount: failingPicture - 1 });
      const again = await open(name);
      expect((await again.recognition.gallerySpace()).space).toBe(SPACE);
      expect(await again.loadDescriptors(SPACE)).toHaveLength(7);
      expect(await again.loadDescriptors(NEW_SPACE)).toHaveLength(failingPicture - 1);
      const second = jobOf(again);
      await second.job.run();
      expect(second.pictures()).toBe(7 - (failingPicture - 1));
      expect(second.told.at(-1)).toMatchObject({ state: 'finished', doneCount: 7 });
      expect(await again.loadDescriptors(NEW_SPACE)).toHaveLength(7);
    },
  );

  it('writes nothing for a vehicle that is forgotten while its picture is embedded', async () => {
    const { store } = await filled(3);
    const { job, told } = jobOf(store, {
      onPicture: async (count) => {
        if (count === 2) await store.forgetVehicle('v2');
      },
    });
    await job.run();
    expect(told.at(-1)).toMatchObject({ state: 'finished', doneCount: 2, totalCount: 2 });
    const left = await store.loadDescriptors(NEW_SPACE);
    expect(left.map((row) => row.sightingId).sort()).toEqual(['s1', 's3']);
  });

  it('makes a descriptor again whose picture was replaced meanwhile', async () => {
    const { store } = await filled(2);
    const { job, pictures } = jobOf(store, {
      onPicture: async (count) => {
        const change = { id: 's1', vehicleId: 'v1', cropId: 'better' };
        if (count === 1) await store.commitSighting(record(change, { vehicleNumber: 1 }));
      },
    });
    await job.run();
    expect(pictures()).toBe(3);
    expect(await store.loadDescriptors(NEW_SPACE)).toHaveLength(2);
  });

  it('changes over only after the run, with what the run wrote', async () => {
    const { store } = await filled(2);
    const gate = new RunGate();
    gate.open();
    const { job, told } = jobOf(store, {
      gate,
      onPicture: async (count) => {
        if (count !== 2) return;
        // The end of a run, well after the first look at the gallery.
        setTimeout(() => void commit(store, 9).then(() => gate.close(gate.generation)), 20);
        await Promise.resolve();
      },
    });
    const over = job.run();
    await gate.whenClosed();
    expect((await store.recognition.gallerySpace()).space).toBe(SPACE);
    await over;
    expect(told.at(-1)).toMatchObject({ state: 'finished', doneCount: 3 });
    expect(await store.loadDescriptors(NEW_SPACE)).toHaveLength(3);
  });

  it('counts what cannot be embedded, tries it once, and lets it keep its place', async () => {
    const { store } = await filled(3);
    await commit(store, 4, { cropId: null });
    const { job, told, pictures } = jobOf(store, { isUsable: (count) => count !== 2 });
    await job.run();
    expect(pictures()).toBe(3);
    expect(told.at(-1)).toMatchObject({ doneCount: 2, totalCount: 4, skippedCount: 2 });
    expect(store.vehicleCount).toBe(4);
  });

  it('waits while paused, and leaves nothing behind when it is cancelled', async () => {
    const { store } = await filled(3);
    const { job, told, pictures } = jobOf(store, {
      onPicture: (count) => {
        if (count === 1) job.setPaused(true);
      },
    });
    const over = job.run();
    await expect.poll(() => told.at(-1)?.state).toBe('paused');
    expect(pictures()).toBe(1);
    job.stop();
    await over;
    await store.recognition.dropOtherSpaces();
    expect(await store.loadDescriptors(NEW_SPACE)).toEqual([]);
    expect(await store.loadDescriptors(SPACE)).toHaveLength(3);
  });
});
