import * as fc from 'fast-check';
import { VEHICLE_CLASSES } from '../../../src/contracts/detection';
import { EXCLUSION_REASONS } from '../../../src/contracts/match';
import type {
  SessionBox,
  SessionEvent,
  SessionFrame,
  SessionSighting,
  SessionTrack,
} from '../../../src/contracts/session';

// Minus zero is left out: JSON writes it as zero.
const plus = (value: number): number => value + 0;
const time = fc.integer({ min: -(2 ** 45), max: 2 ** 45 }).map(plus);
const cosine = fc.double({ min: -1, max: 1, noNaN: true }).map(plus);
const count = fc.nat();
const trackId = fc.integer({ min: 0, max: 0xffff_ffff });
const vehicleClass = fc.constantFrom(...VEHICLE_CLASSES);
const cameraId = fc.constantFrom('camera-1', 'камера 2', '</script>', '');
const coordinate = fc.float({ min: -10_000, max: 10_000, noNaN: true });
const text = fc.string({ unit: 'binary', maxLength: 20 });

const box = fc.record<SessionBox>({
  trackId,
  state: fc.constantFrom('tentative', 'confirmed', 'lost'),
  vehicleClass,
  box: fc.record({ x1: coordinate, y1: coordinate, x2: coordinate, y2: coordinate }),
  score: fc.option(fc.double({ min: 0, max: 1, noNaN: true }).map(plus)),
});

const frame = fc.record<SessionFrame>({
  cameraId,
  captureTimeUs: time,
  boxes: fc.array(box, { maxLength: 5 }),
});

const track = fc.record<SessionTrack>({
  trackId,
  cameraId,
  vehicleClass,
  firstSeenUs: time,
  lastSeenUs: time,
  hitCount: count,
});

const decision = fc.record({
  outcome: fc.constantFrom('matched', 'new', 'unidentifiable'),
  vehicleId: text,
  vehicleNumber: count,
  similarity: fc.option(cosine),
  thresholds: fc.record({ accept: cosine, keep: cosine }),
  requiredSimilarity: fc.option(cosine),
  candidates: fc.array(
    fc.record({
      vehicleId: text,
      vehicleNumber: count,
      sightingId: text,
      similarity: cosine,
      excludedBecause: fc.option(fc.constantFrom(...EXCLUSION_REASONS)),
    }),
    { maxLength: 2 },
  ),
  cropTimesUs: fc.array(time, { maxLength: 3 }),
  revisionCount: count,
});

const sighting = fc.record<SessionSighting>({
  id: text,
  vehicleId: text,
  vehicleNumber: count,
  vehicleClass,
  cameraId,
  trackIds: fc.array(trackId, { maxLength: 3 }),
  startUs: time,
  endUs: time,
  hitCount: count,
  decision,
  cropPart: fc.option(text),
  descriptor: fc.option(
    fc.record({
      space: text,
      values: fc.float32Array({ noNaN: true, noDefaultInfinity: true, maxLength: 8 }),
    }),
  ),
});

/** Any event that can be written. */
export const anyEvent: fc.Arbitrary<SessionEvent> = fc.oneof(
  { weight: 3, arbitrary: frame.map((each) => ({ type: 'frame' as const, frame: each })) },
  { weight: 1, arbitrary: track.map((each) => ({ type: 'track' as const, track: each })) },
  { weight: 1, arbitrary: sighting.map((each) => ({ type: 'sighting' as const, sighting: each })) },
  {
    weight: 1,
    arbitrary: fc
      .record({ startUs: time, endUs: time, reason: text })
      .map((gap) => ({ type: 'gap' as const, gap })),
  },
);

/** The events of some blocks. */
export const anyBlocks = fc.array(fc.array(anyEvent, { maxLength: 6 }), { maxLength: 4 });
