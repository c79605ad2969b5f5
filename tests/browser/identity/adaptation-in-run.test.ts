import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Settings } from '../../../src/contracts/app';
import type { Adaptation } from '../../../src/contracts/recognition';
import { thresholdsFor } from '../../../src/core/match-thresholds';
import { IdentityClient } from '../../../src/runtime/identity-client';
import { Recognition } from '../../../src/runtime/recognition';
import { installErrorTransfer } from '../../../src/runtime/rpc-errors';
import { readSettings } from '../../../src/runtime/settings';
import {
  createIdentityWorker,
  endWorkers,
  GalleryAtWork,
  loadOf,
  spaceOf,
  V0,
  V1,
} from './gallery-at-work';

const RED = '#b01818';
/** As much like the red one as another passage of it would be. */
const RED_AGAIN = '#a02424';
const WHITE = '#f0f0f0';
const DIMENSION = 256;

beforeAll(installErrorTransfer);
afterEach(endWorkers);

/** Takes out of every vector what it has of this look: vehicles that have it are strangers afterwards. */
function blindTo(look: Float32Array, accept: number): Adaptation {
  const matrix = new Float32Array(DIMENSION * DIMENSION);
  for (let i = 0; i < DIMENSION; i += 1) matrix[i * DIMENSION + i] = 1;
  for (let row = 0; row < DIMENSION; row += 1) {
    for (let i = 0; i < DIMENSION; i += 1)
      matrix[row * DIMENSION + i]! -= (look[row] ?? 0) * (look[i] ?? 0);
  }
  const scores = { equalErrorRate: 0.1, recallAtOnePercent: 0.5 };
  return {
    id: 'b11d0000',
    baseSpace: spaceOf(V0),
    inputDimension: DIMENSION,
    outputDimension: DIMENSION,
    matrix,
    learnedUnixMs: 0,
    report: {
      before: scores,
      after: scores,
      trainingPairCount: 1,
      heldOutPairCount: 1,
      epochCount: 1,
    },
    accept,
  };
}

/** A red and a white car that were seen together; answers what the red one looks like. */
async function meet(gallery: GalleryAtWork, originUnixMs: number): Promise<Float32Array> {
  await gallery.startRun(originUnixMs);
  await gallery.frame(0, [1, 2]);
  await gallery.submit(1, RED);
  await gallery.submit(2, WHITE);
  await gallery.submit(2, '#e8e8ec', 1);
  const outcome = await gallery.submit(1, '#b41c1c', 1);
  await gallery.frame(1, [1, 2]);
  await gallery.endRun([1, 2]);
  if (!outcome) throw new Error('The red car was not embedded');
  return outcome.trackDescriptor;
}

describe('an adaptation while a run goes on', () => {
  it('decides living tracks again when it comes and when it goes, and nothing is lost', async () => {
    const gallery = await new GalleryAtWork().open();
    await gallery.configure(V0);
    const red = await meet(gallery, 1_000_000);
    await gallery.startRun(9_000_000);
    await gallery.submit(1, RED_AGAIN);
    const before = (await gallery.told(1, 'matched')).decision;
    expect(before).toMatchObject({ vehicleNumber: 1, thresholds: { accept: 0.85 } });

    await gallery.api.setThresholds(thresholdsFor(0.7), []);
    await gallery.api.setAdaptation(blindTo(red, 0.7));
    const adapted = (await gallery.told(1, 'new')).decision;
    expect(adapted.thresholds.accept).toBe(0.7);
    expect(adapted.candidates.every(({ similarity }) => similarity < 0.7)).toBe(true);
    expect((await gallery.api.gallerySpace()).adaptation?.id).toBe('b11d0000');

    await gallery.api.setThresholds(thresholdsFor(0.85), []);
    await gallery.api.setAdaptation(null);
    const after = (await gallery.told(1, 'matched')).decision;
    expect(after).toEqual({ ...before, revisionCount: after.revisionCount });
    await gallery.endRun([1]);
    const [returned] = await gallery.api.listVehicles({ offset: 0, count: 9 });
    expect(returned).toMatchObject({ number: 1, sightingCount: 2 });
    // Three sightings with one vector each: an adaptation stores none of its own.
    expect((await gallery.api.deleteEverything()).vectorCount).toBe(3);
  });

  it('holds for a worker that is started again, until it is taken back', async () => {
    const first = await new GalleryAtWork().open();
    await first.configure(V0);
    const red = await meet(first, 1_000_000);
    await first.api.setAdaptation(blindTo(red, 0.7));
    const second = await first.crash();
    await second.configure(V0);
    await second.startRun(9_000_000);
    await second.submit(1, RED_AGAIN);
    await second.told(1, 'new');
    await second.api.setAdaptation(null);
    expect((await second.told(1, 'matched')).decision.vehicleNumber).toBe(1);
    await second.endRun([1]);
  });

  it('goes with its space when the gallery was re-embedded', async () => {
    const gallery = await new GalleryAtWork().open();
    await gallery.configure(V0);
    const red = await meet(gallery, 1_000_000);
    await gallery.api.setAdaptation(blindTo(red, 0.7));
    await gallery.api.reembed(loadOf(V1));
    await gallery.reembeddingUntil(({ state }) => state === 'finished');
    expect(await gallery.api.gallerySpace()).toEqual({ space: spaceOf(V1), adaptation: null });
    await expect(gallery.api.setAdaptation(blindTo(red, 0.7))).rejects.toMatchObject({
      code: 'EMBEDDING_SPACE_MISMATCH',
    });
    await gallery.configure(V1);
    expect((await gallery.visit(RED, 9_000_000)).decision.outcome).toBe('matched');
  });

  it('takes the threshold and the known pairs with it, and undoing it brings both back', async () => {
    const databaseName = `identity-${crypto.randomUUID()}`;
    const gallery = await new GalleryAtWork(databaseName).open();
    await gallery.configure(V0);
    const red = await meet(gallery, 1_000_000);
    for (const originUnixMs of [2_000_000, 3_000_000]) await meet(gallery, originUnixMs);
    gallery.end();

    const entries = new Map<string, string>();
    const store = {
      get: (key: string) => entries.get(key) ?? null,
      set: (key: string, value: string) => void entries.set(key, value),
      remove: (key: string) => void entries.delete(key),
    };
    let settings: Settings = { ...readSettings(store), matchThreshold: 0.85 };
    const client = new IdentityClient(createIdentityWorker, databaseName);
    await expect.poll(() => client.ready().then(() => true), { timeout: 10_000 }).toBe(true);
    const recognition = new Recognition({
      identity: client,
      learn: () => Promise.reject(new Error('Nothing is learned here')),
      store,
      settings: () => settings,
      updateSettings: (change) => {
        settings = { ...settings, ...change };
      },
    });
    await recognition.refresh();
    const [before] = await recognition.calibrate(0.01);
    expect(before?.same.total).toBeGreaterThan(0);
    expect(before?.different.total).toBeGreaterThan(0);

    await recognition.keep(blindTo(red, 0.7));
    expect(settings.matchThreshold).toBe(0.7);
    expect(recognition.space).toBe(`${spaceOf(V0)}~b11d0000`);
    const [adapted] = await recognition.calibrate(0.01);
    expect(adapted?.same.total).toBe(before?.same.total);
    expect(adapted?.same.counts).not.toEqual(before?.same.counts);

    await recognition.undo();
    expect(settings.matchThreshold).toBe(0.85);
    expect(recognition.space).toBe(spaceOf(V0));
    const [undone] = await recognition.calibrate(0.01);
    expect(undone).toEqual(before);
    recognition.dispose();
  });
});
