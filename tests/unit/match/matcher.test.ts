import { describe, expect, it } from 'vitest';
import type { VehicleScore } from '../../../src/stages/match/gallery-index';
import { decideMatch, requiredSimilarity } from '../../../src/stages/match/matcher';

const thresholds = { accept: 0.8, keep: 0.7 };

function scores(...similarities: number[]): VehicleScore[] {
  return similarities.map((similarity, i) => ({
    sightingId: `s${i + 1}`,
    vehicleId: `v${i + 1}`,
    vehicleNumber: i + 1,
    cameraId: 'gate',
    similarity,
  }));
}

function decide(
  ranked: readonly VehicleScore[],
  currentVehicleId: string | null = null,
  excluded: readonly string[] = [],
) {
  return decideMatch({
    scores: ranked,
    thresholds,
    acceptOf: () => thresholds.accept,
    currentVehicleId,
    exclusionOf: ({ vehicleId }) =>
      excluded.includes(vehicleId) ? 'visible-at-the-same-time' : null,
  });
}

describe('thresholds of two cameras', () => {
  const ofCameras = (ranked: readonly VehicleScore[], currentVehicleId: string | null = null) =>
    decideMatch({
      scores: ranked,
      thresholds,
      acceptOf: ({ vehicleId }) => (vehicleId === 'v2' ? 0.6 : thresholds.accept),
      currentVehicleId,
      exclusionOf: () => null,
    });

  it('are what is asked of a candidate, and are told', () => {
    const { match, requiredSimilarity: required } = ofCameras(scores(0.75, 0.74));
    // 0.05 below its own threshold is the first, 0.14 above its own the second.
    expect(match?.vehicleId).toBe('v2');
    expect(required).toBeCloseTo(0.6);
  });

  it('ask for the lead on top, measured from the threshold of each', () => {
    const verdict = ofCameras(scores(0.85, 0.67));
    expect(verdict.requiredSimilarity).toBeCloseTo(0.68);
    expect(verdict.match).toBeNull();
  });

  it('move what a vehicle once recognised is kept down to', () => {
    expect(ofCameras(scores(0.1, 0.51), 'v2').match?.vehicleId).toBe('v2');
    expect(ofCameras(scores(0.1, 0.49), 'v2').match).toBeNull();
  });
});

describe('a first decision', () => {
  it('is a new vehicle in an empty gallery', () => {
    expect(decide([])).toEqual({ match: null, requiredSimilarity: null, candidates: [] });
  });

  it('recognises at the threshold and not below it', () => {
    expect(decide(scores(0.8)).match?.vehicleId).toBe('v1');
    expect(decide(scores(0.79)).match).toBeNull();
  });

  it('asks for more when a second vehicle is nearly as similar', () => {
    expect(decide(scores(0.85, 0.84)).match).toBeNull();
    expect(decide(scores(0.85, 0.74)).match?.vehicleId).toBe('v1');
    expect(decide(scores(0.92, 0.9)).match?.vehicleId).toBe('v1');
    expect(requiredSimilarity(0.8, 0.9, 0.9)).toBeCloseTo(0.9);
    expect(requiredSimilarity(0.8, 0.9, 0.5)).toBeCloseTo(0.8);
  });

  it('tells what was asked of the best vehicle that was possible', () => {
    expect(decide(scores(0.85, 0.84)).requiredSimilarity).toBeCloseTo(0.89);
    expect(decide(scores(0.95, 0.85), null, ['v1']).requiredSimilarity).toBeCloseTo(0.8);
    expect(decide(scores(0.95), null, ['v1']).requiredSimilarity).toBeNull();
  });

  it('accepts an exact repetition whatever else is there', () => {
    const strict = { ...thresholds, accept: 0.95 };
    const question = {
      scores: scores(0.995, 0.99),
      acceptOf: () => strict.accept,
      currentVehicleId: null,
      exclusionOf: () => null,
    };
    expect(decideMatch({ ...question, thresholds: strict }).match?.vehicleId).toBe('v1');
  });

  it('passes over a vehicle it cannot be, and keeps it as evidence', () => {
    const { match, candidates } = decide(scores(0.95, 0.85), null, ['v1']);
    expect(match?.vehicleId).toBe('v2');
    expect(candidates.map(({ excludedBecause }) => excludedBecause)).toEqual([
      'visible-at-the-same-time',
      null,
    ]);
  });

  it('keeps at most ten candidates, best first', () => {
    const { candidates } = decide(scores(...Array.from({ length: 15 }, (_, i) => 0.6 - i / 100)));
    expect(candidates.map(({ vehicleNumber }) => vehicleNumber)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });
});

describe('a decision that stands', () => {
  it('is kept down to the lower threshold, without a lead', () => {
    expect(decide(scores(0.72, 0.71), 'v1').match?.vehicleId).toBe('v1');
    expect(decide(scores(0.72, 0.71), 'v2').match?.vehicleId).toBe('v2');
    expect(decide(scores(0.69), 'v1').match).toBeNull();
  });

  it('yields only to a vehicle that is accepted and clearly better', () => {
    expect(decide(scores(0.85, 0.78), 'v2').match?.vehicleId).toBe('v2');
    expect(decide(scores(0.95, 0.78), 'v2').match?.vehicleId).toBe('v1');
  });

  it('falls when the vehicle turns out to be another one in view', () => {
    expect(decide(scores(0.95, 0.6), 'v1', ['v1']).match).toBeNull();
  });

  it('falls when the vehicle is no longer in the gallery', () => {
    expect(decide(scores(0.5), 'v9').match).toBeNull();
  });
});
