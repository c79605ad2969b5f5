import type { BodyType } from '../../contracts/street';
import type { BodyShape } from './body-shape';
import { ESTATE, HATCHBACK, SALOON, SUV } from './car-shapes';
import { BUS, LORRY, PICKUP, VAN } from './commercial-shapes';

/** A motorcycle is no shell: see `motorcycle.ts`. */
export type ShellType = Exclude<BodyType, 'motorcycle'>;

/**
 * Measured off what drives in European streets, rounded. Proportions decide whether a detector trained on
 * photographs sees a vehicle: change one only with the pictures and the recall at hand.
 */
export const BODY_SHAPES: Readonly<Record<ShellType, BodyShape>> = {
  hatchback: HATCHBACK,
  saloon: SALOON,
  estate: ESTATE,
  suv: SUV,
  van: VAN,
  pickup: PICKUP,
  lorry: LORRY,
  bus: BUS,
};
