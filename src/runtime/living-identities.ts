import type { CameraId } from '../contracts/frame';
import type { TrackIdentity } from '../contracts/match';
import type { TrackId } from '../contracts/track';
import type { FrameResult } from '../contracts/worker-api';

/** Identities of the tracks that live now, over all cameras of a run; those of others are not kept. */
export class LivingIdentities {
  readonly #identities = new Map<TrackId, TrackIdentity>();
  /** Tracks of each camera's newest result. */
  readonly #living = new Map<CameraId, ReadonlySet<TrackId>>();

  get all(): ReadonlyMap<TrackId, TrackIdentity> {
    return this.#identities;
  }

  /** A camera's newest result is about to be told. */
  noteResult({ meta, tracks, bridges }: FrameResult): void {
    for (const { absorbedId } of bridges) this.#identities.delete(absorbedId);
    this.#living.set(meta.cameraId, new Set(tracks.map(({ id }) => id)));
  }

  /** The result was told: whoever draws an ending track had its identity until now. */
  noteEnded({ ended }: FrameResult): void {
    for (const { id } of ended) this.#identities.delete(id);
  }

  add(identity: TrackIdentity): void {
    const { trackId } = identity;
    const isLiving = [...this.#living.values()].some((ids) => ids.has(trackId));
    if (isLiving) this.#identities.set(trackId, identity);
  }

  clear(): void {
    this.#identities.clear();
    this.#living.clear();
  }
}
