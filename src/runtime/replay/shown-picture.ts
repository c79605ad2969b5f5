import type { SessionCamera, SessionFrame } from '../../contracts/session';

/**
 * Why a camera's view has no picture.
 * - `results-only`: the session holds no video.
 * - `not-recorded`: it does, but not of this time.
 * - `damaged`: what belongs here cannot be read or decoded.
 * - `gap`: nothing was analysed or recorded.
 */
export type MissingPicture = 'results-only' | 'not-recorded' | 'damaged' | 'gap';

/** What one camera's view shows: a picture and the results of exactly its time. */
export interface ShownPicture {
  readonly camera: SessionCamera;
  /** Capture time of the picture, of the results where there is no picture, or of the gap. */
  readonly timeUs: number;
  /** Borrowed until the listener returns; null: see `missing`. */
  readonly image: VideoFrame | null;
  readonly missing: MissingPicture | null;
  readonly overlay: ShownResults;
  /** The same of the result set it is compared with; null: none is. */
  readonly compared: ShownResults | null;
}

/** Results beside a picture. */
export interface ShownResults {
  /** Of exactly this picture; null: it was not analysed. */
  readonly exact: SessionFrame | null;
  /** `exact`, or else the last ones before it, see `MAX_HELD_US`; null: none. */
  readonly nearest: SessionFrame | null;
  /** All since what the view showed last, in order, `nearest` being the last one: trails are made of them. */
  readonly sinceLast: readonly SessionFrame[];
  /** `sinceLast` does not go on from what the view showed last: its trails begin anew. */
  readonly isNewStart: boolean;
}
