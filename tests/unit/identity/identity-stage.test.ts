import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/app-error';
import { lookOf } from './fake-embedder';
import { FakeStore } from './fake-store';
import { IdentityHarness } from './identity-harness';

function begin(store?: FakeStore): IdentityHarness {
  const harness = new IdentityHarness(store);
  harness.startRun();
  return harness;
}

describe('a vehicle that comes and goes', () => {
  it('gets a number while it is on screen and keeps its sighting', async () => {
    const harness = begin();
    await harness.visit(1, 0, 4, lookOf(0));
    expect(harness.told(1).decision).toMatchObject({ outcome: 'new', vehicleNumber: 1 });
    expect(harness.stored).toMatchObject([
      { startUnixMs: 1_000_000, endUnixMs: 1_004_000, hitCount: 20, space: 'fake:1' },
    ]);
    expect(harness.store.pictures.get(harness.stored[0]?.cropId ?? '')?.size).toBeGreaterThan(0);
  });

  it('gets its number again when it returns, with the similarity and when it was last seen', async () => {
    const harness = begin();
    await harness.visit(1, 0, 4, lookOf(0));
    await harness.visit(2, 60, 64, lookOf(0, 1, 0.1));
    const { decision, lastSeenUnixMs, lastSeenLabel } = harness.told(2);
    expect(decision).toMatchObject({ outcome: 'matched', vehicleNumber: 1 });
    expect(decision.similarity).toBeCloseTo(0.994, 2);
    expect(lastSeenUnixMs).toBe(1_004_000);
    expect(lastSeenLabel).toBe('Gate');
    expect(decision.cropTimesUs).toEqual([60_000_000, 64_000_000]);
    expect(new Set(harness.stored.map(({ vehicleId }) => vehicleId)).size).toBe(1);
  });

  it('is recognised after the app was closed and opened again', async () => {
    const store = new FakeStore();
    await begin(store).visit(1, 0, 4, lookOf(0));
    const later = new IdentityHarness(store);
    await later.stage.loadGallery();
    later.startRun('next run', 9_000_000);
    await later.visit(1, 0, 4, lookOf(0));
    expect(later.told(1)).toMatchObject({
      decision: { outcome: 'matched', vehicleNumber: 1 },
      lastSeenUnixMs: 1_004_000,
    });
  });

  it('is new when nothing in the gallery is similar enough, and says what came nearest', async () => {
    const harness = begin();
    await harness.visit(1, 0, 4, lookOf(0));
    await harness.visit(2, 60, 64, lookOf(0, 1, 0.45));
    const { decision } = harness.told(2);
    expect(decision).toMatchObject({ outcome: 'new', vehicleNumber: 2, similarity: null });
    expect(decision.candidates).toMatchObject([{ vehicleNumber: 1, excludedBecause: null }]);
    expect(decision.candidates[0]?.similarity).toBeCloseTo(0.774, 2);
  });
});

describe('a vehicle that passes two cameras of one run', () => {
  it('is one vehicle with a sighting at each, and the second says where the first was', async () => {
    const harness = begin();
    await harness.visit(1, 0, 4, lookOf(0));
    harness.cameraId = 'exit';
    await harness.visit(2, 12, 16, lookOf(0, 1, 0.1));
    expect(harness.told(2)).toMatchObject({
      decision: { outcome: 'matched', vehicleNumber: 1 },
      lastSeenLabel: 'Gate',
    });
    expect(harness.stored).toMatchObject([
      { cameraId: 'gate', cameraLabel: 'Gate' },
      { cameraId: 'exit', cameraLabel: 'Exit' },
    ]);
  });

  it('keeps the camera it was seen at when its track ends with the run', async () => {
    const harness = begin();
    harness.cameraId = 'exit';
    await harness.crop(1, 0, lookOf(0));
    harness.frame(0.5, [1]);
    await harness.stage.endRun([harness.ended(1, 0, 0.5)]);
    expect(harness.stored).toMatchObject([{ cameraId: 'exit' }]);
  });
});

