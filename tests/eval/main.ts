import { parseArgs } from 'node:util';
import { evaluateDetection } from './detection';
import { sharedFolder } from '../support/shared-folder';

const USAGE = 'Usage: npm run eval -- detection [--json] [--side <px>]';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, side: { type: 'string' } },
});
const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
const folder = sharedFolder();
if (positionals[0] !== 'detection') {
  log(USAGE);
  process.exitCode = 1;
} else if (folder === null) {
  log('skipped: no ../shared');
} else {
  const side = values.side === undefined ? undefined : Number(values.side);
  const result = await evaluateDetection(folder, log, side);
  const line = values.json ? JSON.stringify(result) : JSON.stringify(result, null, 2);
  process.stdout.write(`${line}\n`);
}
