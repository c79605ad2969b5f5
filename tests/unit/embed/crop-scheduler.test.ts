import { describe, expect, it } from 'vitest';
import type { Box } from '../../../src/contracts/detection';
import type { Track, TrackBatch } from '../../../src/contracts/track';
import { cropGeometry, withMargin } from '../../../src/stages/embed/crop-quality';
import { CropScheduler, type CropPlan } from '../../../src/stages/embed/crop-scheduler';

const FRAME = { widthPx: 1280, heightPx: 720 };

function boxAt(x: number, y: number, width = 120, height = 90): Box {
  return { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 };
}

function track(id: number, box: Box, change: Partial<Track> = {}): Track {
  return {
    id,
    state: 'confirmed',
    box,
    velocityXPxPerS: 0,
    velocityYPxPerS: 0,
    vehicleClass: 'car',
    score: 0.7,
    detectedBox: box,
    firstSeenUs: 0,
    lastSeenUs: 0,
    hitCount: 5,
    ...change,
  };
}

function batchAt(
  seconds: number,
  tracks: readonly Track[],
  change: Partial<TrackBatch> = {},
): TrackBatch {
  const captureTimeUs = Math.round(seconds * 1e6);
  const meta = { epoch: 1, cameraId: 'test', frameId: 0, captureTimeUs, ...FRAME };
  return { meta, tracks, ended: [], bridges: [], ...change };
}

/** Runs a scene at 10 frames/s; every crop is embedded before the next frame. */
function plansOver(seconds: number, seen: (seconds: number) => readonly Track[]): CropPlan[] {
  const scheduler = new CropScheduler();
  const plans: CropPlan[] = [];
  for (let frame = 0; frame <= seconds * 10; frame++) {
    const chosen = scheduler.select(batchAt(frame / 10, seen(frame / 10)));
    for (const { trackId } of chosen) scheduler.noteEmbedded(trackId, 1);
    plans.push(...chosen);
  }
  return plans;
}

