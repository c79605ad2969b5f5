import type { TrackId } from '../../contracts/track';

/** Keeps tracks of one session apart: their ids begin again at 1 with each epoch, as after a worker was started again. */
export class TrackNumbers {
  readonly #bases = new Map<number, number>();
  #highest = 0;

  /** The track's id within the session, the same for ever. */
  of(epoch: number, trackId: TrackId): TrackId {
    let base = this.#bases.get(epoch);
    if (base === undefined) {
      base = this.#highest;
      this.#bases.set(epoch, base);
    }
    const id = base + trackId;
    this.#highest = Math.max(this.#highest, id);
    return id;
  }
}
