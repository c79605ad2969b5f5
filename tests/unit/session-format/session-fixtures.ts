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
import { encodeBlock } from '../../../src/core/session-format/encode-block';

/** What a format of 32-bit floats and steps of 1/250 keeps of an event: what comes back when it is read. */
export function asStored(event: SessionEvent): SessionEvent {
  if (event.type !== 'frame') return event;
  const boxes = event.frame.boxes.map((each) => ({
    ...each,
    box: {
      x1: Math.fround(each.box.x1),
      y1: Math.fround(each.box.y1),
      x2: Math.fround(each.box.x2),
      y2: Math.fround(each.box.y2),
    },
    score: each.score === null ? null : Math.round(each.score * 250) / 250,
  }));
  return { type: 'frame', frame: { ...event.frame, boxes } };
}

/** One sighting; everything may be overridden. */
export function sessionSighting(change: Partial<SessionSighting> = {}): SessionSighting {
  const id = change.id ?? 's1';
  return {
    id,
    vehicleId: 'v1',
    vehicleNumber: 1,
    vehicleClass: 'car',
    cameraId: 'camera-1',
    trackIds: [1],
    startUs: 0,
    endUs: 1_000_000,
    hitCount: 10,
    decision: {
      outcome: 'new',
      vehicleId: change.vehicleId ?? 'v1',
      vehicleNumber: change.vehicleNumber ?? 1,
      similarity: null,
      thresholds: { accept: 0.6, keep: 0.5 },
      requiredSimilarity: null,
      candidates: [],
      cropTimesUs: [500_000],
      revisionCount: 0,
    },
    cropPart: null,
    descriptor: { space: `${'a'.repeat(64)}:1`, values: Float32Array.of(0.6, 0.8) },
    ...change,
  };
}

/** One track; everything may be overridden. */
export function sessionTrack(change: Partial<SessionTrack> = {}): SessionTrack {
  return {
    trackId: 1,
    cameraId: 'camera-1',
    vehicleClass: 'car',
    firstSeenUs: 0,
    lastSeenUs: 1_000_000,
    hitCount: 10,
    ...change,
  };
}

/** One frame with some boxes. */
export function sessionFrame(
  captureTimeUs: number,
  boxCount = 1,
  cameraId = 'camera-1',
): SessionFrame {
  return {
    cameraId,
    captureTimeUs,
    boxes: Array.from({ length: boxCount }, (_, index) => sessionBox(index + 1)),
  };
}

/** One confirmed box. */
export function sessionBox(trackId: number): SessionBox {
  return {
    trackId,
    state: 'confirmed',
    vehicleClass: 'car',
    box: { x1: trackId, y1: 10.25, x2: trackId + 40.5, y2: 60.125 },
    score: 0.8,
  };
}

/** Blocks of some events each, one after the other, as a file has them. */
export function fileOf(...blocks: readonly (readonly SessionEvent[])[]): Blob {
  return new Blob(blocks.map((events, index) => encodeBlock(events, index)));
}

/** A frame as an event. */
export function frameEvent(
  ...args: Parameters<typeof sessionFrame>
): Extract<SessionEvent, { type: 'frame' }> {
  return { type: 'frame', frame: sessionFrame(...args) };
}

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