describe('CropScheduler', () => {
  it('takes a good view at once, with a margin inside the frame', () => {
    const box = boxAt(400, 300);
    const [plan] = new CropScheduler().select(batchAt(0, [track(7, box)]));
    expect(plan).toMatchObject({ trackId: 7, vehicleClass: 'car' });
    expect(plan?.box.x1).toBeLessThan(box.x1);
    expect(plan?.box.y2).toBeGreaterThan(box.y2);
    expect(plan?.geometry).toMatchObject({ insideFraction: 1, overlapFraction: 0 });
  });

  it('cuts a motorcycle with its rider, whom detectors leave out of its box', () => {
    const box = boxAt(400, 300, 60, 90);
    const rider = { x1: 372, y1: 195, x2: 428, y2: 330 };
    const [plan] = new CropScheduler().select(
      batchAt(0, [track(7, box, { vehicleClass: 'motorcycle' })]),
      [rider],
    );
    expect(plan?.box.y1).toBeLessThan(rider.y1);
    expect(plan?.box.y2).toBeGreaterThan(box.y2);
    expect(plan?.geometry).toMatchObject({ overlapFraction: 0 });
    expect(plan?.geometry.sidePx).toBeGreaterThan(Math.sqrt(60 * 90));
  });

  it('leaves a person before a car out of its crop', () => {
    const box = boxAt(400, 300);
    const person = { x1: 380, y1: 200, x2: 420, y2: 330 };
    const [plan] = new CropScheduler().select(batchAt(0, [track(7, box)]), [person]);
    expect(plan?.geometry.sidePx).toBeCloseTo(Math.sqrt(120 * 90));
  });

  it('waits a moment for a better view than a poor one, but not for long', () => {
    const scheduler = new CropScheduler();
    const small = [track(1, boxAt(400, 300, 34, 30))];
    expect(scheduler.select(batchAt(0, small))).toEqual([]);
    expect(scheduler.select(batchAt(0.2, small))).toEqual([]);
    expect(scheduler.select(batchAt(0.5, small))).toHaveLength(1);
  });

  it('never cuts tentative, lost or merely coasting tracks', () => {
    const box = boxAt(400, 300);
    const tracks = [
      track(1, box, { state: 'tentative' }),
      track(2, boxAt(700, 300), { state: 'lost', detectedBox: null, score: null }),
      track(3, boxAt(900, 300), { detectedBox: null, score: null }),
    ];
    expect(new CropScheduler().select(batchAt(0, tracks))).toEqual([]);
  });

  it('never cuts what is tiny, mostly outside, or mostly covered', () => {
    const seen = [
      track(1, boxAt(100, 100, 20, 20)),
      track(2, boxAt(-30, 400)),
      track(3, boxAt(700, 300)),
      track(4, boxAt(725, 310, 160, 120)),
    ];
    const ids = plansOver(3, () => seen).map(({ trackId }) => trackId);
    expect(new Set(ids)).toEqual(new Set([4]));
  });

  it('embeds a parked car three times in ten minutes', () => {
    const plans = plansOver(600, (t) => [
      // A detector's jitter of a few pixels and of its score.
      track(1, boxAt(400 + Math.sin(7 * t), 300 + Math.cos(5 * t)), {
        score: 0.7 + 0.1 * Math.sin(3 * t),
      }),
    ]);
    expect(plans).toHaveLength(3);
  });

  it('spreads the crops of an approaching vehicle and takes more as it gets clearer', () => {
    const plans = plansOver(6, (t) => [track(1, boxAt(600, 300, 30 + 40 * t, 24 + 32 * t))]);
    expect(plans.length).toBeGreaterThanOrEqual(5);
    expect(plans.length).toBeLessThanOrEqual(12);
    expect(plans.at(-1)?.geometry.sidePx).toBeGreaterThan(100);
  });

  it('takes another crop when a vehicle turns, although it is no clearer', () => {
    const turning = (t: number) => track(1, t < 5 ? boxAt(600, 300) : boxAt(600, 300, 180, 60));
    const plans = plansOver(10, (t) => [turning(t)]);
    expect(plans).toHaveLength(4);
  });

  it('never has two crops of one track under way', () => {
    const scheduler = new CropScheduler();
    const select = (seconds: number, side: number) =>
      scheduler.select(batchAt(seconds, [track(1, boxAt(400, 300, side, side))]));
    expect(select(0, 80)).toHaveLength(1);
    expect(select(2, 300)).toEqual([]);
    scheduler.noteEmbedded(1, 0.5);
    expect(select(2.1, 300)).toHaveLength(1);
  });

  it('asks for another crop soon when one was refused, but not for ever', () => {
    const scheduler = new CropScheduler();
    let planCount = 0;
    for (let frame = 0; frame < 1000; frame++) {
      const plans = scheduler.select(batchAt(frame / 10, [track(1, boxAt(400, 300))]));
      planCount += plans.length;
      for (const { trackId } of plans) scheduler.noteEmbedded(trackId);
    }
    expect(planCount).toBe(12);
  });

  it('bounds the crops of one frame and serves vehicles without any first', () => {
    const scheduler = new CropScheduler();
    const crowd = Array.from({ length: 20 }, (_, index) =>
      track(index + 1, boxAt(100 + (index % 5) * 200, 80 + Math.floor(index / 5) * 150)),
    );
    const seen: number[] = [];
    for (let frame = 0; frame < 7; frame++) {
      const plans = scheduler.select(batchAt(frame / 10, crowd));
      expect(plans.length).toBeLessThanOrEqual(3);
      for (const { trackId } of plans) {
        seen.push(trackId);
        scheduler.noteEmbedded(trackId, 1);
      }
    }
    expect(new Set(seen).size).toBe(20);
  });

  it('stops asking while too many crops are under way', () => {
    const scheduler = new CropScheduler();
    const crowd = Array.from({ length: 20 }, (_, index) =>
      track(index + 1, boxAt(100 + (index % 5) * 200, 80 + Math.floor(index / 5) * 150)),
    );
    let planCount = 0;
    for (let frame = 0; frame < 20; frame++)
      planCount += scheduler.select(batchAt(frame / 10, crowd)).length;
    expect(planCount).toBe(6);
  });

  it('makes room again for tracks that end or are forgotten, and after a reset', () => {
    const scheduler = new CropScheduler();
    const one = (id: number) => track(id, boxAt(100 + 150 * (id % 8), 300));
    const six = [1, 2, 3, 4, 5, 6].map(one);
    scheduler.select(batchAt(0, six));
    scheduler.select(batchAt(0.1, six));
    expect(scheduler.select(batchAt(0.2, [one(7)]))).toEqual([]);
    scheduler.forget(1);
    expect(scheduler.select(batchAt(0.3, [one(7)]))).toHaveLength(1);
    const over = {
      wasConfirmed: true,
      vehicleClass: 'car',
      firstSeenUs: 0,
      lastSeenUs: 0,
    } as const;
    const ended = [{ id: 2, hitCount: 3, ...over }];
    expect(scheduler.select(batchAt(0.4, [one(8)], { ended }))).toHaveLength(1);
    scheduler.reset();
    expect(scheduler.select(batchAt(0.5, [one(8)]))).toHaveLength(1);
  });

  it('counts the crops of an absorbed track as the survivor’s', () => {
    const scheduler = new CropScheduler();
    const box = boxAt(400, 300);
    for (const [seconds, id] of [
      [0, 1],
      [0.6, 1],
      [3, 2],
    ] as const) {
      expect(scheduler.select(batchAt(seconds, [track(id, box)]))).toHaveLength(1);
      scheduler.noteEmbedded(id, 1);
    }
    const bridges = [{ survivorId: 1, absorbedId: 2, similarity: 0.9 }];
    expect(scheduler.select(batchAt(4, [track(1, box)], { bridges }))).toEqual([]);
  });
});

