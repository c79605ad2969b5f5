import type { Box } from '../../contracts/detection';
import { boxHeightPx, boxWidthPx } from '../../core/geometry';

/*
 * Detectors trained on COCO draw a motorcycle's box up to its rider's waist, now lower, now higher, and the rider as a person. A
 * motorcycle is known again by both, and embedders learn from pictures of both.
 *
 * Limits measured on 867 motorcycles seen from behind (real crops, moved along real roads; `tests/fixtures/compose-two-cameras.ts`, NanoDet
 * at 416 px): each is wider than what 98 % of their riders need.
 */

/** Part of the rider's width that lies above or in the motorcycle's. */
const LEAST_WIDTH_SHARED = 0.6;
/** The rider's height, in heights of the motorcycle: it ends at the knees of some, and at the helmet of others. */
const HEIGHTS = { least: 0.4, most: 2.2 } as const;
/** Where the rider ends below, in heights of the motorcycle from its top: higher up somebody walks behind it, lower down before it. */
const FEET = { highest: 0.3, lowest: 1.15 } as const;

/** The box of a motorcycle and of everybody who rides it. `persons`: all who were found in the frame. Display pixels. */
export function withRiders(motorcycle: Box, persons: readonly Box[]): Box {
  return persons.filter((person) => isRiding(person, motorcycle)).reduce(union, motorcycle);
}

function isRiding(person: Box, motorcycle: Box): boolean {
  const sharedWidthPx = Math.min(person.x2, motorcycle.x2) - Math.max(person.x1, motorcycle.x1);
  const heightPx = boxHeightPx(motorcycle);
  const heights = boxHeightPx(person) / heightPx;
  const feet = (person.y2 - motorcycle.y1) / heightPx;
  return (
    sharedWidthPx >= LEAST_WIDTH_SHARED * boxWidthPx(person) &&
    heights >= HEIGHTS.least &&
    heights <= HEIGHTS.most &&
    feet >= FEET.highest &&
    feet <= FEET.lowest
  );
}

function union(a: Box, b: Box): Box {
  return {
    x1: Math.min(a.x1, b.x1),
    y1: Math.min(a.y1, b.y1),
    x2: Math.max(a.x2, b.x2),
    y2: Math.max(a.y2, b.y2),
  };
}
