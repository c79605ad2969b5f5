import { parseArgs } from 'node:util';
import { DEFAULT_EMBEDDER_ID } from '../../../models';

export const TWO_CAMERAS_USAGE = `       npm run eval -- two-cameras [--json] [--model ID] [--rate R] [--match T] [--seed N]`;

/** What the evaluation over two cameras can be asked. */
export interface TwoCamerasArguments {
  readonly isJson: boolean;
  /** Id of an embedder of the shelf. */
  readonly model: string;
  /** Share of different pairs that the calibrated threshold may take for the same, (0, 1). */
  readonly falseMatchRate: number;
  /** A threshold given in the calibrated one's place; null: calibrate. */
  readonly matchThreshold: number | null;
  readonly seed: number | null;
}

/**
 * One in five hundred pairs: among 32 vehicles a stranger is then taken for one of them in 6 of 100 times at most, so of the
 * eight strangers half a one is, where one mistake is the most that still leaves a precision of 0.95.
 */
const FALSE_MATCH_RATE = 0.002;

/** Reads what follows `two-cameras`. Throws an Error whose message says what was expected. */
export function readTwoCameras(argv: readonly string[]): TwoCamerasArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'boolean', default: false },
      model: { type: 'string', default: DEFAULT_EMBEDDER_ID },
      rate: { type: 'string' },
      match: { type: 'string' },
      seed: { type: 'string' },
    },
  });
  return {
    isJson: values.json,
    model: values.model,
    falseMatchRate: numberIn('--rate', values.rate, 1e-5, 0.5) ?? FALSE_MATCH_RATE,
    matchThreshold: numberIn('--match', values.match, 0, 1),
    seed: numberIn('--seed', values.seed, 0, 2 ** 31),
  };
}

function numberIn(
  flag: string,
  text: string | undefined,
  smallest: number,
  largest: number,
): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (value >= smallest && value <= largest) return value;
  throw new Error(`Expected ${flag} to be a number from ${smallest} to ${largest}, got "${text}".`);
}
