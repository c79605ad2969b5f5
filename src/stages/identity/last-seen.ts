import type { Sighting } from '../../contracts/gallery';
import type { SightingId, VehicleId } from '../../contracts/match';
import type { SightingStore } from './ports';

/** Vehicles of this session that are remembered; others are looked up in the gallery. */
const MAX_KNOWN_COUNT = 4096;

/** When and where a vehicle was seen last. */
export interface LastSeen {
  readonly unixMs: number;
  readonly mediaUs: number | null;
  readonly label: string;
}

/** The end of each vehicle's newest finished sighting: from this session at once, else from the gallery. */
export class LastSeenBook {
  readonly #store: Pick<SightingStore, 'vehicle'>;
  readonly #known = new Map<VehicleId, LastSeen>();

  constructor(store: Pick<SightingStore, 'vehicle'>) {
    this.#store = store;
  }

  /** A sighting came to its end. */
  note(sighting: Sighting): void {
    const known = this.#known.get(sighting.vehicleId);
    if (known && known.unixMs > sighting.endUnixMs) return;
    // Deleted first, so that the order is that of noting.
    this.#known.delete(sighting.vehicleId);
    this.#known.set(sighting.vehicleId, lastSeenOf(sighting));
    const [longestAgo] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN_COUNT && longestAgo !== undefined) {
      this.#known.delete(longestAgo);
    }
  }

  /** Null when the vehicle has no other sighting than `except`. */
  async find(vehicleId: VehicleId, except: SightingId): Promise<LastSeen | null> {
    const known = this.#known.get(vehicleId);
    if (known) return known;
    const detail = await this.#store.vehicle(vehicleId);
    const newest = detail?.sightings
      .filter(({ id }) => id !== except)
      .reduce<Sighting | null>((a, b) => (a && a.endUnixMs >= b.endUnixMs ? a : b), null);
    if (!newest) return null;
    this.note(newest);
    return lastSeenOf(newest);
  }

  forget(vehicleId: VehicleId): void {
    this.#known.delete(vehicleId);
  }

  clear(): void {
    this.#known.clear();
  }
}

function lastSeenOf(sighting: Sighting): LastSeen {
  return {
    unixMs: sighting.endUnixMs,
    mediaUs: sighting.endMediaUs,
    label: sighting.cameraLabel,
  };
}
