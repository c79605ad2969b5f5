import type { TrackId } from '../../contracts/track';

/** Tracks by id, for those whose id changed when a gap was bridged. */
export class TrackAliases {
  readonly #survivorOf = new Map<TrackId, TrackId>();

  note(absorbedId: TrackId, survivorId: TrackId): void {
    this.#survivorOf.set(absorbedId, survivorId);
  }

  resolve(trackId: TrackId): TrackId {
    let id = trackId;
    for (let next = this.#survivorOf.get(id); next !== undefined; next = this.#survivorOf.get(id)) {
      id = next;
    }
    return id;
  }

  clear(): void {
    this.#survivorOf.clear();
  }
}
