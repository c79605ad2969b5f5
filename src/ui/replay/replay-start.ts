import type { ResultSetId } from '../../contracts/session';

/** What a replay begins with. */
export interface ReplayStart {
  /** Microseconds on the session's clock. */
  readonly atUs: number;
  /** Left out: the first. */
  readonly resultSet?: ResultSetId;
  /** Beside it; null or left out: none. */
  readonly compared?: ResultSetId | null;
}