describe('vehicles visible together', () => {
  it('are never one vehicle, however alike', async () => {
    const harness = begin();
    harness.frame(0, [1, 2]);
    for (const trackId of [1, 2]) {
      await harness.crop(trackId, 0, lookOf(0));
      await harness.crop(trackId, 1, lookOf(0));
    }
    await harness.stage.endRun([harness.ended(1, 0, 4), harness.ended(2, 0, 4)]);
    expect(harness.stored.map(({ decision }) => decision.vehicleNumber)).toEqual([1, 2]);
    const evidence = harness.stored[1]?.decision.candidates;
    expect(evidence).toMatchObject([
      { vehicleNumber: 1, excludedBecause: 'visible-at-the-same-time' },
    ]);
  });

  it('share a known vehicle between them by likeness: the better one gets it', async () => {
    const harness = begin();
    await harness.visit(1, 0, 4, lookOf(0));
    harness.frame(60, [2, 3]);
    for (const atS of [60, 61]) await harness.crop(2, atS, lookOf(0, 1, 0.3));
    expect(harness.told(2).decision).toMatchObject({ outcome: 'matched', vehicleNumber: 1 });
    for (const atS of [60, 61]) await harness.crop(3, atS, lookOf(0));
    await harness.stage.endRun([]);
    expect(harness.told(3).decision).toMatchObject({ outcome: 'matched', vehicleNumber: 1 });
    expect(harness.told(2).decision).toMatchObject({
      outcome: 'new',
      vehicleNumber: 2,
      revisionCount: 1,
    });
  });

  it('and a track that is only out of sight are told apart in the evidence', async () => {
    const harness = begin();
    await harness.visit(1, 0, 4, lookOf(0));
    harness.frame(60, [2]);
    for (const atS of [60, 61]) await harness.crop(2, atS, lookOf(0));
    // Track 2 is lost, not ended, when track 3 appears.
    harness.frame(62, [3]);
    for (const atS of [62, 63]) await harness.crop(3, atS, lookOf(0));
    expect(harness.told(3).decision.candidates).toMatchObject([
      { vehicleNumber: 1, excludedBecause: 'held-by-another-track' },
    ]);
    expect(harness.told(3).decision.requiredSimilarity).toBeNull();
    harness.frame(64, [4, 2]);
    for (const atS of [64, 65]) await harness.crop(4, atS, lookOf(0));
    expect(harness.told(4).decision.candidates).toMatchObject([
      { vehicleNumber: 1, excludedBecause: 'visible-at-the-same-time' },
    ]);
  });

  it('still count as different after one of them has left', async () => {
    const harness = begin();
    harness.frame(0, [1, 2]);
    await harness.crop(1, 0, lookOf(0));
    await harness.crop(1, 1, lookOf(0));
    harness.frame(2, [2], { ended: [harness.ended(1, 0, 1)] });
    await harness.crop(2, 2, lookOf(0));
    await harness.crop(2, 3, lookOf(0));
    expect(harness.told(2).decision).toMatchObject({ outcome: 'new', vehicleNumber: 2 });
  });
});

describe('a decision while the track lives', () => {
  it('is taken back below the lower threshold only, and burns no second number', async () => {
    const harness = begin();
    await harness.visit(1, 0, 4, lookOf(0));
    harness.frame(60, [2]);
    await harness.crop(2, 60, lookOf(0, 1, 0.2), 0.5);
    await harness.crop(2, 62, lookOf(0, 1, 0.3), 0.5);
    expect(harness.told(2).decision.outcome).toBe('matched');
    // Down to 0.79: below accept, above keep.
    await harness.crop(2, 64, lookOf(0, 1, 0.6), 1);
    expect(harness.told(2).decision.outcome).toBe('matched');
    expect(harness.told(2).decision.similarity).toBeLessThan(0.85);
    await harness.crop(2, 66, lookOf(0, 1, 0.7), 1);
    await harness.crop(2, 68, lookOf(0, 1, 0.7), 1);
    expect(harness.told(2).decision).toMatchObject({
      outcome: 'new',
      vehicleNumber: 2,
      revisionCount: 1,
    });
    await harness.visit(3, 90, 94, lookOf(5));
    expect(harness.told(3).decision.vehicleNumber).toBe(3);
  });

  it('turns from new to known when later crops show it', async () => {
    const harness = begin();
    await harness.visit(1, 0, 4, lookOf(0));
    harness.frame(60, [2]);
    await harness.crop(2, 60, lookOf(0, 1, 0.5), 0.7);
    expect(harness.told(2).decision).toMatchObject({ outcome: 'new', vehicleNumber: 2 });
    for (const atS of [62, 64, 66]) await harness.crop(2, atS, lookOf(0), 0.9);
    await harness.stage.endRun([harness.ended(2, 60, 67)]);
    expect(harness.told(2).decision).toMatchObject({
      outcome: 'matched',
      vehicleNumber: 1,
      revisionCount: 1,
    });
    expect(harness.store.vehicleCount).toBe(1);
  });

  it('follows the threshold at once when the user moves it', async () => {
    const harness = begin();
    await harness.visit(1, 0, 4, lookOf(0));
    harness.frame(60, [2]);
    for (const atS of [60, 61]) await harness.crop(2, atS, lookOf(0, 1, 0.45));
    expect(harness.told(2).decision.outcome).toBe('new');
    harness.stage.setThresholds({ accept: 0.7, keep: 0.6 }, []);
    await harness.stage.endRun([]);
    expect(harness.told(2).decision).toMatchObject({
      outcome: 'matched',
      thresholds: { accept: 0.7 },
    });
  });

  it('waits for a second crop when the first is poor, but not for ever', async () => {
    const harness = begin();
    harness.frame(0, [1]);
    await harness.crop(1, 0, lookOf(0), 0.2);
    expect(harness.identities).toEqual([]);
    harness.frame(1.5, [1]);
    expect(harness.told(1).decision.outcome).toBe('new');
  });
});