describe('cropGeometry', () => {
  it('measures size, inside part and cover', () => {
    const other = { x1: 60, y1: 0, x2: 200, y2: 300 };
    expect(cropGeometry({ x1: 0, y1: 100, x2: 100, y2: 200 }, 0.5, FRAME, [other])).toMatchObject({
      sidePx: 100,
      insideFraction: 1,
      overlapFraction: 0.4,
      detectionScore: 0.5,
    });
    const half = cropGeometry({ x1: -50, y1: 100, x2: 50, y2: 200 }, 0.5, FRAME, []);
    expect(half.insideFraction).toBe(0.5);
  });

  it('prefers the larger, whole, uncovered and surer view', () => {
    const score = (box: Box, detectionScore = 0.7, others: readonly Box[] = []): number =>
      cropGeometry(box, detectionScore, FRAME, others).score;
    const plain = score(boxAt(400, 300));
    expect(score(boxAt(400, 300, 60, 45))).toBeLessThan(plain);
    expect(score(boxAt(60, 300))).toBeLessThan(plain);
    expect(score(boxAt(400, 300), 0.3)).toBeLessThan(plain);
    const inFront = score(boxAt(400, 300), 0.7, [boxAt(440, 320)]);
    const behind = score(boxAt(400, 300), 0.7, [boxAt(440, 280)]);
    expect(inFront).toBeLessThan(behind);
    expect(behind).toBeLessThan(plain);
  });

  it('does not count a box as its own cover', () => {
    const box = boxAt(400, 300);
    expect(cropGeometry(box, 0.7, FRAME, [box]).overlapFraction).toBe(0);
  });
});

describe('withMargin', () => {
  it('grows every side and stays inside the frame', () => {
    expect(withMargin({ x1: 100, y1: 100, x2: 200, y2: 150 }, 0.1, FRAME)).toEqual({
      x1: 90,
      y1: 95,
      x2: 210,
      y2: 155,
    });
    expect(withMargin({ x1: 0, y1: 0, x2: 1280, y2: 720 }, 0.1, FRAME)).toEqual({
      x1: 0,
      y1: 0,
      x2: 1280,
      y2: 720,
    });
  });
});
