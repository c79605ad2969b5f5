import type { VehicleClass } from '../../contracts/detection';

const PLURALS: Readonly<Record<VehicleClass, string>> = {
  car: 'Cars',
  motorcycle: 'Motorcycles',
  bus: 'Buses',
  truck: 'Trucks',
};

/** A class as a heading or switch: `Cars`. */
export function classPlural(vehicleClass: VehicleClass): string {
  return PLURALS[vehicleClass];
}

/** A class at the beginning of a line: `Car`. */
export function classTitle(vehicleClass: VehicleClass): string {
  return vehicleClass.charAt(0).toUpperCase() + vehicleClass.slice(1);
}
