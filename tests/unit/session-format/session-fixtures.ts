import type {
  SessionBox,
  SessionEvent,
  SessionFrame,
  SessionSighting,
  SessionTrack,
} from '../../../src/contracts/session';
import { encodeBlock } from '../../../src/core/session-format/encode-block';

/** What a format of 32-bit floats and steps of 1/250 keeps of an event: what comes back when it is read. */
export function asStored(event: SessionEvent): SessionEvent {
  if (event.type !== 'frame') return event;
  const boxes = event.frame.boxes.map((each) => ({
    ...each,
    box: {
      x1: Math.fround(each.box.x1),
      y1: Math.fround(each.box.y1),
      x2: Math.fround(each.box.x2),
      y2: Math.fround(each.box.y2),
    },
    score: each.score === null ? null : Math.round(each.score * 250) / 250,
  }));
  return { type: 'frame', frame: { ...event.frame, boxes } };
}

/** One sighting; everything may be overridden. */
export function sessionSighting(change: Partial<SessionSighting> = {}): SessionSighting {
  const id = change.id ?? 's1';
  return {
    id,
    vehicleId: 'v1',
    vehicleNumber: 1,
    vehicleClass: 'car',
    cameraId: 'camera-1',
    trackIds: [1],
    startUs: 0,
    endUs: 1_000_000,
    hitCount: 10,
    decision: {
      outcome: 'new',
      vehicleId: change.vehicleId ?? 'v1',
      vehicleNumber: change.vehicleNumber ?? 1,
      similarity: null,
      thresholds: { accept: 0.6, keep: 0.5 },
      requiredSimilarity: null,
      candidates: [],
      cropTimesUs: [500_000],
      revisionCount: 0,
    },
    cropPart: null,
    descriptor: { space: `${'a'.repeat(64)}:1`, values: Float32Array.of(0.6, 0.8) },
    ...change,
  };
}

/** One track; everything may be overridden. */
export function sessionTrack(change: Partial<SessionTrack> = {}): SessionTrack {
  return {
    trackId: 1,
    cameraId: 'camera-1',
    vehicleClass: 'car',
    firstSeenUs: 0,
    lastSeenUs: 1_000_000,
    hitCount: 10,
    ...change,
  };
}

/** One frame with some boxes. */
export function sessionFrame(
  captureTimeUs: number,
  boxCount = 1,
  cameraId = 'camera-1',
): SessionFrame {
  return {
    cameraId,
    captureTimeUs,
    boxes: Array.from({ length: boxCount }, (_, index) => sessionBox(index + 1)),
  };
}

/** One confirmed box. */
export function sessionBox(trackId: number): SessionBox {
  return {
    trackId,
    state: 'confirmed',
    vehicleClass: 'car',
    box: { x1: trackId, y1: 10.25, x2: trackId + 40.5, y2: 60.125 },
    score: 0.8,
  };
}

/** Blocks of some events each, one after the other, as a file has them. */
export function fileOf(...blocks: readonly (readonly SessionEvent[])[]): Blob {
  return new Blob(blocks.map((events, index) => encodeBlock(events, index)));
}

/** A frame as an event. */
export function frameEvent(
  ...args: Parameters<typeof sessionFrame>
): Extract<SessionEvent, { type: 'frame' }> {
  return { type: 'frame', frame: sessionFrame(...args) };
}
