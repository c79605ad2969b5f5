import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openHeadlessPage } from '../../server/analyze/headless-page';
import type { HeadlessStreetSummary, HeadlessStreetTiming } from '../../src/contracts/headless';
import type { StreetWeather } from '../../src/contracts/street';
import { motChallengeText, truthLines } from '../../src/street/truth/truth-text';
import type { StreetRunArguments } from './street-arguments';
import { StreetLines } from './street-lines';
import { scoreStreet, type StreetScores } from './street-scores/score-street';

/** How fast it went, on this machine. */
export interface StreetSpeed {
  /** Both cameras' frames a second of drawing alone, and with everything the app does to them. */
  readonly drawnPerSecond: number;
  readonly analysedPerSecond: number;
  /** Median milliseconds of drawing one frame. */
  readonly renderMs: number;
  readonly quality: HeadlessStreetTiming['quality'];
  readonly renderer: string;
}

export interface StreetEvaluation extends StreetScores {
  readonly eval: 'street';
  readonly seed: number;
  readonly weather: StreetWeather;
  readonly minutes: number;
  readonly framesPerSecond: number;
  readonly speed: StreetSpeed;
}

/** Frames that are drawn to see how fast that is, and where they begin: when vehicles are in view of both cameras. */
const TIMED_FRAME_COUNT = 12;
const TIMED_FROM_US = 20e6;

/** Runs the whole app over a stepped Demo street and scores what it says against what is true. */
export async function evaluateStreet(
  { choice, page, out }: StreetRunArguments,
  log: (line: string) => void,
): Promise<StreetEvaluation> {
  const lines = new StreetLines();
  const startedMs = Date.now();
  const headless = await openHeadlessPage(page, log, async (batch) => {
    for (const line of batch) lines.add(line);
    const perSecond = lines.frames.length / ((Date.now() - startedMs) / 1000);
    log(`${lines.frames.length} frames, ${perSecond.toFixed(1)} a second`);
  });
  let summary: HeadlessStreetSummary;
  let timing: HeadlessStreetTiming;
  try {
    summary = await headless.call('analyzeStreet', choice);
    if (summary.error) throw new Error(`The street ended early: ${summary.error.message}`);
    const { seed, weather, framesPerSecond } = choice;
    const startUs = Math.min(TIMED_FROM_US, choice.durationUs / 2);
    timing = await headless.call(
      'timeStreet',
      { seed, weather, quality: null },
      { startUs, framesPerSecond, count: TIMED_FRAME_COUNT },
    );
  } finally {
    await headless.close();
  }
  if (out !== null) await writeStreet(out, lines);
  return {
    eval: 'street',
    seed: choice.seed,
    weather: choice.weather,
    minutes: choice.durationUs / 60e6,
    framesPerSecond: choice.framesPerSecond,
    ...scoreStreet(lines.input(summary.scoreThreshold)),
    speed: {
      drawnPerSecond: timing.framesPerSecond,
      analysedPerSecond: summary.frames / summary.wallSeconds,
      renderMs: timing.renderMs,
      quality: timing.quality,
      renderer: timing.rendererName,
    },
  };
}

/** Truth and results as other programs read them. */
async function writeStreet(folder: string, lines: StreetLines): Promise<void> {
  await mkdir(folder, { recursive: true });
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  await write('truth.jsonl', truthLines(lines.truth));
  await write('results.jsonl', lines.resultText());
  for (const cameraId of new Set(lines.truth.map((truth) => truth.cameraId))) {
    const truth = lines.truth.filter((one) => one.cameraId === cameraId);
    await write(`truth-${cameraId}.txt`, motChallengeText(truth));
    await write(`tracks-${cameraId}.txt`, lines.tracksText(cameraId));
  }
}
