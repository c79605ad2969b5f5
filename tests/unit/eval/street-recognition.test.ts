import { describe, expect, it } from 'vitest';
import { decisionFor, reportOf, car, scored, sightingOf, truthAt } from './street-scenes';

/** One stay of a vehicle at a camera, as the app saw it. */
interface Pass {
  readonly cameraId: string;
  /** Null: the app follows something that is no vehicle. */
  readonly identity: number | null;
  readonly vehicleId: string;
  /** Frames, ten a second. */
  readonly from: number;
  readonly to: number;
}

const pass = (
  cameraId: 'a' | 'b',
  identity: number | null,
  vehicleId: string,
  from: number,
  to: number,
): Pass => ({ cameraId: `street-${cameraId}`, identity, vehicleId, from, to });

/** Each pass is one track and one sighting. Vehicles stand apart, so that nothing overlaps. */
function scoredPasses(passes: readonly Pass[]) {
  const truth = [];
  const frames = [];
  for (const cameraId of ['street-a', 'street-b']) {
    for (let index = 0; index < 200; index++) {
      const here = passes
        .map((one, trackId) => ({ ...one, trackId }))
        .filter((one) => one.cameraId === cameraId && index >= one.from && index <= one.to);
      const vehicles = here.flatMap(({ identity }) =>
        identity === null ? [] : [car(identity, identity * 100)],
      );
      const one = truthAt(cameraId, index, vehicles);
      truth.push(one);
      const tracks = here.map(({ trackId, identity }) => ({
        id: trackId,
        state: 'confirmed' as const,
        box: car(0, identity === null ? 5000 : identity * 100).box,
      }));
      frames.push(reportOf(one, { tracks }));
    }
  }
  const decisions = passes.flatMap(({ cameraId, vehicleId, from }, trackId) => [
    { cameraId, trackId, atUs: from * 100_000, decision: decisionFor('undecided', 'new') },
    { cameraId, trackId, atUs: from * 100_000 + 1, decision: decisionFor(vehicleId, 'matched') },
  ]);
  const sightings = passes.map(({ cameraId, vehicleId, from, to }) =>
    sightingOf(cameraId, vehicleId, from * 100_000, to * 100_000),
  );
  return scored({ truth, frames, decisions, sightings }).crossCamera;
}

describe('the recognition scores of a street', () => {
  it('are 1 when every vehicle keeps its number at the other camera', () => {
    const scores = scoredPasses([
      pass('a', 1, 'V1', 0, 20),
      pass('a', 2, 'V2', 5, 25),
      pass('b', 1, 'V1', 40, 60),
      pass('b', 2, 'V2', 45, 65),
    ]);
    expect(scores).toMatchObject({ precision: 1, recall: 1, rightCount: 2, givenCount: 2 });
    expect(scores.sameCamera).toMatchObject({ precision: null, recall: null });
    expect(scores).toMatchObject({ sightingCount: 4, phantomCount: 0, unexplainedCount: 0 });
  });

  it('charge a wrong recognition to precision, a missed one to recall', () => {
    const scores = scoredPasses([
      pass('a', 1, 'V1', 0, 20),
      pass('a', 2, 'V2', 5, 25),
      pass('a', 3, 'V3', 10, 30),
      pass('b', 1, 'V1', 40, 60), // right
      pass('b', 2, 'V3', 45, 65), // taken for another
      pass('b', 3, 'V4', 50, 70), // not recognised
      pass('b', 4, 'V2', 55, 75), // a stranger, taken for one that was seen
      pass('b', 5, 'V5', 80, 90), // a stranger, and new
    ]);
    expect(scores).toMatchObject({ recognisedCount: 3, rightCount: 1, seenBeforeCount: 3 });
    expect(scores.precision).toBeCloseTo(1 / 3, 12);
    expect(scores.recall).toBeCloseTo(1 / 3, 12);
  });

  it('judge a claim by what the vehicle was in most of its earlier sightings', () => {
    const scores = scoredPasses([
      pass('a', 1, 'V1', 0, 10),
      pass('a', 1, 'V1', 40, 50),
      pass('a', 2, 'V1', 80, 90), // wrong, and now V1 is mostly vehicle 1 still
      pass('b', 2, 'V1', 120, 130),
    ]);
    expect(scores).toMatchObject({ recognisedCount: 1, rightCount: 0, precision: 0 });
    // Vehicle 2 did get the number that it had.
    expect(scores.recall).toBe(1);
  });

  it('ask for no recognition of a vehicle that is still in the other picture', () => {
    const scores = scoredPasses([pass('a', 1, 'V1', 0, 70), pass('b', 1, 'V2', 40, 60)]);
    expect(scores).toMatchObject({ recall: null, seenBeforeCount: 0 });
  });

  it('ask for it once the vehicle has left the other picture for as long as a lost track holds it', () => {
    const recallUntil = (to: number) =>
      scoredPasses([pass('a', 1, 'V1', 0, 50), pass('b', 1, 'V1', 40, to)]);
    expect(recallUntil(89)).toMatchObject({ recall: null, seenBeforeCount: 0 });
    expect(recallUntil(90)).toMatchObject({ recall: 1, seenBeforeCount: 1 });
  });

  it('tell a vehicle that came back from one whose track had broken', () => {
    const scores = scoredPasses([
      pass('a', 1, 'V1', 0, 20),
      pass('a', 1, 'V1', 25, 70), // half a second later: it never left
      pass('a', 1, 'V2', 120, 140), // five seconds later: back, and not recognised
    ]);
    expect(scores.recall).toBeNull();
    expect(scores.sameCamera).toMatchObject({
      ...{ precision: 1, recall: 0.5 },
      continuations: { recall: 1, seenBeforeCount: 1 },
      returns: { recall: 0, seenBeforeCount: 1 },
    });
  });

  it('ask for nothing while the broken track of the same vehicle is still held', () => {
    const scores = scoredPasses([pass('a', 1, 'V1', 0, 20), pass('a', 1, 'V2', 25, 40)]);
    expect(scores.sameCamera.continuations).toMatchObject({ recall: null, seenBeforeCount: 0 });
  });

  it('call it wrong to recognise what is no vehicle', () => {
    const scores = scoredPasses([pass('a', 1, 'V1', 0, 20), pass('b', null, 'V1', 40, 60)]);
    expect(scores).toMatchObject({ precision: 0, recall: null, phantomCount: 1 });
  });

  it('say how many sightings no track explains', () => {
    const { crossCamera } = scored({ sightings: [sightingOf('street-a', 'V1', 0, 1)] });
    expect(crossCamera).toMatchObject({ sightingCount: 1, unexplainedCount: 1 });
  });
});
