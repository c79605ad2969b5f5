import type { Adaptation, AdaptationReport, ConfirmedPair } from '../contracts/recognition';
import {
  areNumbers,
  areStrings,
  isCount,
  isFields,
  isListOf,
  isNumber,
  isString,
} from './row-fields';
import type { SampleRow } from './schema';

/* Readers of what recognition keeps; as with stored-rows.ts, null rather than a surprise. */

/** Null unless the value is a whole sample row, its vectors of one length. */
export function readSampleRow(value: unknown): SampleRow | null {
  if (!isFields(value)) return null;
  const { early, late } = value;
  const isValid =
    areStrings(value['sightingId'], value['space']) &&
    isNumber(value['endUnixMs']) &&
    early instanceof Float32Array &&
    early.length > 0 &&
    (late === null || (late instanceof Float32Array && late.length === early.length)) &&
    isListOf(value['companionIds'], isString);
  return isValid ? (value as unknown as SampleRow) : null; // every field was looked at
}

/** Null unless the value is a pair, the lower id first. */
export function readConfirmedPairRow(value: unknown): ConfirmedPair | null {
  if (!isFields(value) || !isListOf(value['sightings'], isString)) return null;
  const [a, b, ...others] = value['sightings'];
  const isValid =
    a !== undefined &&
    b !== undefined &&
    a < b &&
    others.length === 0 &&
    typeof value['isSame'] === 'boolean' &&
    isNumber(value['confirmedUnixMs']);
  return isValid ? (value as unknown as ConfirmedPair) : null; // every field was looked at
}

/** Null unless the value is a whole adaptation whose matrix has the size it says and only finite numbers. */
export function readAdaptation(value: unknown): Adaptation | null {
  if (!isFields(value)) return null;
  const { inputDimension, outputDimension, matrix } = value;
  const isValid =
    areStrings(value['id'], value['baseSpace']) &&
    isCount(inputDimension) &&
    isCount(outputDimension) &&
    matrix instanceof Float32Array &&
    matrix.length > 0 &&
    matrix.length === inputDimension * outputDimension &&
    matrix.every(Number.isFinite) &&
    areNumbers(value['learnedUnixMs'], value['accept']) &&
    isReport(value['report']);
  return isValid ? (value as unknown as Adaptation) : null; // every field was looked at
}

function isReport(value: unknown): value is AdaptationReport {
  return (
    isFields(value) &&
    [value['before'], value['after']].every(
      (scores) =>
        isFields(scores) && areNumbers(scores['equalErrorRate'], scores['recallAtOnePercent']),
    ) &&
    [value['trainingPairCount'], value['heldOutPairCount'], value['epochCount']].every(isCount)
  );
}
