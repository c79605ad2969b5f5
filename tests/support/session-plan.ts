import { VEHICLE_CLASSES, type Box, type VehicleClass } from '../../src/contracts/detection';
import type { TimeRange } from '../../src/contracts/session';
import type { TrackState } from '../../src/contracts/track';

/*
 * The traffic of a made session: each object drives through its lane again and again, 10 s in view and 2 s out of it.
 * On its way it is first tentative, then confirmed, then hidden for a moment. Everything is a formula of time.
 */

const LAP_US = 12_000_000;
const VISIBLE_US = 10_000_000;
/** Boxes before a passage counts as a vehicle. */
const TENTATIVE_US = 200_000;
/** Within a passage, the moment it is hidden: its box is predicted. */
const LOST_FROM_US = 4_000_000;
const LOST_TO_US = 4_600_000;
/** A vehicle is back after so many laps of its lane. */
const LAPS_TO_RETURN = 3;
/** Something that is seen for a moment only, and never becomes a vehicle. */
const GHOST_US = 150_000;
const GHOST_TRACK_ID = 1_000_000;
const PICTURE_WIDTH_PX = 640;
const PICTURE_HEIGHT_PX = 360;

/** What traffic to plan. */
export interface PlanChoice {
  readonly durationUs: number;
  readonly startUs: number;
  readonly framesPerSecond: number;
  readonly objectCount: number;
  readonly cameraCount: number;
  readonly gap: { readonly from: number; readonly to: number } | null;
}

/** One way through the picture of one camera. */
export interface Passage {
  readonly trackId: number;
  readonly camera: number;
  readonly lane: number;
  readonly laneCount: number;
  readonly vehicleClass: VehicleClass;
  /** Null: a ghost, which never becomes a vehicle. */
  readonly vehicleNumber: number | null;
  readonly isReturn: boolean;
  readonly enterUs: number;
  readonly leaveUs: number;
}

/** The traffic of one session. */
export interface Plan {
  readonly firstUs: number;
  readonly lastUs: number;
  readonly gap: TimeRange | null;
  /** By time of entering. Only those seen in a frame at least. */
  readonly passages: readonly Passage[];
  /** Every camera's frames in order of time. */
  frameTimes(): Generator<{ readonly timeUs: number; readonly camera: number }>;
  passagesAt(timeUs: number, camera: number): readonly Passage[];
  /** First and last frame that shows it, and frames in which it was detected. */
  seenTimes(passage: Passage): {
    readonly firstUs: number;
    readonly lastUs: number;
    readonly hitCount: number;
  };
}

/** Lays the traffic of a session out. */
export function plan(choice: PlanChoice): Plan {
  const { startUs, durationUs } = choice;
  const gap = choice.gap && {
    startUs: Math.round(startUs + choice.gap.from * durationUs),
    endUs: Math.round(startUs + choice.gap.to * durationUs),
  };
  const times = Array.from({ length: choice.cameraCount }, (_, camera) =>
    cameraTimes(choice, gap, camera),
  );
  const visibleTimes = (passage: Passage): readonly number[] => {
    const list = times[passage.camera] ?? [];
    return list.slice(firstAtOrAfter(list, passage.enterUs), firstAtOrAfter(list, passage.leaveUs));
  };
  const seenTimes = (passage: Passage): ReturnType<Plan['seenTimes']> => {
    const seen = visibleTimes(passage);
    return {
      firstUs: seen[0] ?? 0,
      lastUs: seen.at(-1) ?? 0,
      hitCount: seen.filter((timeUs) => stateOf(passage, timeUs) !== 'lost').length,
    };
  };
  const passages = allPassages(choice).filter((passage) => visibleTimes(passage).length > 0);
  const byLap = groupByLap(passages, choice);
  return {
    firstUs: times[0]?.[0] ?? startUs,
    lastUs: Math.max(...times.map((list) => list.at(-1) ?? startUs)),
    gap,
    passages,
    frameTimes: () => mergeTimes(times),
    passagesAt: (timeUs, camera) => {
      const lap = Math.floor((timeUs - startUs) / LAP_US);
      // A passage begins in one lap of the clock and may end in the next.
      return [lap - 1, lap].flatMap((index) =>
        (byLap.get(index) ?? []).filter(
          (passage) => passage.camera === camera && isVisible(passage, timeUs),
        ),
      );
    },
    seenTimes,
  };
}

