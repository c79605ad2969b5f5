import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_EMBEDDER_ID } from '../../models';
import type { TwoCamerasEvaluation } from '../eval/two-cameras/two-cameras';
import { COMPOSITION, hasFfmpeg } from '../fixtures/compose-two-cameras';
import { sharedFolder } from '../support/shared-folder';

const run = promisify(execFile);
const REPOSITORY = join(import.meta.dirname, '../..');

/** What issue 4 asks of the embedder that this project trained; v0 before it was never meant to reach it. */
const LEAST = { precision: 0.95, recall: 0.8 };

/** One of many, to the type checker. */
const builtInId: string = DEFAULT_EMBEDDER_ID;

if (sharedFolder() === null || !(await hasFfmpeg())) {
  it.skip('skipped: no ../shared or no ffmpeg');
} else {
  describe('npm run eval -- two-cameras', () => {
    let result: TwoCamerasEvaluation;

    beforeAll(async () => {
      const command = [join(REPOSITORY, 'node_modules/tsx/dist/cli.mjs'), 'tests/eval/main.ts'];
      const { stdout } = await run(process.execPath, [...command, 'two-cameras', '--json'], {
        cwd: REPOSITORY,
      });
      result = JSON.parse(stdout) as TwoCamerasEvaluation; // its own type, printed a moment ago
    }, 600_000);

    it('prints one line with what it did and what came of it', () => {
      expect(result).toMatchObject({
        eval: 'two-cameras',
        model: DEFAULT_EMBEDDER_ID,
        shared: COMPOSITION.sharedCount,
        strangers: COMPOSITION.strangerCount,
      });
      expect(result.matchThreshold).toBeGreaterThan(0.3);
      expect(result.matchThreshold).toBeLessThan(1);
      expect(result.right + result.wrong).toBeGreaterThan(0);
    });

    it('finds and follows most vehicles that drive through', () => {
      const passageCount = 2 * (COMPOSITION.sharedCount + COMPOSITION.strangerCount);
      // Found when this was written: 8 of 64 were not.
      expect(result.unfollowed).toBeLessThan(0.2 * passageCount);
    });

    it.skipIf(builtInId === 'embed-vehicle-v0')(
      'knows the vehicles of the first camera again at the second, and no stranger',
      () => {
        expect(result.precision).toBeGreaterThanOrEqual(LEAST.precision);
        expect(result.recall).toBeGreaterThanOrEqual(LEAST.recall);
      },
    );
  });
}
