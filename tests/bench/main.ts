import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openHeadlessPage } from '../../server/analyze/headless-page';
import { sharedFolder } from '../support/shared-folder';
import { soak } from './soak';

const USAGE = `Usage: npm run bench -- pipeline [--json] [--rounds <n>] [--video <file>] [--side <px>] [--threads <n>]
       npm run bench -- soak [--json] [--minutes <n>]`;
/** The busiest real clip: up to 30 vehicles in view. */
const CLIP = 'clips/busy-junction.mp4';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '8' },
    video: { type: 'string' },
    side: { type: 'string', default: '512' },
    threads: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '10' },
  },
});

switch (positionals[0]) {
  case 'pipeline':
    await pipeline();
    break;
  case 'soak':
    print('soak', await soak(Number(values.minutes), log));
    break;
  default:
    log(USAGE);
    process.exitCode = 1;
}

async function pipeline(): Promise<void> {
  const shared = sharedFolder();
  const video = values.video ?? (shared === null ? null : join(shared, CLIP));
  if (video === null) {
    log('skipped: no ../shared (or give --video <file>)');
    return;
  }
  const headless = await openHeadlessPage(
    {
      embedding: 'off',
      provider: 'wasm',
      threadCount: Number(values.threads),
      inputSidePx: Number(values.side),
    },
    log,
  );
  try {
    await headless.setFiles([video]);
    print('pipeline', await headless.call('benchPipeline', 0, Number(values.rounds)));
  } finally {
    await headless.close();
  }
}

function print(bench: string, metrics: object): void {
  const result = { bench, metrics };
  process.stdout.write(
    `${values.json ? JSON.stringify(result) : JSON.stringify(result, null, 2)}\n`,
  );
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}
