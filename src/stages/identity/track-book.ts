import type { CameraId } from '../../contracts/frame';
import type { SightingId, VehicleId } from '../../contracts/match';
import type { TrackBridge, TrackId } from '../../contracts/track';
import { CoVisibility } from './co-visibility';
import { TrackAliases } from './track-aliases';
import { TrackRecord, type TrackFacts } from './track-record';

/**
 * Ended tracks that are remembered, so that what still comes for them opens no new one. Only crops under way
 * can come late, a handful.
 */
const MAX_ENDED_IDS = 1024;

/** The living tracks of one run, under all the ids they ever had. */
export class TrackBook {
  readonly coVisibility = new CoVisibility();
  readonly #createId: () => string;
  readonly #nowUnixMs: () => number;
  readonly #records = new Map<TrackId, TrackRecord>();
  readonly #aliases = new TrackAliases();
  readonly #endedIds = new Set<TrackId>();

  /** `createId`: unique for ever. */
  constructor(createId: () => string, nowUnixMs: () => number) {
    this.#createId = createId;
    this.#nowUnixMs = nowUnixMs;
  }

  /** The living tracks; a copy, safe to end tracks over. */
  all(): readonly TrackRecord[] {
    return [...this.#records.values()];
  }

  find(trackId: TrackId): TrackRecord | null {
    return this.#records.get(this.#aliases.resolve(trackId)) ?? null;
  }

  /** The record of a living track, made when needed; null for a track that has ended. */
  open(trackId: TrackId, cameraId: CameraId, facts: TrackFacts, nowUs: number): TrackRecord | null {
    const id = this.#aliases.resolve(trackId);
    if (this.#endedIds.has(id)) return null;
    const known = this.#records.get(id);
    if (known) return known;
    const record = new TrackRecord(id, cameraId, this.#createId(), facts, nowUs, this.#nowUnixMs);
    this.#records.set(id, record);
    return record;
  }

  /** The id and those that have become it since a bridge. */
  idsOf(trackId: TrackId): readonly TrackId[] {
    return [trackId, ...this.#aliases.absorbedBy(trackId)];
  }

  /** True when the id goes on under another one since a bridge. */
  isAbsorbed(trackId: TrackId): boolean {
    return this.#aliases.resolve(trackId) !== trackId;
  }

  /**
   * From here on both ids are one track. Answers the absorbed record, out of the book, when there are two to
   * be merged; a record whose survivor has none simply changes its id.
   */
  bridge({ survivorId, absorbedId }: TrackBridge): TrackRecord | null {
    this.#aliases.note(absorbedId, survivorId);
    this.coVisibility.merge(survivorId, absorbedId);
    const absorbed = this.#records.get(absorbedId);
    if (!absorbed) return null;
    this.#records.delete(absorbedId);
    if (this.#records.has(survivorId)) return absorbed;
    this.#endedIds.delete(survivorId);
    absorbed.trackId = survivorId;
    absorbed.told = null;
    this.#records.set(survivorId, absorbed);
    return null;
  }

  /** A track ended, as a sighting of a vehicle or (null) as nothing. Its ids are not opened again. */
  end(trackId: TrackId, end: { vehicleId: VehicleId; sightingId: SightingId } | null): void {
    this.coVisibility.end(trackId, end);
    // Most tracks are flickers of the detector that never had a record.
    if (!this.#records.delete(trackId)) return;
    for (const id of [trackId, ...this.#aliases.forget(trackId)]) this.#endedIds.add(id);
    for (const oldest of this.#endedIds) {
      if (this.#endedIds.size <= MAX_ENDED_IDS) break;
      this.#endedIds.delete(oldest);
    }
  }

  clear(): void {
    this.coVisibility.clear();
    this.#records.clear();
    this.#aliases.clear();
    this.#endedIds.clear();
  }
}
