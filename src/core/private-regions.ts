import type { Box } from '../contracts/detection';
import { boxHeightPx, boxWidthPx } from './geometry';

/**
 * Plates sit low and near the middle of a vehicle seen from front or back; seen at an angle that face takes one side of the
 * box, so only the outer tenths are left out. A guess that hides too much rather than too little, not a plate detector: a
 * plate on a roof rack or on the side of a trailer is missed.
 */
const PLATE_LEFT_FRACTION = 0.1;
const PLATE_TOP_FRACTION = 0.45;
/** Boxes end a little above the tyres' shadow, and with them some low plates. */
const PLATE_BOTTOM_FRACTION = 1.05;

/** Persons' boxes cut off hands and hair: as much wider and higher, as a fraction of the side. */
const PERSON_MARGIN_FRACTION = 0.1;

/** The part of a vehicle's box where its plate is expected. May reach outside the frame. */
export function plateRegion(vehicle: Box): Box {
  const width = boxWidthPx(vehicle);
  const height = boxHeightPx(vehicle);
  return {
    x1: vehicle.x1 + width * PLATE_LEFT_FRACTION,
    y1: vehicle.y1 + height * PLATE_TOP_FRACTION,
    x2: vehicle.x2 - width * PLATE_LEFT_FRACTION,
    y2: vehicle.y1 + height * PLATE_BOTTOM_FRACTION,
  };
}

/** What is hidden of a person. May reach outside the frame. */
export function personRegion(person: Box): Box {
  const marginX = boxWidthPx(person) * PERSON_MARGIN_FRACTION;
  const marginY = boxHeightPx(person) * PERSON_MARGIN_FRACTION;
  return {
    x1: person.x1 - marginX,
    y1: person.y1 - marginY,
    x2: person.x2 + marginX,
    y2: person.y2 + marginY,
  };
}
