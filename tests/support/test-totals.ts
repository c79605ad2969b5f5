/** How many tests ended how. */
export interface TestTotals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NO_TESTS: TestTotals = { passed: 0, failed: 0, skipped: 0 };

/** The two together. */
export function addTotals(a: TestTotals, b: TestTotals): TestTotals {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/**
 * Reads what vitest's JSON reporter wrote. A test file that could not even be loaded counts as one failure,
 * and so does a run that failed without a failed test (an error outside of tests, a crash). `report` is null
 * when there is none.
 */
export function readTotals(report: unknown, exitCode: number): TestTotals {
  const passed = count(report, 'numPassedTests');
  const skipped = count(report, 'numPendingTests') + count(report, 'numTodoTests');
  const failed = count(report, 'numFailedTests') + unloadedFileCount(report);
  return { passed, skipped, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

/** The last line of a test run: machines read it, so it never changes. */
export function totalsLine({ passed, failed, skipped }: TestTotals): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

function count(report: unknown, field: string): number {
  const value = fieldOf(report, field);
  return typeof value === 'number' ? value : 0;
}

function unloadedFileCount(report: unknown): number {
  const files = fieldOf(report, 'testResults');
  if (!Array.isArray(files)) return 0;
  return files.filter((file: unknown) => {
    const tests = fieldOf(file, 'assertionResults');
    const hasFailedTest =
      Array.isArray(tests) && tests.some((test) => fieldOf(test, 'status') === 'failed');
    return fieldOf(file, 'status') === 'failed' && !hasFailedTest;
  }).length;
}

function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string, unknown>)[field]; // any object may be asked for any key
}
