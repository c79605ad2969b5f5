import { PROBLEM_STATUS, type ProblemCode } from '../../src/core/sync-api/problem-codes';

/** A request that is refused: answered with its status and a {@link Problem}; never logged as a fault of ours. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ProblemCode;
  /** Seconds, for RATE_LIMITED and UNAVAILABLE. */
  readonly retryAfterS: number | null;

  /** `message` is for people: what was expected, what was found, what to do. Nothing secret, no other device's data. */
  constructor(code: ProblemCode, message: string, retryAfterS: number | null = null) {
    super(message);
    this.code = code;
    this.retryAfterS = retryAfterS;
  }

  get status(): number {
    return PROBLEM_STATUS[this.code];
  }
}