describe('tracks that show too little', () => {
  it('get a number without a descriptor when no crop was usable', async () => {
    const harness = begin();
    harness.frame(0, [1]);
    expect(await harness.crop(1, 0, null)).toBeNull();
    harness.frame(1, [1]);
    expect(harness.identities).toEqual([]);
    harness.frame(2, [1]);
    expect(harness.told(1).decision).toMatchObject({ outcome: 'unidentifiable', vehicleNumber: 1 });
    await harness.stage.endRun([harness.ended(1, 0, 3)]);
    expect(harness.stored).toMatchObject([{ space: null, cropId: null }]);
    expect(harness.stage.index.size).toBe(0);
  });

  it('become identifiable under the same number when a good crop comes late', async () => {
    const harness = begin();
    harness.frame(0, [1]);
    harness.frame(2, [1]);
    await harness.crop(1, 3, lookOf(0), 0.9);
    expect(harness.told(1).decision).toMatchObject({
      outcome: 'new',
      vehicleNumber: 1,
      revisionCount: 1,
    });
  });

  it('leave no trace when they were never confirmed or only flickered', async () => {
    const harness = begin();
    await harness.crop(1, 0, lookOf(0), 0.3);
    await harness.stage.endRun([
      harness.ended(1, 0, 1, { wasConfirmed: false }),
      harness.ended(2, 0, 0.2, { hitCount: 2 }),
    ]);
    expect(harness.stored).toEqual([]);
    expect(harness.identities).toEqual([]);
  });
});

describe('a bridged gap', () => {
  it('keeps the first number, joins the crops and answers crops under the old id', async () => {
    const harness = begin();
    harness.frame(0, [1]);
    await harness.crop(1, 0, lookOf(0));
    await harness.crop(1, 1, lookOf(0));
    harness.frame(5, [2]);
    await harness.crop(2, 5, lookOf(0, 1, 0.5), 0.9);
    expect(harness.told(2).decision.vehicleNumber).toBe(2);
    harness.frame(6, [1], { bridges: [{ survivorId: 1, absorbedId: 2, similarity: 0.8 }] });
    expect(await harness.crop(2, 7, lookOf(0))).not.toBeNull();
    await harness.stage.endRun([harness.ended(1, 0, 8)]);
    expect(harness.stored).toHaveLength(1);
    expect(harness.stored[0]?.decision).toMatchObject({
      vehicleNumber: 1,
      cropTimesUs: [0, 1_000_000, 5_000_000, 7_000_000],
    });
  });
});

describe('what a recording is told of', () => {
  it('is a living track as it would be stored now, with its picture, and stored sightings with all ids of their tracks', async () => {
    const harness = begin();
    harness.frame(0, [1]);
    await harness.crop(1, 0, lookOf(0));
    expect(harness.stage.livingSightings()).toEqual([]);
    await harness.crop(1, 1, lookOf(0));
    const [living] = harness.stage.livingSightings();
    expect(living).toMatchObject({
      sighting: { runId: 'run', decision: { vehicleNumber: 1 }, space: 'fake:1' },
      trace: { epoch: 1, trackIds: [1], startUs: 0, endUs: 1_000_000 },
    });
    expect(living?.trace.crop).toBeInstanceOf(Blob);
    expect(living?.trace.descriptor).toHaveLength(lookOf(0).length);
    harness.frame(5, [2]);
    harness.frame(6, [1], { bridges: [{ survivorId: 1, absorbedId: 2, similarity: 0.8 }] });
    await harness.stage.endRun([harness.ended(1, 0, 8)]);
    expect(harness.stage.livingSightings()).toEqual([]);
    const stored = harness.events.find(({ type }) => type === 'sighting');
    expect(stored).toMatchObject({
      sighting: { id: living?.sighting.id },
      trace: { epoch: 1, trackIds: [1, 2], startUs: 0, endUs: 8_000_000 },
    });
    // Asking did not keep the picture from being stored, and told with that.
    expect(harness.store.pictures.size).toBe(1);
    expect(stored?.type === 'sighting' && stored.trace.crop).toBeInstanceOf(Blob);
  });
});