/** Where a passage is at a time, display pixels; it runs on beyond the picture's sides. */
export function boxOf(passage: Passage, timeUs: number): Box {
  const share = (timeUs - passage.enterUs) / VISIBLE_US;
  const width = 60 + (passage.lane % 3) * 20;
  const height = width * 0.6;
  const x1 = -width / 2 + share * PICTURE_WIDTH_PX;
  const y1 = ((passage.lane + 0.25) / passage.laneCount) * (PICTURE_HEIGHT_PX - height);
  return { x1, y1, x2: x1 + width, y2: y1 + height };
}

/** What the tracker says of a passage at a time. */
export function stateOf(passage: Passage, timeUs: number): TrackState {
  const sinceUs = timeUs - passage.enterUs;
  if (sinceUs < TENTATIVE_US || passage.vehicleNumber === null) return 'tentative';
  return sinceUs >= LOST_FROM_US && sinceUs < LOST_TO_US ? 'lost' : 'confirmed';
}

/** Tells which passages are vehicles that may be shown at a time. */
export function isConfirmedAt(timeUs: number): (passage: Passage) => boolean {
  return (passage) => stateOf(passage, timeUs) !== 'tentative';
}

function isVisible(passage: Passage, timeUs: number): boolean {
  return timeUs >= passage.enterUs && timeUs < passage.leaveUs;
}

/** Index in a rising list. */
function firstAtOrAfter(times: readonly number[], timeUs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < timeUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Uneven by up to a millisecond, as cameras are; and the second camera's not at the first one's. */
function cameraTimes(choice: PlanChoice, gap: TimeRange | null, camera: number): readonly number[] {
  const count = Math.floor((choice.durationUs / 1e6) * choice.framesPerSecond);
  return Array.from({ length: count }, (_, index) => {
    const jitterUs = (index * 7919) % 1000;
    const evenUs = Math.round((index * 1e6) / choice.framesPerSecond);
    return choice.startUs + evenUs + (index === 0 ? 0 : jitterUs) + camera * 3000;
  }).filter((timeUs) => !gap || timeUs <= gap.startUs || timeUs >= gap.endUs);
}

function* mergeTimes(
  times: readonly (readonly number[])[],
): Generator<{ readonly timeUs: number; readonly camera: number }> {
  const next = times.map(() => 0);
  for (;;) {
    let camera = -1;
    let earliestUs = Infinity;
    for (const [index, list] of times.entries()) {
      const timeUs = list[next[index] ?? 0];
      if (timeUs === undefined || timeUs >= earliestUs) continue;
      earliestUs = timeUs;
      camera = index;
    }
    if (camera < 0) return;
    next[camera] = (next[camera] ?? 0) + 1;
    yield { timeUs: earliestUs, camera };
  }
}

function allPassages(choice: PlanChoice): readonly Passage[] {
  const { objectCount, cameraCount, startUs } = choice;
  const lapCount = Math.ceil(choice.durationUs / LAP_US);
  const passages: Passage[] = [];
  for (let lap = 0; lap < lapCount; lap += 1) {
    for (let lane = 0; lane < objectCount; lane += 1) {
      for (let camera = 0; camera < cameraCount; camera += 1) {
        // Each lane and camera a little later, so that they do not all come at once.
        const enterUs =
          startUs + lap * LAP_US + Math.floor((lane * 1e6) / objectCount) + camera * 500_000;
        passages.push({
          trackId: 1 + (lap * objectCount + lane) * cameraCount + camera,
          camera,
          lane,
          laneCount: objectCount,
          vehicleClass: VEHICLE_CLASSES[lane % VEHICLE_CLASSES.length] ?? 'car',
          vehicleNumber: 1 + lane + objectCount * (lap % LAPS_TO_RETURN),
          isReturn: lap >= LAPS_TO_RETURN || camera > 0,
          enterUs,
          leaveUs: enterUs + VISIBLE_US,
        });
      }
    }
    passages.push(ghost(lap, startUs));
  }
  return passages.sort((a, b) => a.enterUs - b.enterUs || a.trackId - b.trackId);
}

function ghost(lap: number, startUs: number): Passage {
  const enterUs = startUs + lap * LAP_US + 3_000_000;
  return {
    trackId: GHOST_TRACK_ID + lap,
    camera: 0,
    lane: 0,
    laneCount: 1,
    vehicleClass: 'car',
    vehicleNumber: null,
    isReturn: false,
    enterUs,
    leaveUs: enterUs + GHOST_US,
  };
}

function groupByLap(
  passages: readonly Passage[],
  choice: PlanChoice,
): ReadonlyMap<number, readonly Passage[]> {
  const groups = new Map<number, Passage[]>();
  for (const passage of passages) {
    const lap = Math.floor((passage.enterUs - choice.startUs) / LAP_US);
    const group = groups.get(lap);
    if (group) group.push(passage);
    else groups.set(lap, [passage]);
  }
  return groups;
}
