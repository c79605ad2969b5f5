import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/app-error';
import { readMotText } from '../../../../src/sinks/import/mot-rows';
import { importTools } from '../../../support/session-file-tools';

const task = {
  tools: importTools().tools,
  tell: () => undefined,
  signal: new AbortController().signal,
};

function read(text: string) {
  return readMotText(new File([text], 'mot.txt'), task);
}

describe('MOTChallenge text', () => {
  it('is read as trackers write it, in any order and with any line end', async () => {
    const { rows, lastFrame, hasScores, hasClasses } = await read(
      '2, 5, 10.5, 20, 30, 40, 0.25, -1, -1, -1\r\n\r\n1,5,9,19,30,40,-1,-1,-1,-1',
    );
    expect([...rows.keys()]).toEqual([2, 1]);
    expect(rows.get(2)!.get(5)).toEqual({
      trackId: 5,
      left: 10.5,
      top: 20,
      widthPx: 30,
      heightPx: 40,
      score: 0.25,
      vehicleClass: null,
      line: 1,
    });
    expect(rows.get(1)!.get(5)!.score).toBeNull();
    expect([lastFrame, hasScores, hasClasses]).toEqual([2, true, false]);
  });

  it('takes scores above 1 for 1, and counts them', async () => {
    const { rows, clampedCount } = await read('1,1,0,0,5,5,37.5\n1,2,0,0,5,5,0.5\n');
    expect(rows.get(1)!.get(1)!.score).toBe(1);
    expect(clampedCount).toBe(1);
  });

  it('of any kind is read or refused, in numbers or not', async () => {
    const value = fc.oneof(
      fc.integer().map(String),
      fc.double().map(String),
      fc.string({ maxLength: 5 }),
      fc.constantFrom('', ' ', '-0', '1e400', '0x10', 'NaN', '1_0'),
    );
    const line = fc.array(value, { maxLength: 12 }).map((values) => values.join(','));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 5 }), async (lines) => {
        try {
          const { rows } = await read(lines.join('\n'));
          for (const row of [...rows.values()].flatMap((frame) => [...frame.values()])) {
            expect(Number.isFinite(row.left + row.top)).toBe(true);
            expect(row.widthPx).toBeGreaterThan(0);
            expect(row.score ?? 0).toBeLessThanOrEqual(1);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect((error as AppError).code).toBe('IMPORT_REFUSED'); // the line above found it to be one
        }
      }),
      { numRuns: 300 },
    );
  });
});
