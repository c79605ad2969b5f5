import { describe, expect, it } from 'vitest';
import { addTotals, readTotals, totalsLine } from '../../support/test-totals';

const report = (
  passed: number,
  failed: number,
  pending: number,
  files: unknown[] = [],
): unknown => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  numTodoTests: 0,
  testResults: files,
});

describe('the totals of a test run', () => {
  it('end in the line that machines read', () => {
    expect(totalsLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
    expect(totalsLine({ passed: 12, failed: 1, skipped: 3 })).toBe(
      '12 passed, 1 failed, 3 skipped',
    );
  });

  it('come from the report', () => {
    expect(readTotals(report(5, 2, 1), 1)).toEqual({ passed: 5, failed: 2, skipped: 1 });
  });

  it('count a file that could not be loaded as a failure', () => {
    const broken = { status: 'failed', assertionResults: [] };
    const failing = { status: 'failed', assertionResults: [{ status: 'failed' }] };
    expect(readTotals(report(5, 1, 0, [broken, failing]), 1).failed).toBe(2);
  });

  it('count a run that failed outside of any test', () => {
    expect(readTotals(report(5, 0, 0), 1).failed).toBe(1);
  });

  it('count a run that left no report', () => {
    expect(readTotals(null, 124)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('add up', () => {
    const sum = addTotals(
      { passed: 1, failed: 2, skipped: 3 },
      { passed: 10, failed: 20, skipped: 30 },
    );
    expect(sum).toEqual({ passed: 11, failed: 22, skipped: 33 });
  });
});
