import type { ErrorCode } from '../../contracts/errors';

/** A first failure is mostly a moment's. */
const FIRST_DELAY_MS = 2_000;
/** An endpoint that is away for a night is asked four times an hour. */
export const MAX_DELAY_MS = 900_000;

/** Failures that pass without anybody doing something. A sign-in page of a strange network answers like no endpoint. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'SYNC_UNREACHABLE',
  'SYNC_NOT_AN_ENDPOINT',
  'WORKER_GONE',
]);

/** Whether it is worth trying again by itself. */
export function isPassing(code: ErrorCode): boolean {
  return PASSING.has(code);
}

/**
 * How long to wait after so many failures in a row, 1 or more: doubled each time, and between half of that and all of it, so that devices that
 * failed together do not come back together. `random` in [0, 1).
 */
export function retryDelayMs(failureCount: number, random: number): number {
  const longest = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (failureCount - 1));
  return Math.round(longest * (0.5 + random / 2));
}
