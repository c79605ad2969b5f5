import type { Sighting } from '../../contracts/gallery';
import type { SightingId, VehicleId } from '../../contracts/match';

/** The vehicles of a run over a file, for its summary. */
export interface RunTally {
  /** Vehicles that got their number in this run. */
  readonly newCount: number;
  /** Vehicles recognised from an earlier sighting, be it of this run. */
  readonly returningCount: number;
}

/** Counts vehicles over the sightings of one run. */
export class TallyCounter {
  /** The newest state of each sighting: a long one is written again and again while it lasts. */
  readonly #sightings = new Map<SightingId, Pick<Sighting, 'vehicleId' | 'decision'>>();

  /** Counted when asked for; not reactive: a summary is made once the run is over. */
  get tally(): RunTally {
    const newVehicles = new Set<VehicleId>();
    const returning = new Set<VehicleId>();
    for (const { vehicleId, decision } of this.#sightings.values()) {
      (decision.outcome === 'matched' ? returning : newVehicles).add(vehicleId);
    }
    return { newCount: newVehicles.size, returningCount: returning.size };
  }

  count({ id, vehicleId, decision }: Sighting): void {
    this.#sightings.set(id, { vehicleId, decision });
  }

  clear(): void {
    this.#sightings.clear();
  }
}
