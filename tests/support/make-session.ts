import type { Box } from '../../src/contracts/detection';
import type {
  RecordedKind,
  ResultSet,
  SessionBox,
  SessionCamera,
  SessionFrame,
  SessionGap,
  SessionHeader,
  SessionReader,
  SessionSighting,
  SessionTrack,
  TimeRange,
  VideoSegment,
} from '../../src/contracts/session';
import { boxOf, isConfirmedAt, plan, stateOf, type Passage, type Plan } from './session-plan';

/** What session to make. The same choice gives the same session, to the last digit, on every machine. */
export interface SessionChoice {
  /** Default 10. */
  readonly durationS?: number;
  /** Analysed frames of each camera a second. Default 10. */
  readonly framesPerSecond?: number;
  /** Vehicles in view of each camera at most times. Default 3. */
  readonly objectCount?: number;
  /** Default 1. */
  readonly cameraCount?: number;
  /** Default `results`; `crops` gives sightings pictures. Video is added by `make-session-video.ts`. */
  readonly kind?: RecordedKind;
  /** Default `wall`. */
  readonly timeBase?: 'wall' | 'media';
  /** Whether cameras tell where they stand. Default false. */
  readonly hasPosition?: boolean;
  /** A stretch without frames, as shares of the duration. Default none. */
  readonly gap?: { readonly from: number; readonly to: number };
  /** What cameras are called, in order; those without one are "Camera A", "Camera B". */
  readonly labels?: readonly string[];
}

/** The result set that a made session has. */
export const MADE_RESULT_SET = 'live';
/** First time of every made session: not 0, so that what forgets to subtract it is found out. */
export const MADE_START_US = 5_000_123;
/** 2026-05-12 12:00:00 UTC. */
const ORIGIN_UNIX_MS = 1_778_587_200_000;

/** The smallest picture that every decoder takes: 32x24, blue, JPEG. */
const CROP_BASE64 =
  '/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAgoKC8oLzc3Nzc3N0E8QUNDQ0FBQUFDQ0NISEhVVVVISEhDQ0hIUFBV' +
  'VVxfXFdXVVdfX2RkZHh4c3OMjJGsrM//xABNAAEBAAAAAAAAAAAAAAAAAAAABgEBAQEAAAAAAAAAAAAAAAAAAAUGEAEAAAAAAAAAAAAAAAAAAAAAEQEA' +
  'AAAAAAAAAAAAAAAAAAAA/8AAEQgAGAAgAwEiAAIRAAMRAP/aAAwDAQACEQMRAD8AnQGqQAAAAAAH/9k=';

/** A complete session in memory; frames are computed as they are read, so that hours cost nothing. */
export function makeSession(choice: SessionChoice = {}): SessionReader {
  const drawn = plan({
    durationUs: (choice.durationS ?? 10) * 1e6,
    startUs: MADE_START_US,
    framesPerSecond: choice.framesPerSecond ?? 10,
    objectCount: choice.objectCount ?? 3,
    cameraCount: choice.cameraCount ?? 1,
    gap: choice.gap ?? null,
  });
  const cameras = makeCameras(choice);
  const sightings = drawn.passages
    .filter((passage) => passage.vehicleNumber !== null)
    .map((passage) => sightingOf(drawn, passage, choice.kind ?? 'results'));
  const tracks = drawn.passages
    .filter((passage) => passage.vehicleNumber !== null)
    .map((passage) => trackOf(drawn, passage));
  const header = makeHeader(choice, drawn, cameras, sightings.length);
  return new MadeReader(drawn, header, tracks, sightings);
}

/** A session that reads as another one does, but for what is given. */
export function alteredSession(
  session: SessionReader,
  changes: Partial<SessionReader>,
): SessionReader {
  return {
    header: session.header,
    segments: session.segments,
    frames: (resultSet, range) => session.frames(resultSet, range),
    tracks: (resultSet) => session.tracks(resultSet),
    sightings: (resultSet) => session.sightings(resultSet),
    partNames: () => session.partNames(),
    part: (name) => session.part(name),
    ...changes,
  };
}

