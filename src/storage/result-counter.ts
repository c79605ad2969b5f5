import type { SightingId, VehicleId } from '../contracts/match';
import type {
  ResultSet,
  SessionEvent,
  SessionFrame,
  SessionGap,
  SessionTrack,
} from '../contracts/session';
import type { TrackId } from '../contracts/track';

/** What a list says of a result set's contents. */
export type ResultCounts = Pick<
  ResultSet,
  'frameCount' | 'boxCount' | 'trackCount' | 'sightingCount'
>;

/** A stretch of time that grows; null: nothing was told of yet. */
export class TimeSpan {
  #startUs = Infinity;
  #endUs = -Infinity;

  include(startUs: number, endUs: number): void {
    this.#startUs = Math.min(this.#startUs, startUs);
    this.#endUs = Math.max(this.#endUs, endUs);
  }

  get range(): { readonly startUs: number; readonly endUs: number } | null {
    return this.#startUs <= this.#endUs ? { startUs: this.#startUs, endUs: this.#endUs } : null;
  }
}

/** Counts a result set as it is written, or read again after a crash. Its memory grows with tracks and sightings, not with frames. */
export class ResultCounter {
  readonly span = new TimeSpan();
  readonly gaps: SessionGap[] = [];
  readonly vehicleIds = new Set<VehicleId>();
  readonly #trackIds = new Set<TrackId>();
  readonly #cropParts = new Map<SightingId, string | null>();
  #frameCount = 0;
  #boxCount = 0;

  add(event: SessionEvent): void {
    if (event.type === 'frame') this.#addFrame(event.frame);
    else if (event.type === 'track') this.#trackIds.add(event.track.trackId);
    else if (event.type === 'gap') this.gaps.push(event.gap);
    else {
      const { id, vehicleId, cropPart } = event.sighting;
      this.#cropParts.set(id, cropPart);
      this.vehicleIds.add(vehicleId);
    }
  }

  get counts(): ResultCounts {
    return {
      frameCount: this.#frameCount,
      boxCount: this.#boxCount,
      trackCount: this.#trackIds.size,
      sightingCount: this.#cropParts.size,
    };
  }

  /** Pictures of sightings as they were told of last. */
  get cropParts(): ReadonlySet<string> {
    const parts = [...this.#cropParts.values()].filter((part) => part !== null);
    return new Set(parts);
  }

  /** Whether the track was told of. */
  hasTrack(id: TrackId): boolean {
    return this.#trackIds.has(id);
  }

  #addFrame({ captureTimeUs, boxes }: SessionFrame): void {
    this.#frameCount += 1;
    this.#boxCount += boxes.filter(({ state }) => state !== 'tentative').length;
    this.span.include(captureTimeUs, captureTimeUs);
  }
}

/** Makes up for tracks that were still followed when the app went away, from their boxes. */
export class TrackTracer {
  readonly #tracks = new Map<TrackId, SessionTrack & { readonly isConfirmed: boolean }>();

  add({ cameraId, captureTimeUs, boxes }: SessionFrame): void {
    for (const { trackId, state, vehicleClass, score } of boxes) {
      const before = this.#tracks.get(trackId);
      const isSeen = score !== null;
      this.#tracks.set(trackId, {
        trackId,
        cameraId,
        vehicleClass,
        firstSeenUs: before?.firstSeenUs ?? captureTimeUs,
        lastSeenUs: isSeen || !before ? captureTimeUs : before.lastSeenUs,
        hitCount: (before?.hitCount ?? 0) + (isSeen ? 1 : 0),
        isConfirmed: before?.isConfirmed === true || state === 'confirmed',
      });
    }
  }

  /** Vehicles among them, but those that `isKnown` knows. */
  untold(isKnown: (id: TrackId) => boolean): readonly SessionTrack[] {
    return [...this.#tracks.values()]
      .filter(({ trackId, isConfirmed }) => isConfirmed && !isKnown(trackId))
      .map(({ isConfirmed: _, ...track }) => track);
  }
}
