import type { TrackId } from '../../contracts/track';

/** Numbers the tracks of one run, from 1. */
export class TrackIds {
  #last: TrackId = 0;

  next(): TrackId {
    this.#last += 1;
    return this.#last;
  }
}