class MadeReader implements SessionReader {
  readonly header: SessionHeader;
  readonly segments: readonly VideoSegment[] = [];
  readonly #plan: Plan;
  readonly #tracks: readonly SessionTrack[];
  readonly #sightings: readonly SessionSighting[];

  constructor(
    drawn: Plan,
    header: SessionHeader,
    tracks: readonly SessionTrack[],
    sightings: readonly SessionSighting[],
  ) {
    this.header = header;
    this.#plan = drawn;
    this.#tracks = tracks;
    this.#sightings = sightings;
  }

  async *frames(resultSet: string, range: TimeRange | null): AsyncGenerator<SessionFrame> {
    expectLive(resultSet);
    for (const frame of framesOf(this.#plan)) {
      if (range && frame.captureTimeUs < range.startUs) continue;
      if (range && frame.captureTimeUs > range.endUs) return;
      yield frame;
    }
  }

  tracks(resultSet: string): Promise<readonly SessionTrack[]> {
    expectLive(resultSet);
    return Promise.resolve(this.#tracks);
  }

  sightings(resultSet: string): Promise<readonly SessionSighting[]> {
    expectLive(resultSet);
    return Promise.resolve(this.#sightings);
  }

  partNames(): Promise<readonly string[]> {
    const crops = this.#sightings.flatMap(({ cropPart }) => (cropPart === null ? [] : [cropPart]));
    return Promise.resolve(crops);
  }

  part(name: string): Promise<Blob> {
    if (!this.#sightings.some(({ cropPart }) => cropPart === name)) {
      return Promise.reject(new RangeError(`Expected a part of the session, found "${name}"`));
    }
    const bytes = Uint8Array.from(atob(CROP_BASE64), (character) => character.charCodeAt(0));
    return Promise.resolve(new Blob([bytes], { type: 'image/jpeg' }));
  }
}

function expectLive(resultSet: string): void {
  if (resultSet !== MADE_RESULT_SET) {
    throw new RangeError(`Expected result set "${MADE_RESULT_SET}", found "${resultSet}"`);
  }
}

function* framesOf(drawn: Plan): Generator<SessionFrame> {
  for (const { timeUs, camera } of drawn.frameTimes()) {
    const boxes: SessionBox[] = [];
    for (const passage of drawn.passagesAt(timeUs, camera)) {
      const state = stateOf(passage, timeUs);
      boxes.push({
        trackId: passage.trackId,
        state,
        vehicleClass: passage.vehicleClass,
        box: float32Box(boxOf(passage, timeUs)),
        // As stored: in steps of 1/250.
        score: state === 'lost' ? null : (200 + (passage.trackId % 40)) / 250,
      });
    }
    yield { cameraId: cameraId(camera), captureTimeUs: timeUs, boxes };
  }
}

function float32Box({ x1, y1, x2, y2 }: Box): Box {
  return { x1: Math.fround(x1), y1: Math.fround(y1), x2: Math.fround(x2), y2: Math.fround(y2) };
}

function cameraId(camera: number): string {
  return `camera-${String.fromCharCode(97 + camera)}`;
}

function makeCameras(choice: SessionChoice): readonly SessionCamera[] {
  return Array.from({ length: choice.cameraCount ?? 1 }, (_, camera) => ({
    cameraId: cameraId(camera),
    label: choice.labels?.[camera] ?? `Camera ${String.fromCharCode(65 + camera)}`,
    widthPx: 640,
    heightPx: 360,
    position: choice.hasPosition
      ? { latitudeDeg: 47.5 + camera / 100, longitudeDeg: -8.25 - camera / 100 }
      : null,
  }));
}

function makeHeader(
  choice: SessionChoice,
  drawn: Plan,
  cameras: readonly SessionCamera[],
  sightingCount: number,
): SessionHeader {
  const gaps: readonly SessionGap[] = drawn.gap ? [{ ...drawn.gap, reason: 'camera-lost' }] : [];
  return {
    id: 'made-session-0001',
    state: 'complete',
    origin: 'recorded',
    title: 'Made for tests',
    kind: choice.kind ?? 'results',
    sourceKind: 'camera',
    sourceLabel: cameras.map(({ label }) => label).join(', '),
    runId: 'made-run-0001',
    cameras,
    originUnixMs: ORIGIN_UNIX_MS,
    timeBase: choice.timeBase ?? 'wall',
    startUs: drawn.firstUs,
    endUs: drawn.lastUs,
    createdUnixMs: ORIGIN_UNIX_MS + 5000,
    appVersion: '0.1.0',
    masks: [],
    blur: { isPlateBlurred: false, isPersonBlurred: false },
    gaps,
    resultSets: [makeResultSet(drawn, sightingCount)],
    videoFrameCount: 0,
    droppedAnalysedCount: 0,
    droppedOtherCount: 0,
    byteCount: 1_000_000,
    endedBecause: null,
  };
}

function makeResultSet(drawn: Plan, sightingCount: number): ResultSet {
  let frameCount = 0;
  let boxCount = 0;
  for (const { timeUs, camera } of drawn.frameTimes()) {
    frameCount += 1;
    boxCount += drawn.passagesAt(timeUs, camera).filter(isConfirmedAt(timeUs)).length;
  }
  return {
    id: MADE_RESULT_SET,
    label: 'live',
    madeUnixMs: ORIGIN_UNIX_MS + 5000,
    models: [
      {
        task: 'detect',
        id: 'made-detector',
        sha256: '0'.repeat(64),
        backend: {
          provider: 'wasm',
          threadCount: 1,
          inputSidePx: 416,
          origin: 'default',
          measuredMs: null,
        },
      },
    ],
    settings: {
      scoreThreshold: 0.4,
      classes: ['car', 'motorcycle', 'bus', 'truck'],
      thresholds: { accept: 0.7, keep: 0.6 },
    },
    frameCount,
    boxCount,
    trackCount: sightingCount,
    sightingCount,
  };
}

function trackOf(drawn: Plan, passage: Passage): SessionTrack {
  const seen = drawn.seenTimes(passage);
  return {
    trackId: passage.trackId,
    cameraId: cameraId(passage.camera),
    vehicleClass: passage.vehicleClass,
    firstSeenUs: seen.firstUs,
    lastSeenUs: seen.lastUs,
    hitCount: seen.hitCount,
  };
}

function sightingOf(drawn: Plan, passage: Passage, kind: RecordedKind): SessionSighting {
  const { firstUs, lastUs, hitCount } = drawn.seenTimes(passage);
  const vehicleNumber = passage.vehicleNumber ?? 0;
  const vehicleId = `vehicle-${String(vehicleNumber).padStart(6, '0')}`;
  const similarity = passage.isReturn ? 0.8 + (passage.trackId % 10) / 100 : null;
  return {
    id: `sighting-${String(passage.trackId).padStart(6, '0')}`,
    vehicleId,
    vehicleNumber,
    vehicleClass: passage.vehicleClass,
    cameraId: cameraId(passage.camera),
    trackIds: [passage.trackId],
    startUs: firstUs,
    endUs: lastUs,
    hitCount,
    decision: {
      outcome: passage.isReturn ? 'matched' : 'new',
      vehicleId,
      vehicleNumber,
      similarity,
      thresholds: { accept: 0.7, keep: 0.6 },
      requiredSimilarity: similarity === null ? null : 0.7,
      candidates:
        similarity === null
          ? []
          : [
              {
                vehicleId,
                vehicleNumber,
                sightingId: `sighting-${String(vehicleNumber).padStart(6, '0')}`,
                similarity,
                excludedBecause: null,
              },
            ],
      cropTimesUs: [firstUs, Math.round((firstUs + lastUs) / 2)],
      revisionCount: 0,
    },
    cropPart: kind === 'results' ? null : `crops/${String(passage.trackId).padStart(6, '0')}.jpg`,
    descriptor: { space: `${'0'.repeat(64)}:1`, values: unitVector(vehicleNumber) },
  };
}

/** Points another way for each number. */
function unitVector(seed: number): Float32Array {
  const values = Float32Array.from({ length: 16 }, (_, index) => Math.sin(seed * 12.9 + index));
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}
