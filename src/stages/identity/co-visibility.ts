import type { SightingId, VehicleId } from '../../contracts/match';
import type { TrackId } from '../../contracts/track';

/**
 * Vehicles a track may remember as "seen beside it". A vehicle that parks all day sees thousands pass;
 * those of longest ago are forgotten, similarity alone guards against them.
 */
const MAX_REMEMBERED_VEHICLES = 4096;

/** Ended companions whose sightings a track can name; those of longest ago give way. */
const MAX_REMEMBERED_SIGHTINGS = 16;

interface Companions {
  /** Living tracks seen in one frame with this one. */
  readonly tracks: Set<TrackId>;
  /** Vehicles of tracks that were seen with this one and have ended. */
  readonly vehicles: Set<VehicleId>;
  /** Their sightings. */
  readonly sightings: Set<SightingId>;
}

/** Who was seen together with whom: two vehicles in one frame of one camera are never one vehicle. */
export class CoVisibility {
  readonly #companions = new Map<TrackId, Companions>();
  #lastSeen = '';

  /** Notes all tracks seen in one frame. */
  noteFrame(trackIds: readonly TrackId[]): void {
    // Most frames show the tracks of the frame before.
    const seen = trackIds.join();
    if (seen === this.#lastSeen) return;
    this.#lastSeen = seen;
    for (const id of trackIds) {
      const { tracks } = this.#of(id);
      for (const other of trackIds) if (other !== id) tracks.add(other);
    }
  }

  /** True when two living tracks were seen in one frame. */
  wereTogether(a: TrackId, b: TrackId): boolean {
    return this.#companions.get(a)?.tracks.has(b) ?? false;
  }

  /** True when a track that has ended as that vehicle was seen together with this one. */
  sawVehicle(trackId: TrackId, vehicleId: VehicleId): boolean {
    return this.#companions.get(trackId)?.vehicles.has(vehicleId) ?? false;
  }

  /** Sightings, at most sixteen, of tracks that have ended and were seen together with this one. */
  sightingsBeside(trackId: TrackId): readonly SightingId[] {
    return [...(this.#companions.get(trackId)?.sightings ?? [])];
  }

  /** A track ended, as a sighting of a vehicle or (null) as nothing. */
  end(trackId: TrackId, end: { vehicleId: VehicleId; sightingId: SightingId } | null): void {
    for (const other of this.#companions.get(trackId)?.tracks ?? []) {
      const companions = this.#companions.get(other);
      if (!companions) continue;
      companions.tracks.delete(trackId);
      if (!end) continue;
      addBounded(companions.vehicles, end.vehicleId, MAX_REMEMBERED_VEHICLES);
      addBounded(companions.sightings, end.sightingId, MAX_REMEMBERED_SIGHTINGS);
    }
    this.#companions.delete(trackId);
  }

  /** `absorbed` turned out to be the continuation of `survivor`. */
  merge(survivor: TrackId, absorbed: TrackId): void {
    const from = this.#companions.get(absorbed);
    if (!from) return;
    const to = this.#of(survivor);
    for (const other of from.tracks) {
      this.#companions.get(other)?.tracks.delete(absorbed);
      if (other === survivor) continue;
      to.tracks.add(other);
      this.#of(other).tracks.add(survivor);
    }
    for (const id of from.vehicles) addBounded(to.vehicles, id, MAX_REMEMBERED_VEHICLES);
    for (const id of from.sightings) addBounded(to.sightings, id, MAX_REMEMBERED_SIGHTINGS);
    to.tracks.delete(absorbed);
    this.#companions.delete(absorbed);
    this.#lastSeen = '';
  }

  clear(): void {
    this.#companions.clear();
    this.#lastSeen = '';
  }

  #of(trackId: TrackId): Companions {
    let companions = this.#companions.get(trackId);
    if (!companions) {
      companions = { tracks: new Set(), vehicles: new Set(), sightings: new Set() };
      this.#companions.set(trackId, companions);
    }
    return companions;
  }
}

function addBounded(ids: Set<string>, id: string, maxCount: number): void {
  ids.add(id);
  if (ids.size <= maxCount) return;
  for (const oldest of ids) {
    ids.delete(oldest);
    return;
  }
}
