import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { HeadlessOptions } from '../../server/analyze/headless-page';
import { STREET_WEATHERS, type StreetChoice, type StreetWeather } from '../../src/contracts/street';
import { readSettings } from '../../src/runtime/settings';

export const STREET_USAGE = `       npm run eval -- street [--json] [--seed N] [--minutes M] [--weather W] [--fps N]
                              [--side PX] [--score S] [--match T] [--out DIR]
       npm run eval -- street-stills [--json] [--seed N] [--count N] [--weather W] [--side PX] [--score S] [--out DIR]
       npm run eval -- street-reid [--json] [--seed N] [--count N] [--weather W]
       npm run eval -- street-sheet [--json] --out FILE.jpg [--seed N] [--weather W]
       W: ${STREET_WEATHERS.join(', ')}`;

/** What every evaluation on the street can be asked. */
export interface StreetArguments {
  readonly seed: number;
  readonly weather: StreetWeather;
  readonly isJson: boolean;
  /** Folder, or file of a sheet, to write to; null: nothing is written. */
  readonly out: string | null;
}

/** Of the evaluation that runs the whole app. */
export interface StreetRunArguments extends StreetArguments {
  readonly choice: StreetChoice;
  readonly page: HeadlessOptions;
}

/** Of the evaluations on single pictures. */
export interface StreetStillsArguments extends StreetArguments {
  /** Stills, or vehicles to recognise. */
  readonly count: number;
  /** Lowest score at which a detection counts. */
  readonly scoreThreshold: number;
  /** Longer side of the detector input, pixels. */
  readonly inputSidePx: number;
}

/** What the detector's figures in its model card were measured at: longer side of its input, pixels. */
export const INPUT_SIDE_PX = 512;
/**
 * Enough for ten vehicles of each body and view: 11 or 12 of the rarest in seeds 1 to 6, counted on placements alone
 * (bodies as cuboids, 40 px and 60 % visible). `leastCount` in the result says what a run truly had.
 */
const STILL_COUNT = 208;
const VEHICLE_COUNT = 100;

const COMMON = {
  seed: { type: 'string' },
  weather: { type: 'string' },
  json: { type: 'boolean', default: false },
  out: { type: 'string' },
} as const;

/** Reads what follows `street`. Throws an Error whose message says what was expected. */
export function readStreetRun(argv: readonly string[]): StreetRunArguments {
  const values = parse(argv, {
    ...COMMON,
    minutes: { type: 'string' },
    fps: { type: 'string' },
    side: { type: 'string' },
    score: { type: 'string' },
    match: { type: 'string' },
  });
  const common = readCommon(values);
  const minutes = readNumber('--minutes', values['minutes'], 0.02, 240) ?? 1;
  const side = readSide(values['side']) ?? INPUT_SIDE_PX;
  const score = readNumber('--score', values['score'], 0.05, 0.95);
  const match = readNumber('--match', values['match'], 0, 1);
  return {
    ...common,
    choice: {
      seed: common.seed,
      weather: common.weather,
      pace: 'offline',
      framesPerSecond: readNumber('--fps', values['fps'], 1, 60) ?? 10,
      durationUs: Math.round(minutes * 60e6),
    },
    page: {
      inputSidePx: side,
      provider: 'wasm',
      threadCount: 1,
      ...(score === undefined ? {} : { scoreThreshold: score }),
      ...(match === undefined ? {} : { matchThreshold: match }),
    },
  };
}

/** Reads what follows `street-stills`. Throws an Error whose message says what was expected. */
export function readStreetStills(argv: readonly string[]): StreetStillsArguments {
  const values = parse(argv, {
    ...COMMON,
    count: { type: 'string' },
    side: { type: 'string' },
    score: { type: 'string' },
  });
  return {
    ...readCommon(values),
    count: readCount(values['count'], 1, 2000) ?? STILL_COUNT,
    scoreThreshold: readNumber('--score', values['score'], 0.05, 0.95) ?? defaultScoreThreshold(),
    inputSidePx: readSide(values['side']) ?? INPUT_SIDE_PX,
  };
}

/** Reads what follows `street-reid`. Throws an Error whose message says what was expected. */
export function readStreetReid(
  argv: readonly string[],
): StreetArguments & Pick<StreetStillsArguments, 'count'> {
  const { out: _, ...options } = COMMON;
  const values = parse(argv, { ...options, count: { type: 'string' } });
  return { ...readCommon(values), count: readCount(values['count'], 2, 2000) ?? VEHICLE_COUNT };
}

/** Reads what follows `street-sheet`. Throws an Error whose message says what was expected. */
export function readStreetSheet(
  argv: readonly string[],
): StreetArguments & { readonly out: string } {
  const { out, ...common } = readCommon(parse(argv, COMMON));
  if (out === null) throw new Error('Expected --out <file.jpg>, got none.');
  return { ...common, out };
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function parse(argv: readonly string[], options: NonNullable<ParseArgsConfig['options']>): Values {
  const { values } = parseArgs({ args: [...argv], options, allowPositionals: false });
  return values as Values; // no option may be given twice, so none is a list
}

function readCommon(values: Values): StreetArguments {
  const weather = STREET_WEATHERS.find((name) => name === (values['weather'] ?? 'sun'));
  if (!weather) {
    throw new Error(
      `Expected --weather to be one of ${STREET_WEATHERS.join(', ')}, got "${String(values['weather'])}".`,
    );
  }
  const seed = readNumber('--seed', values['seed'], 0, 2 ** 32 - 1) ?? 1;
  if (!Number.isInteger(seed))
    throw new Error(`Expected --seed to be a whole number, got ${seed}.`);
  const { out } = values;
  return {
    seed,
    weather,
    isJson: values['json'] === true,
    out: typeof out === 'string' ? out : null,
  };
}

/** What the app starts with where nothing is stored. */
function defaultScoreThreshold(): number {
  const nothing = { get: () => null, set: () => undefined, remove: () => undefined };
  return readSettings(nothing).scoreThreshold;
}

/** Reads `--side`; undefined where it is not given. Throws an Error whose message says what was expected. */
export function readSide(text: string | boolean | undefined): number | undefined {
  const side = readNumber('--side', text, 128, 1280);
  if (side !== undefined && side % 32 !== 0) {
    throw new Error(`Expected --side to be a multiple of 32, got ${side}.`);
  }
  return side;
}

function readCount(
  text: string | boolean | undefined,
  smallest: number,
  largest: number,
): number | undefined {
  const count = readNumber('--count', text, smallest, largest);
  if (count !== undefined && !Number.isInteger(count)) {
    throw new Error(`Expected --count to be a whole number, got ${count}.`);
  }
  return count;
}

function readNumber(
  flag: string,
  text: string | boolean | undefined,
  smallest: number,
  largest: number,
): number | undefined {
  if (typeof text !== 'string') return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value >= smallest && value <= largest)) {
    throw new Error(
      `Expected ${flag} to be a number from ${smallest} to ${largest}, got "${text}".`,
    );
  }
  return value;
}