describe('a vehicle parked in view', () => {
  it('is one sighting that grows, written now and then so that a crash loses little', async () => {
    const harness = begin();
    for (let atS = 0; atS <= 8 * 3600; atS += 10) {
      harness.frame(atS, [1]);
      if (atS % 600 === 0) await harness.crop(1, atS, lookOf(0));
    }
    await harness.writer.settle();
    // The run was never ended: this is what a crash leaves.
    expect(harness.stored).toHaveLength(1);
    expect(harness.stored[0]?.endUnixMs).toBeGreaterThanOrEqual(1_000_000 + (8 * 3600 - 30) * 1000);
    expect(harness.stored[0]?.decision.cropTimesUs).toHaveLength(5);
    expect(harness.store.commitCount).toBeLessThan(1000);
    expect(harness.store.pictures.size).toBe(1);
  });

  it('is known again after the crash, and does not match its own interim sighting while it lives', async () => {
    const store = new FakeStore();
    const before = begin(store);
    before.frame(0, [1]);
    await before.crop(1, 0, lookOf(0), 0.9);
    before.frame(40, [1]);
    await before.writer.flush();
    await before.stage.loadGallery();
    await before.crop(1, 41, lookOf(0), 0.9);
    expect(before.told(1).decision.outcome).toBe('new');

    const after = new IdentityHarness(store);
    await after.stage.loadGallery();
    after.startRun('after the crash');
    await after.visit(1, 0, 4, lookOf(0));
    expect(after.told(1).decision).toMatchObject({ outcome: 'matched', vehicleNumber: 1 });
  });
});

describe('a crop that cannot be embedded', () => {
  const failing = (harness: IdentityHarness): void => {
    harness.embedder.gate = Promise.reject(new AppError('BACKEND_FAILED', 'gone'));
    harness.embedder.gate.catch(() => undefined);
  };
  const told = (harness: IdentityHarness) =>
    harness.events.filter(({ type }) => type === 'embedding-error');

  it('is told of once in a live run', async () => {
    const harness = begin();
    failing(harness);
    for (const atS of [0, 1]) await expect(harness.crop(1, atS, lookOf(0))).rejects.toThrow('gone');
    expect(told(harness)).toEqual([
      { type: 'embedding-error', error: { code: 'BACKEND_FAILED', message: 'gone' } },
    ]);
    harness.startRun('next');
    await expect(harness.crop(1, 0, lookOf(0))).rejects.toThrow('gone');
    expect(told(harness)).toHaveLength(2);
  });

  it('is left to its frame in a file, which fails', async () => {
    const harness = new IdentityHarness();
    harness.startRun('file', 0, 'media', 1, 'offline');
    failing(harness);
    await expect(harness.crop(1, 0, lookOf(0))).rejects.toThrow('gone');
    expect(told(harness)).toEqual([]);
  });
});

describe('a gallery that is read anew while the run goes on', () => {
  /** Begins a reading that waits; ends it when called. */
  function readSlowly(harness: IdentityHarness): () => Promise<void> {
    let open = (): void => undefined;
    harness.store.gate = new Promise((resolve) => {
      open = resolve;
    });
    const loading = harness.stage.loadGallery();
    return () => {
      open();
      return loading;
    };
  }

  it('keeps a track that finishes meanwhile', async () => {
    const harness = begin();
    const finishReading = readSlowly(harness);
    await harness.visit(1, 0, 4, lookOf(0));
    await finishReading();
    await harness.visit(2, 60, 64, lookOf(0));
    expect(harness.told(2).decision).toMatchObject({ outcome: 'matched', vehicleNumber: 1 });
  });

  it('does not bring back a vehicle that is forgotten meanwhile', async () => {
    const harness = begin();
    await harness.visit(1, 0, 4, lookOf(0));
    const finishReading = readSlowly(harness);
    harness.stage.forgetVehicle(harness.told(1).decision.vehicleId);
    await finishReading();
    expect(harness.stage.index.size).toBe(0);
  });

  it('keeps what is finished but could not be stored yet', async () => {
    const harness = begin();
    harness.store.failure = new AppError('STORAGE_FULL', 'no room');
    await expect(harness.visit(1, 0, 4, lookOf(0))).rejects.toThrow('no room');
    await harness.stage.loadGallery();
    harness.store.failure = null;
    await harness.visit(2, 60, 64, lookOf(0));
    expect(harness.told(2).decision).toMatchObject({ outcome: 'matched', vehicleNumber: 1 });
  });
});

