import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readMotSequences } from './mot-challenge';
import { readScalabelSequences } from './scalabel';
import { countTracking, scoreTracking, type TrackingCounts } from './score-tracking';

export const TRACKING_USAGE = `       npm run eval -- tracking [--json] [--data DIR] [--truth FILE --results FILE [--config FILE.toml]]
                              FILE: MOTChallenge text, or Scalabel .json. DIR: with gt/gt.txt and results.txt, or
                              as ../shared/tracking/bdd100k-box-track, which is what is taken when nothing is said`;

/** Files to compare. */
export interface TrackingFiles {
  readonly truth: string;
  readonly results: string;
  /** Scalabel: names the categories; null: those that occur. */
  readonly configuration: string | null;
}

/** What the evaluation of tracks can be asked. `files` null: those of the shared folder. */
export interface TrackingArguments {
  readonly isJson: boolean;
  readonly files: TrackingFiles | null;
}

/** Fractions, but for the counts; null where there is nothing to divide by. */
export interface TrackingFigures {
  readonly hota: number | null;
  readonly idf1: number | null;
  readonly mota: number | null;
  readonly motp: number | null;
  readonly fp: number;
  readonly fn: number;
  readonly idSwitches: number;
}

export interface TrackingEvaluation {
  readonly eval: 'tracking';
  /** Scalabel: counts of all categories added up. MOTChallenge: all objects, whatever class. */
  readonly overall: TrackingFigures;
  /** Categories with nothing in truth or results are left out. */
  readonly perClass: Readonly<Record<string, TrackingFigures>>;
}

/** Reads what follows `tracking`. Throws an Error whose message says what was expected. */
export function readTracking(argv: readonly string[]): TrackingArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'boolean', default: false },
      data: { type: 'string' },
      truth: { type: 'string' },
      results: { type: 'string' },
      config: { type: 'string' },
    },
  });
  const { truth, results, config, data } = values;
  const isJson = values.json;
  if (truth !== undefined && results !== undefined) {
    return { isJson, files: { truth, results, configuration: config ?? null } };
  }
  if (truth !== undefined) throw new Error('Expected --results <file> with --truth, found none.');
  if (data === undefined) {
    if (results !== undefined)
      throw new Error('Expected --truth <file> or --data <dir> with --results.');
    return { isJson, files: null };
  }
  return { isJson, files: filesIn(data, results) };
}

/** Scores tracks. Null without files, which was said. */
export function evaluateTracking(
  { files }: TrackingArguments,
  sharedFolder: string | null,
  log: (line: string) => void,
): TrackingEvaluation | null {
  if (!files && sharedFolder === null) {
    log('skipped: no ../shared (or give --data <dir>)');
    return null;
  }
  const { truth, results, configuration } =
    files ?? filesIn(join(sharedFolder ?? '', 'tracking/bdd100k-box-track'), undefined);
  if (truth.endsWith('.json')) {
    const sequences = readScalabelSequences({ truth, predictions: results, configuration });
    const counts = [...sequences].map(
      ([name, sequence]) => [name, countTracking(sequence)] as const,
    );
    return report(scoreTracking(counts.map(([, count]) => count)), counts);
  }
  const { all, perClass } = readMotSequences({ truth, results });
  const counts = [...perClass].map(([name, sequence]) => [name, countTracking(sequence)] as const);
  return report(scoreTracking([countTracking(all)]), counts);
}

function filesIn(folder: string, results: string | undefined): TrackingFiles {
  const motTruth = join(folder, 'gt/gt.txt');
  if (existsSync(motTruth)) {
    return {
      truth: motTruth,
      results: results ?? join(folder, 'results.txt'),
      configuration: null,
    };
  }
  const truth = join(folder, 'track_sample_anns.json');
  if (!existsSync(truth)) {
    throw new Error(`Expected gt/gt.txt or track_sample_anns.json in "${folder}", found neither.`);
  }
  return {
    truth,
    results: results ?? join(folder, 'track_predictions.json'),
    configuration: join(folder, 'box_track_configs.toml'),
  };
}

function report(
  overall: ReturnType<typeof scoreTracking>,
  perClass: readonly (readonly [string, TrackingCounts])[],
): TrackingEvaluation {
  const scored = perClass.map(([name, counts]) => [name, scoreTracking([counts])] as const);
  return {
    eval: 'tracking',
    overall: figures(overall),
    perClass: Object.fromEntries(
      scored
        .filter(([, scores]) => scores.truthBoxes + scores.falsePositives > 0)
        .map(([name, scores]) => [name, figures(scores)]),
    ),
  };
}

function figures(scores: ReturnType<typeof scoreTracking>): TrackingFigures {
  const { hota, idf1, mota, motp, falsePositives, misses, idSwitches } = scores;
  return { hota, idf1, mota, motp, fp: falsePositives, fn: misses, idSwitches };
}
