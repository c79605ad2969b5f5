import type {
  Box,
  Detection,
  DetectionBatch,
  VehicleClass,
} from '../../../src/contracts/detection';
import type { EndedTrack, Track, TrackBatch, TrackBridge } from '../../../src/contracts/track';
import { VehicleTracker } from '../../../src/stages/track/tracker';

/** Size of every synthetic frame. */
const FRAME = { widthPx: 1280, heightPx: 720 };

/** Repeatable numbers in [0, 1) (Numerical Recipes' linear congruential generator). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A box around a centre. */
export function boxAt(x: number, y: number, width = 120, height = 80): Box {
  return { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 };
}

/** One detection of a car unless told otherwise. */
export function detection(box: Box, score = 0.7, vehicleClass: VehicleClass = 'car'): Detection {
  return { box, score, vehicleClass };
}

/** All detections of a frame at `seconds`; null stands for one that was missed. */
export function frameAt(seconds: number, seen: readonly (Detection | null)[]): DetectionBatch {
  const detections = seen.filter((found) => found !== null);
  const captureTimeUs = Math.round(seconds * 1e6);
  return {
    meta: { epoch: 1, cameraId: 'test', frameId: 0, captureTimeUs, ...FRAME },
    detections,
  };
}

/** What a whole scene came to. */
export interface SceneResult {
  readonly tracker: VehicleTracker;
  readonly batches: readonly TrackBatch[];
  /** Every track that was ever confirmed or lost, as it was seen last. */
  readonly vehicles: ReadonlyMap<number, Track>;
  readonly ended: readonly EndedTrack[];
  readonly bridges: readonly TrackBridge[];
}

/** Plays a scene at a constant rate. `seen(seconds)` tells the detections at a time. */
export function play(
  framesPerSecond: number,
  fromSeconds: number,
  toSeconds: number,
  seen: (seconds: number) => readonly (Detection | null)[],
  tracker = new VehicleTracker({ scoreThreshold: 0.35 }),
): SceneResult {
  const batches: TrackBatch[] = [];
  const vehicles = new Map<number, Track>();
  const frameCount = Math.round((toSeconds - fromSeconds) * framesPerSecond);
  for (let frame = 0; frame <= frameCount; frame++) {
    const seconds = fromSeconds + frame / framesPerSecond;
    const batch = tracker.update(frameAt(seconds, seen(seconds)));
    batches.push(batch);
    for (const track of batch.tracks)
      if (track.state !== 'tentative') vehicles.set(track.id, track);
  }
  const ended = batches.flatMap((batch) => batch.ended);
  return { tracker, batches, vehicles, ended, bridges: batches.flatMap((b) => b.bridges) };
}

/** Id of the visible vehicle nearest to a point in one frame; null when none is within 60 px. */
export function idNear(batch: TrackBatch | undefined, x: number, y: number): number | null {
  let nearest: number | null = null;
  let nearestDistance = 60;
  for (const track of batch?.tracks ?? []) {
    if (track.state !== 'confirmed') continue;
    const { box } = track;
    const distance = Math.hypot((box.x1 + box.x2) / 2 - x, (box.y1 + box.y2) / 2 - y);
    if (distance < nearestDistance) [nearest, nearestDistance] = [track.id, distance];
  }
  return nearest;
}

/** The last frame of a scene. */
export function lastBatch(result: SceneResult): TrackBatch {
  const batch = result.batches.at(-1);
  if (!batch) throw new Error('Expected a scene with frames');
  return batch;
}
