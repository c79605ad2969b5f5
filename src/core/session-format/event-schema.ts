import * as v from 'valibot';
import { VEHICLE_CLASSES } from '../../contracts/detection';
import {
  EXCLUSION_REASONS,
  type MatchCandidate,
  type MatchDecision,
  type MatchOutcome,
} from '../../contracts/match';
import type { SessionGap, SessionSighting, SessionTrack } from '../../contracts/session';

/*
 * What tracks, sightings and gaps look like in the text of a block. Checked when written too: a session must not become
 * unreadable by what was put into it.
 */

const OUTCOMES = ['matched', 'new', 'unidentifiable'] as const satisfies readonly MatchOutcome[];

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Times are compared and subtracted: beyond this, differences would lose microseconds. */
const timeUs = v.pipe(v.number(), v.finite(), v.minValue(-(2 ** 51)), v.maxValue(2 ** 51));
const trackId = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff));
const vehicleClass = v.picklist(VEHICLE_CLASSES);

/** Of one track. */
export const trackSchema = v.object({
  trackId,
  cameraId: v.string(),
  vehicleClass,
  firstSeenUs: timeUs,
  lastSeenUs: timeUs,
  hitCount: count,
}) satisfies v.GenericSchema<unknown, SessionTrack>;

/** Of one gap. */
export const gapSchema = v.object({
  startUs: timeUs,
  endUs: timeUs,
  reason: v.string(),
}) satisfies v.GenericSchema<unknown, SessionGap>;

const candidateSchema = v.object({
  vehicleId: v.string(),
  vehicleNumber: count,
  sightingId: v.string(),
  similarity: finite,
  excludedBecause: v.nullable(v.picklist(EXCLUSION_REASONS)),
}) satisfies v.GenericSchema<unknown, MatchCandidate>;

const decisionSchema = v.object({
  outcome: v.picklist(OUTCOMES),
  vehicleId: v.string(),
  vehicleNumber: count,
  similarity: v.nullable(finite),
  thresholds: v.object({ accept: finite, keep: finite }),
  requiredSimilarity: v.nullable(finite),
  candidates: v.array(candidateSchema),
  cropTimesUs: v.array(timeUs),
  revisionCount: count,
}) satisfies v.GenericSchema<unknown, MatchDecision>;

const sightingFields = {
  id: v.string(),
  vehicleId: v.string(),
  vehicleNumber: count,
  vehicleClass,
  cameraId: v.string(),
  trackIds: v.array(trackId),
  startUs: timeUs,
  endUs: timeUs,
  hitCount: count,
  decision: decisionSchema,
  cropPart: v.nullable(v.string()),
};

/** Of one sighting, as the contract has it. */
export const sightingSchema = v.object({
  ...sightingFields,
  descriptor: v.nullable(v.object({ space: v.string(), values: v.instance(Float32Array) })),
}) satisfies v.GenericSchema<unknown, SessionSighting>;

/** One event in the text, with its place among all events of the block. */
const storedEventSchema = v.tuple([
  count,
  v.variant('type', [
    v.object({ type: v.literal('track'), track: trackSchema }),
    v.object({ type: v.literal('gap'), gap: gapSchema }),
    v.object({
      type: v.literal('sighting'),
      sighting: v.object({
        ...sightingFields,
        /** The descriptor's numbers lie in the block's float column, from `start`. */
        descriptor: v.nullable(v.object({ space: v.string(), start: count, valueCount: count })),
      }),
    }),
  ]),
]);

/** One event in the text. */
export type StoredEvent = v.InferOutput<typeof storedEventSchema>;

/** The whole text of a block. */
export const blockTextSchema = v.object({
  /** Frames name their camera by its place here. */
  cameras: v.array(v.string()),
  events: v.array(storedEventSchema),
});
