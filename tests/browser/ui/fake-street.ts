import type { VehicleClass } from '../../../src/contracts/detection';
import type { CameraInfo, SourceInfo } from '../../../src/contracts/source';
import type { StreetWeather } from '../../../src/contracts/street';
import type { Track } from '../../../src/contracts/track';
import { drawVehicle } from './fake-scene';

/** Frame size of both cameras, pixels. */
const STREET_WIDTH_PX = 640;
const STREET_HEIGHT_PX = 360;

export const STREET_CAMERAS: readonly CameraInfo[] = ['a', 'b'].map((letter) => ({
  cameraId: `street-${letter}`,
  label: `Camera ${letter.toUpperCase()}`,
  widthPx: STREET_WIDTH_PX,
  heightPx: STREET_HEIGHT_PX,
}));

/** One vehicle's way past one camera. */
interface Passage {
  readonly trackId: number;
  readonly cameraId: string;
  readonly vehicleNumber: number;
  readonly vehicleClass: VehicleClass;
  readonly color: string;
  readonly startS: number;
  /** Seconds until it is out of view; null: it is parked. */
  readonly lastsS: number | null;
  readonly bottomY: number;
  readonly widthPx: number;
  /** Similarity to what another camera saw; null for a new vehicle. */
  readonly similarity: number | null;
}

const parked = { lastsS: null, similarity: null, startS: 0, bottomY: 170 } as const;

/** Two vehicles pass camera A and later camera B; one is parked before each camera. */
const PASSAGES: readonly Passage[] = [
  {
    ...parked,
    trackId: 1,
    cameraId: 'street-a',
    vehicleNumber: 1,
    vehicleClass: 'car',
    color: '#d8d4c8',
    widthPx: 110,
  },
  {
    ...parked,
    trackId: 2,
    cameraId: 'street-b',
    vehicleNumber: 2,
    vehicleClass: 'car',
    color: '#46604f',
    widthPx: 100,
  },
  {
    trackId: 3,
    cameraId: 'street-a',
    vehicleNumber: 3,
    vehicleClass: 'car',
    color: '#a23b34',
    startS: 1,
    lastsS: 9,
    bottomY: 300,
    widthPx: 170,
    similarity: null,
  },
  {
    trackId: 4,
    cameraId: 'street-a',
    vehicleNumber: 4,
    vehicleClass: 'truck',
    color: '#c9a13b',
    startS: 4,
    lastsS: 10,
    bottomY: 230,
    widthPx: 210,
    similarity: null,
  },
  {
    trackId: 5,
    cameraId: 'street-b',
    vehicleNumber: 3,
    vehicleClass: 'car',
    color: '#a23b34',
    startS: 18,
    lastsS: 10,
    bottomY: 290,
    widthPx: 180,
    similarity: 0.93,
  },
  {
    trackId: 6,
    cameraId: 'street-b',
    vehicleNumber: 4,
    vehicleClass: 'truck',
    color: '#c9a13b',
    startS: 24,
    lastsS: 10,
    bottomY: 225,
    widthPx: 220,
    similarity: 0.88,
  },
];

/** What passes a camera at a time, as a tracker would tell it. */
export function streetTracks(cameraId: string, seconds: number): readonly Track[] {
  return passagesAt(cameraId, seconds).map((passage) => trackOf(passage, seconds));
}

/** Passages whose vehicle has been in view for a second: by then it has a number. */
export function decidedPassages(seconds: number): readonly Passage[] {
  return STREET_CAMERAS.flatMap(({ cameraId }) => passagesAt(cameraId, seconds)).filter(
    ({ startS }) => seconds - startS >= 1,
  );
}

/** When a vehicle that is seen again left the camera before, seconds; null for a new one. */
export function leftAtS(passage: Passage): number | null {
  const before = PASSAGES.find(
    ({ vehicleNumber, trackId }) =>
      vehicleNumber === passage.vehicleNumber && trackId < passage.trackId,
  );
  return before && before.lastsS !== null ? before.startS + before.lastsS : null;
}

function passagesAt(cameraId: string, seconds: number): readonly Passage[] {
  return PASSAGES.filter(
    (passage) =>
      passage.cameraId === cameraId &&
      seconds >= passage.startS &&
      (passage.lastsS === null || seconds < passage.startS + passage.lastsS),
  );
}

function trackOf(passage: Passage, seconds: number): Track {
  const { lastsS, widthPx, bottomY, startS } = passage;
  const share = lastsS === null ? 0.45 : (seconds - startS) / lastsS;
  const x1 = share * (STREET_WIDTH_PX + widthPx) - widthPx;
  const box = { x1, y1: bottomY - widthPx * 0.52, x2: x1 + widthPx, y2: bottomY };
  return {
    id: passage.trackId,
    state: 'confirmed',
    box,
    velocityXPxPerS: lastsS === null ? 0 : (STREET_WIDTH_PX + widthPx) / lastsS,
    velocityYPxPerS: 0,
    vehicleClass: passage.vehicleClass,
    score: 0.8,
    detectedBox: box,
    firstSeenUs: startS * 1e6,
    lastSeenUs: seconds * 1e6,
    hitCount: 20,
  };
}

const SKIES: Readonly<Record<StreetWeather, string>> = {
  sun: '#9cc3dc',
  overcast: '#b4bcbb',
  dusk: '#6a5a78',
  rain: '#848d91',
};

/** Draws what a camera sees at a time. */
export function drawStreet(
  context: OffscreenCanvasRenderingContext2D,
  cameraId: string,
  seconds: number,
  weather: StreetWeather,
): void {
  const isA = cameraId === 'street-a';
  context.fillStyle = SKIES[weather];
  context.fillRect(0, 0, STREET_WIDTH_PX, 110);
  context.fillStyle = isA ? '#8a7f70' : '#6f7d86';
  for (let x = isA ? 10 : -30; x < STREET_WIDTH_PX; x += 140) context.fillRect(x, 40, 96, 80);
  context.fillStyle = isA ? '#59605f' : '#5b5d5a';
  context.fillRect(0, 116, STREET_WIDTH_PX, STREET_HEIGHT_PX - 116);
  context.fillStyle = '#e7e4d8';
  for (let x = 0; x < STREET_WIDTH_PX; x += 90) context.fillRect(x, 246, 46, 4);
  for (const passage of passagesAt(cameraId, seconds)) {
    drawVehicle(context, trackOf(passage, seconds).box, passage.color);
  }
}

/** The Demo street as a source: live, without a preview. */
export function streetSource(originUnixMs: number): SourceInfo {
  return {
    kind: 'street',
    pace: 'live',
    cameraId: 'street-a',
    label: 'Demo street',
    cameras: STREET_CAMERAS,
    widthPx: STREET_WIDTH_PX,
    heightPx: STREET_HEIGHT_PX,
    framesPerSecond: 15,
    durationUs: null,
    originUnixMs,
    timeBase: 'wall',
    codec: null,
    notice: null,
  };
}
