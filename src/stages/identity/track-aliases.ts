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

  /** The ids that have become this one. */
  absorbedBy(survivorId: TrackId): readonly TrackId[] {
    return [...this.#survivorOf.keys()].filter((id) => this.resolve(id) === survivorId);
  }

  /** A survivor is over: answers the ids that had become it, and forgets them. */
  forget(survivorId: TrackId): readonly TrackId[] {
    const absorbedIds = this.absorbedBy(survivorId);
    for (const id of absorbedIds) this.#survivorOf.delete(id);
    return absorbedIds;
  }

  clear(): void {
    this.#survivorOf.clear();
  }
}
