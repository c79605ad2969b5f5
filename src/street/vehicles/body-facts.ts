import type { VehicleClass } from '../../contracts/detection';
import type { BodyType } from '../../contracts/street';

/** What traffic and truth must know of a body without building it. */
export interface BodyFacts {
  readonly lengthM: number;
  readonly widthM: number;
  readonly heightM: number;
  /** The class COCO gives it. */
  readonly vehicleClass: VehicleClass;
}

/** Within a hand's breadth of what `vehicle-workshop.ts` builds; a test compares them. */
export const BODY_FACTS: Readonly<Record<BodyType, BodyFacts>> = {
  hatchback: { lengthM: 4.15, widthM: 1.76, heightM: 1.52, vehicleClass: 'car' },
  saloon: { lengthM: 4.8, widthM: 1.82, heightM: 1.46, vehicleClass: 'car' },
  estate: { lengthM: 4.85, widthM: 1.82, heightM: 1.5, vehicleClass: 'car' },
  suv: { lengthM: 4.68, widthM: 1.88, heightM: 1.7, vehicleClass: 'car' },
  van: { lengthM: 5.42, widthM: 2.02, heightM: 2.02, vehicleClass: 'truck' },
  pickup: { lengthM: 5.42, widthM: 1.9, heightM: 1.8, vehicleClass: 'truck' },
  lorry: { lengthM: 7.26, widthM: 2.4, heightM: 3.38, vehicleClass: 'truck' },
  bus: { lengthM: 9.2, widthM: 2.5, heightM: 3.17, vehicleClass: 'bus' },
  motorcycle: { lengthM: 2.07, widthM: 0.9, heightM: 1.2, vehicleClass: 'motorcycle' },
};
