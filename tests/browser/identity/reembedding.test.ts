import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { installErrorTransfer } from '../../../src/runtime/rpc-errors';
import { endWorkers, GalleryAtWork, loadOf, spaceOf, V0, V1 } from './gallery-at-work';

beforeAll(installErrorTransfer);
afterEach(endWorkers);

/** A second of work, so that it can be met in the middle: it reports four times a second. */
const MANY = 80;
const RED = '#b01818';
const WHITE = '#f0f0f0';

/** A gallery of v0 with the red car, the white one, and as many more as make `count` sightings. */
async function filled(count: number): Promise<GalleryAtWork> {
  const gallery = await new GalleryAtWork().open();
  await gallery.configure(V0);
  await gallery.visit(RED, 1_000_000);
  await gallery.visit(WHITE, 2_000_000);
  await gallery.startRun(3_000_000);
  const trackIds = Array.from({ length: count - 2 }, (_, index) => index + 1);
  for (const id of trackIds)
    await gallery.submit(id, `hsl(${(id * 47) % 360} 80% ${25 + (id % 5) * 10}%)`);
  await gallery.endRun(trackIds);
  return gallery;
}

/** Descriptors that are stored, of all spaces. The gallery is empty afterwards. */
async function countDescriptors(gallery: GalleryAtWork): Promise<number> {
  return (await gallery.api.deleteEverything()).vectorCount;
}

describe('re-embedding in the identity worker', () => {
  it('takes the stored pictures into the space of another embedder, which then knows them', async () => {
    const gallery = await filled(5);
    await gallery.api.reembed(loadOf(V1));
    const finished = await gallery.reembeddingUntil(({ state }) => state === 'finished');
    expect(finished).toEqual({
      targetSpace: spaceOf(V1),
      state: 'finished',
      doneCount: 5,
      totalCount: 5,
      skippedCount: 0,
      errorMessage: null,
    });
    expect(await gallery.api.gallerySpace()).toEqual({ space: spaceOf(V1), adaptation: null });
    await gallery.configure(V1);
    expect(await gallery.visit(RED, 9_000_000)).toMatchObject({
      decision: { outcome: 'matched', vehicleNumber: 1 },
      lastSeenUnixMs: 1_004_000,
    });
    expect((await gallery.visit(WHITE, 10_000_000)).decision).toMatchObject({
      outcome: 'matched',
      vehicleNumber: 2,
    });
    expect(await countDescriptors(gallery)).toBe(7);
  });

  it('goes on after its worker died in the middle: nothing is lost, done twice or doubled', async () => {
    const first = await filled(MANY);
    await first.api.reembed(loadOf(V1));
    const { doneCount } = await first.reembeddingUntil((progress) => progress.doneCount > 0);
    expect(doneCount).toBeLessThan(MANY);
    const second = await first.crash();
    expect((await second.api.gallerySpace()).space).toBe(spaceOf(V0));
    await second.api.reembed(loadOf(V1));
    const finished = await second.reembeddingUntil(({ state }) => state === 'finished');
    expect(finished).toMatchObject({ doneCount: MANY, totalCount: MANY, skippedCount: 0 });
    // What the first one got done was there when the second one began.
    expect(second.reembedding[0]?.doneCount).toBeGreaterThanOrEqual(doneCount);
    expect((await second.api.gallerySpace()).space).toBe(spaceOf(V1));
    expect(await countDescriptors(second)).toBe(MANY);
  });

  it('can be paused for as long as one likes; the old space is searched meanwhile and whole', async () => {
    const gallery = await filled(MANY);
    await gallery.api.reembed(loadOf(V1));
    await gallery.reembeddingUntil((progress) => progress.doneCount > 0);
    await gallery.api.setReembeddingPaused(true);
    const paused = await gallery.reembeddingUntil(({ state }) => state === 'paused');
    expect(paused.doneCount).toBeLessThan(MANY);
    const reportCount = gallery.reembedding.length;
    expect((await gallery.api.gallerySpace()).space).toBe(spaceOf(V0));
    expect((await gallery.visit(RED, 9_000_000)).decision).toMatchObject({
      outcome: 'matched',
      vehicleNumber: 1,
    });
    expect(gallery.reembedding).toHaveLength(reportCount);
    await gallery.api.setReembeddingPaused(false);
    // With what was seen meanwhile.
    const finished = await gallery.reembeddingUntil(({ state }) => state === 'finished');
    expect(finished).toMatchObject({ doneCount: MANY + 1, totalCount: MANY + 1 });
    expect(await countDescriptors(gallery)).toBe(MANY + 1);
  });

  it('embeds nothing when it was paused before it began', async () => {
    const gallery = await filled(5);
    await gallery.api.setReembeddingPaused(true);
    await gallery.api.reembed(loadOf(V1));
    await gallery.reembeddingUntil(({ state }) => state === 'paused');
    await gallery.visit(WHITE, 9_000_000);
    expect(gallery.reembedding.at(-1)).toMatchObject({ state: 'paused', doneCount: 0 });
    await gallery.api.setReembeddingPaused(false);
    await gallery.reembeddingUntil(({ state }) => state === 'finished');
    expect(await countDescriptors(gallery)).toBe(6);
  });

  it('leaves the gallery as it was when it is cancelled', async () => {
    const gallery = await filled(MANY);
    await gallery.api.reembed(loadOf(V1));
    await gallery.reembeddingUntil((progress) => progress.doneCount > 0);
    await gallery.api.cancelReembedding();
    expect((await gallery.api.gallerySpace()).space).toBe(spaceOf(V0));
    expect((await gallery.visit(RED, 9_000_000)).decision).toMatchObject({
      outcome: 'matched',
      vehicleNumber: 1,
    });
    expect(await countDescriptors(gallery)).toBe(MANY + 1);
  });

  it('works during a run, whose vehicles are known before and after; the space changes when it is over', async () => {
    const gallery = await filled(5);
    await gallery.startRun(9_000_000);
    await gallery.submit(1, RED);
    await gallery.api.reembed(loadOf(V1));
    await gallery.reembeddingUntil((progress) => progress.doneCount > 0);
    await gallery.submit(2, WHITE);
    expect((await gallery.told(1)).decision).toMatchObject({
      outcome: 'matched',
      vehicleNumber: 1,
    });
    expect((await gallery.told(2)).decision).toMatchObject({
      outcome: 'matched',
      vehicleNumber: 2,
    });
    expect((await gallery.api.gallerySpace()).space).toBe(spaceOf(V0));
    await gallery.endRun([1, 2]);
    const finished = await gallery.reembeddingUntil(({ state }) => state === 'finished');
    expect(finished).toMatchObject({ doneCount: 7, totalCount: 7 });
    await gallery.configure(V1);
    expect((await gallery.visit(RED, 20_000_000)).lastSeenUnixMs).toBe(9_004_000);
    expect(await countDescriptors(gallery)).toBe(8);
  });
});
