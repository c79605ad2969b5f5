import * as v from 'valibot';
import type { ErrorCode } from '../../contracts/errors';
import { AppError } from '../../core/app-error';
import { problemSchema } from '../../core/sync-api/fields';
import { PROBLEM_STATUS, type ProblemCode } from '../../core/sync-api/problem-codes';

/** What an endpoint's refusals are to the app. What passes by itself is SYNC_UNREACHABLE: it is tried again. */
const CODE_BY_PROBLEM: Readonly<Record<ProblemCode, ErrorCode>> = {
  INVALID_REQUEST: 'SYNC_REFUSED',
  UNAUTHORISED: 'SYNC_SIGNED_OUT',
  FORBIDDEN: 'SYNC_REFUSED',
  NOT_FOUND: 'SYNC_REFUSED',
  METHOD_NOT_ALLOWED: 'SYNC_REFUSED',
  CONFLICT: 'SYNC_REFUSED',
  GONE: 'SYNC_REFUSED',
  TOO_LARGE: 'SYNC_FULL',
  CHECKSUM_MISMATCH: 'SYNC_UNREACHABLE',
  RATE_LIMITED: 'SYNC_UNREACHABLE',
  INTERNAL: 'SYNC_UNREACHABLE',
  QUOTA_EXCEEDED: 'SYNC_FULL',
  UNAVAILABLE: 'SYNC_UNREACHABLE',
};

/** An endpoint said no. */
export class EndpointError extends AppError {
  readonly problem: ProblemCode;

  constructor(problem: ProblemCode, message: string) {
    super(CODE_BY_PROBLEM[problem], message);
    this.problem = problem;
  }
}

/** Reads a refusal; `body` as it came. Something other than an endpoint may have answered. */
export function readRefusal(status: number, body: string): AppError {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), problemSchema), body);
  const code = read.success ? read.output.code : null;
  if (read.success && isProblemCode(code)) return new EndpointError(code, read.output.message);
  const found = `status ${status} without a reason this version knows`;
  return new AppError(
    status >= 500 ? 'SYNC_UNREACHABLE' : 'SYNC_NOT_AN_ENDPOINT',
    `Expected an endpoint of Resight, found ${found}`,
  );
}

/** Whether an error is this refusal. */
export function isProblem(error: unknown, ...problems: readonly ProblemCode[]): boolean {
  return error instanceof EndpointError && problems.includes(error.problem);
}

/** A request that got no answer. */
export function unreachable(cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    'SYNC_UNREACHABLE',
    `Expected an answer from the endpoint, found: ${reason}`,
    {
      cause,
    },
  );
}

function isProblemCode(code: string | null): code is ProblemCode {
  return code !== null && Object.hasOwn(PROBLEM_STATUS, code);
}
