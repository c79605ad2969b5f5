import { VEHICLE_CLASSES, type VehicleClass } from '../contracts/detection';
import {
  EXCLUSION_REASONS,
  type MatchCandidate,
  type MatchDecision,
  type MatchOutcome,
} from '../contracts/match';
import {
  areNumbers,
  areStrings,
  isCount,
  isFields,
  isListOf,
  isNumber,
  isNumberOrNull,
  isString,
  isStringOrNull,
} from './row-fields';
import type {
  CropRow,
  RecentDescriptorRow,
  SightingRow,
  VectorBlockRow,
  VehicleRow,
} from './schema';
import type { DescriptorFacts } from './vector-blocks';

/*
 * Reads what lies in the database. A row may have been damaged, or written by something else: each
 * reader looks at every field the app relies on and answers null rather than passing on a surprise.
 */

/** Null unless the value is a whole vehicle row. */
export function readVehicleRow(value: unknown): VehicleRow | null {
  const isValid =
    isFields(value) &&
    areStrings(value['id'], value['lastSeenLabel'], value['lastSightingId']) &&
    isCount(value['number']) &&
    isVehicleClass(value['vehicleClass']) &&
    isCount(value['sightingCount']) &&
    areNumbers(value['firstSeenUnixMs'], value['lastSeenUnixMs'], value['cropHitCount']) &&
    isNumberOrNull(value['lastSeenMediaUs']) &&
    isStringOrNull(value['cropId']) &&
    isStringOrNull(value['cropSightingId']) &&
    isFields(value['hitCountByClass']) &&
    areNumbers(...Object.values(value['hitCountByClass']));
  return isValid ? (value as unknown as VehicleRow) : null; // every field was looked at
}

/** Null unless the value is a whole sighting, evidence included. */
export function readSightingRow(value: unknown): SightingRow | null {
  const isValid =
    isFields(value) &&
    areStrings(value['id'], value['vehicleId'], value['runId'], value['cameraId']) &&
    areStrings(value['cameraLabel'], value['sourceKind']) &&
    isVehicleClass(value['vehicleClass']) &&
    areNumbers(value['startUnixMs'], value['endUnixMs'], value['originUnixMs']) &&
    isNumberOrNull(value['startMediaUs']) &&
    isNumberOrNull(value['endMediaUs']) &&
    isCount(value['hitCount']) &&
    isStringOrNull(value['space']) &&
    isStringOrNull(value['cropId']) &&
    isDecision(value['decision']) &&
    isListOf(value['candidateVehicleIds'], isString);
  return isValid ? (value as unknown as SightingRow) : null; // every field was looked at
}

/** Null unless the value is a picture. */
export function readCropRow(value: unknown): CropRow | null {
  const isValid =
    isFields(value) &&
    areStrings(value['id'], value['sightingId']) &&
    value['picture'] instanceof Blob;
  return isValid ? (value as unknown as CropRow) : null; // every field was looked at
}

/** Null unless the value is one descriptor. */
export function readRecentDescriptorRow(value: unknown): RecentDescriptorRow | null {
  const isValid =
    isFields(value) &&
    isFacts(value) &&
    areStrings(value['space']) &&
    value['vector'] instanceof Float32Array &&
    value['vector'].length > 0;
  return isValid ? (value as unknown as RecentDescriptorRow) : null; // every field was looked at
}

/** Null unless the value is a block whose lists and buffer have the same number of rows. */
export function readVectorBlockRow(value: unknown): VectorBlockRow | null {
  if (!isFields(value)) return null;
  const { dimension, facts, sightingIds, vectors } = value;
  const isValid =
    areStrings(value['space']) &&
    isCount(dimension) &&
    isListOf(sightingIds, isString) &&
    isListOf(facts, isFacts) &&
    facts.length === sightingIds.length &&
    facts.every((row, index) => row.sightingId === sightingIds[index]) &&
    vectors instanceof ArrayBuffer &&
    vectors.byteLength === facts.length * dimension * Float32Array.BYTES_PER_ELEMENT;
  return isValid ? (value as unknown as VectorBlockRow) : null; // every field was looked at
}

function isFacts(value: unknown): value is DescriptorFacts {
  return (
    isFields(value) &&
    areStrings(value['sightingId'], value['vehicleId'], value['cameraId'], value['runId']) &&
    isCount(value['vehicleNumber']) &&
    areNumbers(value['startUnixMs'], value['endUnixMs'])
  );
}

const OUTCOMES: readonly MatchOutcome[] = ['matched', 'new', 'unidentifiable'];

function isDecision(value: unknown): value is MatchDecision {
  return (
    isFields(value) &&
    OUTCOMES.some((outcome) => outcome === value['outcome']) &&
    areStrings(value['vehicleId']) &&
    isCount(value['vehicleNumber']) &&
    isNumberOrNull(value['similarity']) &&
    isFields(value['thresholds']) &&
    areNumbers(value['thresholds']['accept'], value['thresholds']['keep']) &&
    isNumberOrNull(value['requiredSimilarity']) &&
    isListOf(value['candidates'], isCandidate) &&
    isListOf(value['cropTimesUs'], isNumber) &&
    isCount(value['revisionCount'])
  );
}

function isCandidate(value: unknown): value is MatchCandidate {
  return (
    isFields(value) &&
    areStrings(value['vehicleId'], value['sightingId']) &&
    isCount(value['vehicleNumber']) &&
    areNumbers(value['similarity']) &&
    isExclusionOrNull(value['excludedBecause'])
  );
}

function isExclusionOrNull(value: unknown): boolean {
  return value === null || EXCLUSION_REASONS.some((reason) => reason === value);
}

function isVehicleClass(value: unknown): value is VehicleClass {
  return VEHICLE_CLASSES.some((vehicleClass) => vehicleClass === value);
}
