import type { StreetEvent } from '../../contracts/street';
import { COUNTING_LINES } from '../layout';
import type { StreetVehicle } from './street-vehicle';

interface Crossing {
  readonly cameraId: string;
  readonly timeUs: number;
}

/** Tells who crossed a counting line, and who came to it from the other one in the same passage. */
export class CrossingBook {
  readonly #last = new WeakMap<StreetVehicle, Crossing>();

  /** Events of a vehicle's last step, which ended at `endUs` after `stepUs`. */
  eventsOf(vehicle: StreetVehicle, endUs: number, stepUs: number): readonly StreetEvent[] {
    const [before, now] = vehicle.lastStepZM;
    if (before === now) return [];
    return COUNTING_LINES.flatMap(({ cameraId, zM }): readonly StreetEvent[] => {
      const isCrossed = before < zM ? now >= zM : before > zM && now <= zM;
      if (!isCrossed) return [];
      const share = (zM - before) / (now - before);
      const timeUs = Math.round(endUs - (1 - share) * stepUs);
      return this.#cross(vehicle, cameraId, now < before ? 'away' : 'towards', timeUs, share);
    });
  }

  #cross(
    vehicle: StreetVehicle,
    cameraId: string,
    direction: 'away' | 'towards',
    timeUs: number,
    share: number,
  ): readonly StreetEvent[] {
    const { identity, speedMps } = vehicle.stateAt(share);
    const from = this.#last.get(vehicle);
    this.#last.set(vehicle, { cameraId, timeUs });
    const crossing = { type: 'crossing', identity, cameraId, direction, timeUs, speedMps } as const;
    if (from === undefined || from.cameraId === cameraId) return [crossing];
    return [
      crossing,
      {
        type: 'travel',
        identity,
        fromCameraId: from.cameraId,
        toCameraId: cameraId,
        startUs: from.timeUs,
        endUs: timeUs,
      },
    ];
  }
}
