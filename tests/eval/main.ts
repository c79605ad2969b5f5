import { sharedFolder } from '../support/shared-folder';
import { evaluateAdaptation } from './adaptation/adaptation';
import { ADAPTATION_USAGE, readAdaptation } from './adaptation/adaptation-arguments';
import { evaluateDetection } from './detection';
import { readDetection } from './detection-arguments';
import { evaluateReid } from './reid/reid';
import { readReid, REID_USAGE } from './reid/reid-arguments';
import { evaluateTracking, readTracking, TRACKING_USAGE } from './tracking/evaluate-tracking';
import { evaluateTwoCameras } from './two-cameras/two-cameras';
import { readTwoCameras, TWO_CAMERAS_USAGE } from './two-cameras/two-cameras-arguments';
import { evaluateStreet } from './street';
import {
  readStreetReid,
  readStreetRun,
  readStreetSheet,
  readStreetStills,
  STREET_USAGE,
} from './street-arguments';
import { evaluateStreetReid } from './street-reid';
import { drawStreetSheet } from './street-sheet';
import { evaluateStreetStills } from './street-stills';

const USAGE = `Usage: npm run eval -- detection [--json] [--side PX] [--model ID]
${REID_USAGE}
${ADAPTATION_USAGE}
${TRACKING_USAGE}
${TWO_CAMERAS_USAGE}
${STREET_USAGE}`;

/** What one evaluation found, and how to print it; null when it could not be made here, and said so. */
type Outcome = { readonly result: object; readonly isJson: boolean } | null;

const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Each reads its own arguments at once, so that a wrong one is told before anything is built. */
const EVALUATIONS: Readonly<Record<string, (argv: readonly string[]) => () => Promise<Outcome>>> = {
  detection: (argv) => {
    const wanted = readDetection(argv);
    return async () => {
      const folder = sharedFolder();
      if (folder === null) {
        log('skipped: no ../shared');
        return null;
      }
      return { result: await evaluateDetection(folder, log, wanted), isJson: wanted.isJson };
    };
  },
  reid: (argv) => {
    const wanted = readReid(argv);
    return async () => {
      const result = await evaluateReid(wanted, sharedFolder(), log);
      return result && { result, isJson: wanted.isJson };
    };
  },
  adaptation: (argv) => {
    const wanted = readAdaptation(argv);
    return async () => {
      const result = await evaluateAdaptation(wanted, sharedFolder(), log);
      return result && { result, isJson: wanted.isJson };
    };
  },
  tracking: (argv) => {
    const wanted = readTracking(argv);
    return () => {
      const result = evaluateTracking(wanted, sharedFolder(), log);
      return Promise.resolve(result && { result, isJson: wanted.isJson });
    };
  },
  'two-cameras': (argv) => {
    const wanted = readTwoCameras(argv);
    return async () => {
      const result = await evaluateTwoCameras(wanted, sharedFolder(), log);
      return result && { result, isJson: wanted.isJson };
    };
  },
  street: (argv) => {
    const wanted = readStreetRun(argv);
    return async () => ({ result: await evaluateStreet(wanted, log), isJson: wanted.isJson });
  },
  'street-stills': (argv) => {
    const wanted = readStreetStills(argv);
    return async () => ({
      result: await evaluateStreetStills(wanted, sharedFolder(), log),
      isJson: wanted.isJson,
    });
  },
  'street-reid': (argv) => {
    const wanted = readStreetReid(argv);
    return async () => ({
      result: await evaluateStreetReid(wanted, sharedFolder(), log),
      isJson: wanted.isJson,
    });
  },
  'street-sheet': (argv) => {
    const wanted = readStreetSheet(argv);
    return async () => ({ result: await drawStreetSheet(wanted, log), isJson: wanted.isJson });
  },
};

const [name = '', ...argv] = process.argv.slice(2);
const evaluate = readOrExplain();
if (evaluate) {
  try {
    const outcome = await evaluate();
    if (outcome) {
      process.stdout.write(`${JSON.stringify(outcome.result, null, outcome.isJson ? 0 : 2)}\n`);
    }
  } catch (error) {
    log(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

/** Null after telling what was wrong with the command line. */
function readOrExplain(): (() => Promise<Outcome>) | null {
  try {
    const read = Object.hasOwn(EVALUATIONS, name) ? EVALUATIONS[name] : undefined;
    if (!read) throw new Error(`Expected the name of an evaluation, got "${name}".`);
    return read(argv);
  } catch (error) {
    log(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = 1;
    return null;
  }
}
