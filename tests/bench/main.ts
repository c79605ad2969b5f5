import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  openHeadlessPage,
  type HeadlessOptions,
  type HeadlessPage,
} from '../../server/analyze/headless-page';
import { sharedFolder } from '../support/shared-folder';
import { overBudget, type Metrics } from './budgets';
import { benchEndpoint } from './endpoint';
import { benchExportHour } from './export-hour';
import { benchModels } from './models';
import { benchRecord } from './record';
import { soak } from './soak';

const USAGE = `Usage: npm run bench -- pipeline [--json] [--rounds <n>] [--video <file>] [--side <px>] [--threads <n>]
       npm run bench -- soak [--json] [--minutes <n>]
       npm run bench -- models [--json] [--rounds <n>]
       npm run bench -- record [--json] [--video <file>] [--side <px>] [--threads <n>]
       npm run bench -- endpoint [--json] [--seconds <n>]`;
/** The busiest real clip: up to 30 vehicles in view. */
const CLIP = 'clips/busy-junction.mp4';
/** Long enough for some hundred frames, a full list, and everything the screen does now and then. */
const WATCHED_SECONDS = 15;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '8' },
    video: { type: 'string' },
    side: { type: 'string', default: '512' },
    threads: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '60' },
  },
});

const pins = {
  provider: 'wasm',
  threadCount: Number(values.threads),
  inputSidePx: Number(values.side),
};

switch (positionals[0]) {
  case 'pipeline':
    await pipeline();
    break;
  case 'soak':
    report('soak', { ...(await soak(Number(values.minutes), log)) });
    break;
  case 'models':
    print(await benchModels(Number(values.rounds), sharedFolder(), log));
    break;
  case 'record':
    await record();
    break;
  case 'endpoint':
    report('endpoint', await benchEndpoint(Number(values.seconds), log));
    break;
  default:
    log(USAGE);
    process.exitCode = 1;
}

async function pipeline(): Promise<void> {
  const video = clip();
  if (video === null) return;
  const bare = await onPage({ ...pins, embedding: 'off' }, video, (headless) =>
    headless.call('benchPipeline', 0, Number(values.rounds)),
  );
  const watched = await onPage({ ...pins, screen: '' }, video, (headless) =>
    headless.call('benchScreen', 0, WATCHED_SECONDS),
  );
  report('pipeline', { ...bare, ...watched });
}

async function record(): Promise<void> {
  const video = clip();
  if (video === null) return;
  const recording = await benchRecord(pins, video, log);
  report('record', { ...recording, ...(await benchExportHour(log)) });
}

/** Null, and said so: there is none. */
function clip(): string | null {
  const shared = sharedFolder();
  if (values.video !== undefined || shared !== null) {
    return values.video ?? join(shared ?? '', CLIP);
  }
  log('skipped: no ../shared (or give --video <file>)');
  return null;
}

/** Each part in a browser of its own: what one left behind must not cost the other. */
async function onPage<Result>(
  options: HeadlessOptions,
  video: string,
  act: (headless: HeadlessPage) => Promise<Result>,
): Promise<Result> {
  const headless = await openHeadlessPage(options, log);
  try {
    await headless.setFiles([video]);
    return await act(headless);
  } finally {
    await headless.close();
  }
}

/** Prints the figures in any case; exits with 1 when one is over its budget. */
function report(bench: string, metrics: Metrics): void {
  print({ bench, metrics });
  const failures = overBudget(bench, metrics);
  for (const failure of failures) log(failure);
  if (failures.length > 0) process.exitCode = 1;
}

function print(result: object): void {
  process.stdout.write(
    `${values.json ? JSON.stringify(result) : JSON.stringify(result, null, 2)}\n`,
  );
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}
