import type { RecognitionTools, Unsubscribe } from '../../../src/contracts/app';
import type { SightingId } from '../../../src/contracts/match';
import type {
  Adaptation,
  AdaptationOutcome,
  AdaptationProgress,
  Calibration,
  ConfirmedPair,
  PairSet,
} from '../../../src/contracts/recognition';
import { calibrate } from '../../../src/core/calibration';

/** What was learned, unless a test says otherwise. */
export const FAKE_ADAPTATION: Adaptation = {
  id: '0a1b2c3d',
  baseSpace: 'fake:1',
  inputDimension: 2,
  outputDimension: 2,
  matrix: Float32Array.of(1, 0, 0, 1),
  learnedUnixMs: new Date(2026, 4, 12, 15, 30).getTime(),
  report: {
    before: { equalErrorRate: 0.08, recallAtOnePercent: 0.61 },
    after: { equalErrorRate: 0.031, recallAtOnePercent: 0.84 },
    trainingPairCount: 1204,
    heldOutPairCount: 380,
    epochCount: 14,
  },
  accept: 0.72,
};

/** Recognition on made-up pairs; learning goes on until the test ends it with `finish`. */
export class FakeRecognition implements RecognitionTools {
  readonly calls: string[] = [];
  adaptation: Adaptation | null = null;
  space: string | null = 'fake:1';
  pairs: PairSet = fakePairs(900);
  readonly confirmed: ConfirmedPair[] = [];
  #finish: ((outcome: AdaptationOutcome) => void) | null = null;
  #onProgress: ((progress: AdaptationProgress) => void) | null = null;
  readonly #listeners = new Set<() => void>();

  onChanged(listener: () => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  calibrate(falseMatchRate: number): Promise<readonly Calibration[]> {
    this.calls.push(`calibrate ${falseMatchRate}`);
    return Promise.resolve(calibrate(this.pairs, falseMatchRate));
  }

  confirmPair(a: SightingId, b: SightingId, isSame: boolean): Promise<void> {
    this.calls.push(`confirmPair ${a} ${b} ${isSame}`);
    this.confirmed.unshift({ sightings: [a, b], isSame, confirmedUnixMs: Date.now() });
    return Promise.resolve();
  }

  takeBackPair(a: SightingId, b: SightingId): Promise<void> {
    this.calls.push(`takeBackPair ${a} ${b}`);
    this.confirmed.length = 0;
    return Promise.resolve();
  }

  confirmedPairs(sightingId: SightingId): Promise<readonly ConfirmedPair[]> {
    return Promise.resolve(
      this.confirmed.filter(({ sightings }) => sightings.includes(sightingId)),
    );
  }

  learn(
    onProgress: (progress: AdaptationProgress) => void,
    signal: AbortSignal,
  ): Promise<AdaptationOutcome> {
    this.calls.push('learn');
    return new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#onProgress = onProgress;
      signal.addEventListener('abort', () => {
        reject(new DOMException('The learning was cancelled', 'AbortError'));
      });
    });
  }

  /** Learns one round more. */
  progress(epoch: number): void {
    this.#onProgress?.({ epoch, epochCount: 30, heldOutEqualErrorRate: 0.05 });
  }

  /** Ends the learning that is on. */
  finish(outcome: AdaptationOutcome = { isBetter: true, adaptation: FAKE_ADAPTATION }): void {
    this.#finish?.(outcome);
  }

  keep(adaptation: Adaptation): Promise<void> {
    this.calls.push(`keep ${adaptation.id}`);
    return this.#use(adaptation);
  }

  undo(): Promise<void> {
    this.calls.push('undo');
    return this.#use(null);
  }

  #use(adaptation: Adaptation | null): Promise<void> {
    this.adaptation = adaptation;
    for (const listener of this.#listeners) listener();
    return Promise.resolve();
  }
}

/** `count` pairs of different vehicles and a fifth as many of the same, at two cameras; their similarities overlap a little. */
function fakePairs(count: number): PairSet {
  const pairs: PairSet['pairs'][number][] = [];
  const values: number[] = [];
  const cameraIds: string[] = [];
  const take = (similarity: number, isSame: boolean, camera: string): void => {
    const a = cameraIds.length;
    values.push(1, 0, similarity, Math.sqrt(1 - similarity * similarity));
    cameraIds.push(camera, camera);
    pairs.push({ a, b: a + 1, isSame, evidence: isSame ? 'same-track' : 'seen-together' });
  };
  for (let index = 0; index < count; index += 1) {
    // The sum of three evenly spread ones looks like a bell.
    const bell = (((index * 7) % 31) + ((index * 11) % 37) + ((index * 5) % 23)) / 88;
    const camera = index % 3 === 0 ? 'yard' : 'gate';
    take(0.15 + 0.7 * bell, false, camera);
    if (index % 5 === 0) take(0.55 + 0.44 * Math.sqrt(bell), true, camera);
  }
  return {
    space: 'fake:1',
    dimension: 2,
    vectors: Float32Array.from(values),
    cameraIds,
    cameraLabels: cameraIds.map((id) => (id === 'yard' ? 'Yard camera' : 'Gate')),
    groups: cameraIds.map((_, index) => index),
    pairs,
  };
}
