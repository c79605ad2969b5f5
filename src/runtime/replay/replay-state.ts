import type { ErrorData } from '../../contracts/errors';
import type { ResultSetId, TimeRange } from '../../contracts/session';

/** Speeds that can be chosen, source seconds a second. */
export const REPLAY_SPEEDS = [0.25, 0.5, 1, 2, 4, 8] as const;

/** The next slower, or faster, of {@link REPLAY_SPEEDS}; the same at the end of them. */
export function nextSpeed(speed: number, by: 1 | -1): number {
  const faster = REPLAY_SPEEDS.find((each) => each > speed);
  const slower = REPLAY_SPEEDS.findLast((each) => each < speed);
  return (by > 0 ? faster : slower) ?? speed;
}

/** A stretch of video, or of results, that cannot be read. */
export interface ReplayDamage extends TimeRange {
  readonly error: ErrorData;
}

/** What the player is doing; changes rarely, not with frames. */
export interface ReplayState {
  readonly isPlaying: boolean;
  /** Playing or seeking, and nothing is there to show yet. */
  readonly isWaiting: boolean;
  readonly speed: number;
  /** Between the in and out points; null: all. */
  readonly range: TimeRange | null;
  /** Playing goes round in `range`, or in all. */
  readonly isLooping: boolean;
  readonly resultSet: ResultSetId;
  /** Shown beside it; null: none. */
  readonly compared: ResultSetId | null;
  /** Found so far, in order of discovery. */
  readonly damages: readonly ReplayDamage[];
}
