import type { Box, Detection } from '../contracts/detection';
import type { FrameMeta } from '../contracts/frame';
import type { FrameResult } from '../contracts/worker-api';
import type { TrackIdentity } from '../contracts/match';
import type { Track } from '../contracts/track';
import { median } from '../core/rolling-stats';
import { OverlayPainter } from '../sinks/overlay/overlay-painter';
import { VehicleTracker } from '../stages/track/tracker';

const WIDTH_PX = 1920;
const HEIGHT_PX = 1080;
/** Ten frames a second: what a laptop analyses. */
const FRAME_INTERVAL_US = 100_000;
/** Frames before the clock starts: tracks must be confirmed and code warm. */
const WARM_UP_COUNT = 20;
const TIMED_COUNT = 60;
/** Any day will do. */
const FIRST_UNIX_MS = 1_700_000_000_000;

/** Median milliseconds of one tracker update with so many moving vehicles, all confirmed. */
export function timeTracker(objectCount: number): number {
  const tracker = new VehicleTracker({ scoreThreshold: 0.35 });
  const times: number[] = [];
  for (let frameId = 0; frameId < WARM_UP_COUNT + TIMED_COUNT; frameId += 1) {
    const batch = { meta: frameMeta(frameId), detections: detections(objectCount, frameId) };
    const startedMs = performance.now();
    tracker.update(batch);
    if (frameId >= WARM_UP_COUNT) times.push(performance.now() - startedMs);
  }
  return median(times);
}

/**
 * Median milliseconds the page's thread spends on one overlay frame: taking a result in and painting it,
 * with boxes, labels and trails on. Every vehicle has a number of its own; a third of them return, a tenth are hidden.
 */
export function timeOverlay(boxCount: number): number {
  const canvas = document.createElement('canvas');
  document.body.append(canvas);
  const painter = new OverlayPainter(canvas);
  painter.setViewport({ width: 1280, height: 720, pixelRatio: 1 });
  painter.setLayers({ boxes: true, labels: true, trails: true });
  const identities = new Map(
    Array.from({ length: boxCount }, (_, index) => [index + 1, identityOf(index)]),
  );
  const times: number[] = [];
  for (let frameId = 0; frameId < WARM_UP_COUNT + TIMED_COUNT; frameId += 1) {
    const result = frameResult(boxCount, frameId);
    const startedMs = performance.now();
    painter.update(result, identities, result.receivedUnixMs);
    painter.paint(result.receivedUnixMs + 1);
    if (frameId >= WARM_UP_COUNT) times.push(performance.now() - startedMs);
  }
  canvas.remove();
  return median(times);
}

function frameMeta(frameId: number): FrameMeta {
  return {
    epoch: 1,
    cameraId: 'bench',
    frameId,
    captureTimeUs: frameId * FRAME_INTERVAL_US,
    widthPx: WIDTH_PX,
    heightPx: HEIGHT_PX,
  };
}

/** Vehicles on a grid, all moving, each a little differently; deterministic. */
function boxAt(index: number, count: number, frameId: number): Box {
  const columns = Math.ceil(Math.sqrt((count * WIDTH_PX) / HEIGHT_PX));
  const cell = WIDTH_PX / columns;
  const x1 = (index % columns) * cell + 0.1 * cell + 0.2 * cell * Math.sin(frameId / 9 + index);
  const y1 = Math.floor(index / columns) * cell + 0.15 * cell * Math.cos(frameId / 7 + 2 * index);
  return { x1, y1, x2: x1 + 0.7 * cell, y2: y1 + 0.6 * cell };
}

function detections(count: number, frameId: number): Detection[] {
  return Array.from({ length: count }, (_, index) => ({
    box: boxAt(index, count, frameId),
    score: 0.5 + 0.4 * Math.abs(Math.sin(index + frameId)),
    vehicleClass: 'car',
  }));
}

/** Every tenth vehicle: its box is a guess, drawn another way. */
function isHidden(index: number): boolean {
  return index % 10 === 9;
}

/** Every third vehicle was recognised, which makes the longest label. */
function identityOf(index: number): TrackIdentity {
  const isReturning = index % 3 === 0;
  return {
    epoch: 1,
    trackId: index + 1,
    decision: {
      outcome: isReturning ? 'matched' : 'new',
      vehicleId: `vehicle-${index}`,
      vehicleNumber: 101 + index,
      similarity: isReturning ? 0.7 + (index % 30) / 100 : null,
      requiredSimilarity: 0.7,
      thresholds: { accept: 0.7, keep: 0.6 },
      candidates: [],
      cropTimesUs: [],
      revisionCount: 0,
    },
    lastSeenUnixMs: isReturning ? FIRST_UNIX_MS - index * 60_000 : null,
    lastSeenMediaUs: null,
    lastSeenLabel: isReturning ? 'Gate' : null,
  };
}

function frameResult(count: number, frameId: number): FrameResult {
  const meta = frameMeta(frameId);
  const tracks = detections(count, frameId).map(({ box, score, vehicleClass }, index): Track => ({
    id: index + 1,
    state: isHidden(index) ? 'lost' : 'confirmed',
    box,
    detectedBox: isHidden(index) ? null : box,
    velocityXPxPerS: 20,
    velocityYPxPerS: 5,
    vehicleClass,
    score,
    firstSeenUs: 0,
    lastSeenUs: meta.captureTimeUs,
    hitCount: frameId + 1,
  }));
  return {
    meta,
    detections: [],
    tracks,
    ended: [],
    bridges: [],
    stageMs: { prepare: 0, detect: 0, track: 0, crop: 0 },
    framePath: 'i420-simd',
    droppedCount: 0,
    receivedUnixMs: FIRST_UNIX_MS + meta.captureTimeUs / 1000,
  };
}
