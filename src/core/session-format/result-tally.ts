import type { ResultSet, SessionEvent, TimeRange } from '../../contracts/session';

/** What a list says of a result set's contents. */
export type ResultCounts = Pick<
  ResultSet,
  'frameCount' | 'boxCount' | 'trackCount' | 'sightingCount'
>;

/** Counts events as they are read. Its memory grows with tracks and sightings, not with frames. */
export class ResultTally {
  readonly #trackIds = new Set<number>();
  readonly #sightingIds = new Set<string>();
  #frameCount = 0;
  #boxCount = 0;
  #startUs = Infinity;
  #endUs = -Infinity;

  add(event: SessionEvent): void {
    if (event.type === 'track') this.#trackIds.add(event.track.trackId);
    if (event.type === 'sighting') this.#sightingIds.add(event.sighting.id);
    if (event.type !== 'frame') return;
    const { captureTimeUs, boxes } = event.frame;
    this.#frameCount += 1;
    for (const { state } of boxes) if (state !== 'tentative') this.#boxCount += 1;
    this.#startUs = Math.min(this.#startUs, captureTimeUs);
    this.#endUs = Math.max(this.#endUs, captureTimeUs);
  }

  get counts(): ResultCounts {
    return {
      frameCount: this.#frameCount,
      boxCount: this.#boxCount,
      trackCount: this.#trackIds.size,
      sightingCount: this.#sightingIds.size,
    };
  }

  /** First and last frame; null: there are none. */
  get span(): TimeRange | null {
    return this.#frameCount === 0 ? null : { startUs: this.#startUs, endUs: this.#endUs };
  }
}
