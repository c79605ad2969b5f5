import { basename, extname } from 'node:path';
import { parseArgs } from 'node:util';
import type { HeadlessOptions } from './headless-page';

export const USAGE = `Usage: npm run analyze -- <video...> --out <dir> [options]

Analyses video files with the same app that runs in the browser and writes, for each,
<dir>/<name>.jsonl (frames, identities, sightings) and <dir>/summary.json.

  --out <dir>        where to write; made when missing
  --fps <n>          analyse at most n frames of a second of video (default: every frame)
  --json             print the summary as one line on stdout, everything else on stderr
  --side <px>        longer side of the detector input (default: measured)
  --threads <n>      WASM threads (default: measured)
  --score <0..1>     detector score at or above which a track may start (default 0.35)
  --match <0..1>     similarity at or above which a vehicle is recognised`;

/** What `npm run analyze` was asked to do. */
export interface AnalyzeArguments {
  readonly videos: readonly string[];
  readonly outDirectory: string;
  readonly isJson: boolean;
  readonly options: HeadlessOptions;
}

/** Reads the command line. Throws an Error whose message says what was expected. */
export function readAnalyzeArguments(argv: readonly string[]): AnalyzeArguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      fps: { type: 'string' },
      json: { type: 'boolean', default: false },
      side: { type: 'string' },
      threads: { type: 'string' },
      score: { type: 'string' },
      match: { type: 'string' },
    },
  });
  if (positionals.length === 0) throw new Error('Expected at least one video file, got none.');
  if (!values.out) throw new Error('Expected --out <dir>, got none.');
  const fps = readNumber('--fps', values.fps, 0.01, 1000);
  const side = readNumber('--side', values.side, 128, 1280);
  const threads = readNumber('--threads', values.threads, 1, 64);
  const score = readNumber('--score', values.score, 0.05, 0.95);
  const match = readNumber('--match', values.match, 0, 1);
  if (side !== undefined && side % 32 !== 0) {
    throw new Error(`Expected --side to be a multiple of 32, got ${side}.`);
  }
  return {
    videos: positionals,
    outDirectory: values.out,
    isJson: values.json,
    options: {
      ...(fps === undefined ? {} : { framesPerSecond: fps }),
      ...(side === undefined ? {} : { inputSidePx: side }),
      ...(threads === undefined ? {} : { threadCount: threads, provider: 'wasm' }),
      ...(score === undefined ? {} : { scoreThreshold: score }),
      ...(match === undefined ? {} : { matchThreshold: match }),
    },
  };
}

/** Output names, one a video; a name that occurs twice gets a number so that nothing is overwritten. */
export function outputNames(videos: readonly string[]): readonly string[] {
  const used = new Set<string>();
  return videos.map((video) => {
    const stem = basename(video, extname(video));
    let name = stem;
    for (let number = 2; used.has(name); number += 1) name = `${stem}-${number}`;
    used.add(name);
    return `${name}.jsonl`;
  });
}

function readNumber(
  flag: string,
  text: string | undefined,
  smallest: number,
  largest: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value >= smallest && value <= largest)) {
    throw new Error(
      `Expected ${flag} to be a number from ${smallest} to ${largest}, got "${text}".`,
    );
  }
  return value;
}