describe('ownership and order', () => {
  it('goes on with the run when perception connects again', async () => {
    const harness = begin();
    harness.frame(0, [1]);
    await harness.crop(1, 0, lookOf(0), 0.9);
    harness.startRun('run', 1_000_000, 'wall', 1);
    harness.frame(2, [1]);
    await harness.stage.endRun([harness.ended(1, 0, 2)]);
    expect(harness.stored).toMatchObject([{ endUnixMs: 1_002_000 }]);
  });

  it('closes every picture once, whatever became of the crop', async () => {
    const harness = begin();
    await harness.crop(1, 0, lookOf(0));
    await harness.crop(1, 0, null);
    expect(await harness.crop(1, 0, lookOf(0), 0.5, 99)).toBeNull();
    harness.frame(1, [], { ended: [harness.ended(1, 0, 1)] });
    expect(await harness.crop(1, 2, lookOf(0))).toBeNull();
    harness.embedder.gate = Promise.reject(new AppError('BACKEND_FAILED', 'gone'));
    await expect(harness.crop(2, 3, lookOf(0))).rejects.toMatchObject({ code: 'BACKEND_FAILED' });
    expect(harness.pictures.map(({ isClosed }) => isClosed)).toEqual(Array(5).fill(true));
  });

  it('waits for crops under way before a track is finished', async () => {
    const harness = begin();
    let open = (): void => undefined;
    harness.embedder.gate = new Promise((resolve) => {
      open = resolve;
    });
    harness.frame(0, [1]);
    const crop = harness.crop(1, 0, lookOf(0));
    const end = harness.stage.endRun([harness.ended(1, 0, 2)]);
    open();
    await Promise.all([crop, end]);
    expect(harness.stored).toMatchObject([{ space: 'fake:1' }]);
  });

  it('ignores what a run that was replaced still sends', async () => {
    const harness = begin();
    const late = harness.crop(1, 0, lookOf(0));
    harness.startRun('second');
    expect(await late).toBeNull();
    await harness.stage.endRun([]);
    expect(harness.stored).toEqual([]);
  });

  it('gives a forgotten vehicle a new number when it is still in view', async () => {
    const harness = begin();
    harness.frame(0, [1]);
    await harness.crop(1, 0, lookOf(0), 0.9);
    const first = harness.told(1).decision;
    harness.stage.forgetVehicle(first.vehicleId);
    const second = harness.told(1).decision;
    expect(second.vehicleNumber).toBe(2);
    expect(second.vehicleId).not.toBe(first.vehicleId);
    await harness.stage.endRun([harness.ended(1, 0, 3)]);
    expect(harness.stored.map(({ vehicleId }) => vehicleId)).toEqual([second.vehicleId]);
  });

  it('places sightings of a recording by their position, and orders them by when it was analysed', async () => {
    const harness = new IdentityHarness();
    harness.startRun('file', 5_000_000, 'media');
    harness.nowUnixMs = 5_000_200;
    harness.frame(10, [1]);
    await harness.crop(1, 10, lookOf(0));
    harness.nowUnixMs = 5_000_900;
    await harness.crop(1, 14, lookOf(0));
    // A track ends a while after it was seen last.
    harness.nowUnixMs = 5_003_000;
    harness.frame(16, [], { ended: [harness.ended(1, 10, 14)] });
    await harness.writer.flush();
    await harness.visit(2, 30, 31, lookOf(0));
    expect(harness.stored[0]).toMatchObject({
      originUnixMs: 5_000_000,
      startUnixMs: 5_000_200,
      endUnixMs: 5_000_900,
      startMediaUs: 10_000_000,
      endMediaUs: 14_000_000,
    });
    expect(harness.told(2).lastSeenMediaUs).toBe(14_000_000);
  });
});
