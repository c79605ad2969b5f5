import { VEHICLE_CLASSES, type VehicleClass } from '../contracts/detection';
import type { Sighting, VehicleSummary } from '../contracts/gallery';
import type { VehicleId } from '../contracts/match';
import type { VehicleRow } from './schema';

/** The row of a vehicle with these sightings; null when there are none. */
export function summarise(
  id: VehicleId,
  number: number,
  sightings: readonly Sighting[],
): VehicleRow | null {
  const [first] = sightings;
  return first
    ? sightings.reduce((row, next) => joined(row, null, next), emptyRow(id, number, first))
    : null;
}

/**
 * The row after one sighting was added (`previous` null) or rewritten, from the two versions of that
 * sighting alone. Null when that cannot tell and the vehicle must be summarised from all its
 * sightings: the earlier version made up a bound or the picture that the later one gives up.
 */
export function extendSummary(
  row: VehicleRow,
  previous: Sighting | null,
  next: Sighting,
): VehicleRow | null {
  if (previous) {
    const givesUpStart =
      previous.startUnixMs === row.firstSeenUnixMs && next.startUnixMs > previous.startUnixMs;
    const givesUpEnd = previous.id === row.lastSightingId && next.endUnixMs < row.lastSeenUnixMs;
    const givesUpPicture =
      previous.id === row.cropSightingId &&
      (next.cropId === null || next.hitCount < row.cropHitCount);
    if (givesUpStart || givesUpEnd || givesUpPicture) return null;
  }
  return joined(row, previous, next);
}

/** What the list shows of a row. */
export function summaryOf(row: VehicleRow): VehicleSummary {
  const { id, number, vehicleClass, sightingCount, cropId } = row;
  const { firstSeenUnixMs, lastSeenUnixMs, lastSeenMediaUs, lastSeenLabel } = row;
  return {
    id,
    number,
    vehicleClass,
    sightingCount,
    firstSeenUnixMs,
    lastSeenUnixMs,
    lastSeenMediaUs,
    lastSeenLabel,
    cropId,
  };
}

/** A row to join sightings to, `first` among them: nothing is counted yet. */
function emptyRow(id: VehicleId, number: number, first: Sighting): VehicleRow {
  return {
    id,
    number,
    vehicleClass: 'car',
    sightingCount: 0,
    firstSeenUnixMs: first.startUnixMs,
    ...endOf(first),
    cropId: null,
    hitCountByClass: {},
    cropSightingId: null,
    cropHitCount: 0,
  };
}

function joined(row: VehicleRow, previous: Sighting | null, next: Sighting): VehicleRow {
  const hitCountByClass = { ...row.hitCountByClass };
  if (previous) {
    const rest = (hitCountByClass[previous.vehicleClass] ?? 0) - previous.hitCount;
    hitCountByClass[previous.vehicleClass] = rest;
  }
  hitCountByClass[next.vehicleClass] = (hitCountByClass[next.vehicleClass] ?? 0) + next.hitCount;
  return {
    id: row.id,
    number: row.number,
    vehicleClass: mostSeenClass(hitCountByClass),
    sightingCount: row.sightingCount + (previous ? 0 : 1),
    firstSeenUnixMs: Math.min(row.firstSeenUnixMs, next.startUnixMs),
    ...lastSeen(row, next),
    hitCountByClass,
    ...bestPicture(row, next),
  };
}

type LastSeen = Pick<
  VehicleRow,
  'lastSeenUnixMs' | 'lastSeenMediaUs' | 'lastSeenLabel' | 'lastSightingId'
>;

/** When and where the sighting that ended last did so; ties go to the greater id, as with pictures. */
function lastSeen(row: VehicleRow, next: Sighting): LastSeen {
  const { lastSeenUnixMs, lastSeenMediaUs, lastSeenLabel, lastSightingId } = row;
  const isLater =
    lastSightingId === next.id ||
    next.endUnixMs > lastSeenUnixMs ||
    (next.endUnixMs === lastSeenUnixMs && next.id > lastSightingId);
  return isLater ? endOf(next) : { lastSeenUnixMs, lastSeenMediaUs, lastSeenLabel, lastSightingId };
}

function endOf(sighting: Sighting): LastSeen {
  return {
    lastSeenUnixMs: sighting.endUnixMs,
    lastSeenMediaUs: sighting.endMediaUs,
    lastSeenLabel: sighting.cameraLabel,
    lastSightingId: sighting.id,
  };
}

/**
 * The picture of the sighting with most detections: it was chosen from the most crops. Ties go to
 * the greater id, so that the order in which sightings are read does not matter.
 */
function bestPicture(
  row: VehicleRow,
  next: Sighting,
): Pick<VehicleRow, 'cropId' | 'cropSightingId' | 'cropHitCount'> {
  const { cropId, cropSightingId, cropHitCount } = row;
  const isBetter =
    cropSightingId === null ||
    cropSightingId === next.id ||
    next.hitCount > cropHitCount ||
    (next.hitCount === cropHitCount && next.id > cropSightingId);
  return next.cropId !== null && isBetter
    ? { cropId: next.cropId, cropSightingId: next.id, cropHitCount: next.hitCount }
    : { cropId, cropSightingId, cropHitCount };
}

function mostSeenClass(hitCountByClass: VehicleRow['hitCountByClass']): VehicleClass {
  const hits = (vehicleClass: VehicleClass): number => hitCountByClass[vehicleClass] ?? 0;
  return VEHICLE_CLASSES.reduce((best, each) => (hits(each) > hits(best) ? each : best));
}
