import type { VehicleClass } from '../../contracts/detection';
import type { TrackState } from '../../contracts/track';

/* Numbers that stand for words in a results file. Released: a number is never given to another word. */

const CLASS_CODES: Readonly<Record<VehicleClass, number>> = {
  car: 0,
  motorcycle: 1,
  bus: 2,
  truck: 3,
};

const STATE_CODES: Readonly<Record<TrackState, number>> = { tentative: 0, confirmed: 1, lost: 2 };

const CLASS_BY_CODE = wordsByCode(CLASS_CODES);
const STATE_BY_CODE = wordsByCode(STATE_CODES);

/** Steps of a score between 0 and 1: 255 values of a byte but those above stand for scores, exactly representable in decimals. */
const SCORE_STEPS = 250;

/** The byte that stands for "no score". */
const NO_SCORE = 255;

/** Class in the lower, state in the upper half of a byte. */
export function kindByte(vehicleClass: VehicleClass, state: TrackState): number {
  return CLASS_CODES[vehicleClass] | (STATE_CODES[state] << 4);
}

/** What {@link kindByte} was made of; null: of nothing that is known. */
export function readKindByte(
  byte: number,
): { readonly vehicleClass: VehicleClass; readonly state: TrackState } | null {
  const vehicleClass = CLASS_BY_CODE[byte & 15];
  const state = STATE_BY_CODE[byte >> 4];
  return vehicleClass === undefined || state === undefined ? null : { vehicleClass, state };
}

/** A score in [0, 1] to the nearest step. Throws RangeError outside. */
export function scoreByte(score: number | null): number {
  if (score === null) return NO_SCORE;
  if (!(score >= 0 && score <= 1)) throw new RangeError(`Expected a score in [0, 1], got ${score}`);
  return Math.round(score * SCORE_STEPS);
}

/** What {@link scoreByte} kept; undefined: no score has that byte. */
export function readScoreByte(byte: number): number | null | undefined {
  if (byte === NO_SCORE) return null;
  return byte <= SCORE_STEPS ? byte / SCORE_STEPS : undefined;
}

function wordsByCode<Word extends string>(codes: Readonly<Record<Word, number>>): readonly Word[] {
  const words: Word[] = [];
  for (const word of Object.keys(codes) as Word[]) words[codes[word]] = word; // the keys are those of the type
  return words;
}
