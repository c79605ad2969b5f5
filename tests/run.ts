/**
 * `npm test [-- pattern]`: all tests, in the browser and out of it; the last line is `N passed, N failed`.
 * `npm run check`: everything else CI asks of a change.
 */
import { say } from './support/command';
import { runChecks } from './support/run-checks';
import { runTests } from './support/run-tests';

const commandLine = process.argv.slice(2);

try {
  process.exitCode = commandLine.includes('--check')
    ? await runChecks()
    : await runTests(commandLine);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  say('0 passed, 1 failed');
  process.exitCode = 1;
}
