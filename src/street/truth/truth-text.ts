import type { VehicleClass } from '../../contracts/detection';
import type { FrameTruth, StreetEvent, VehicleTruth } from '../../contracts/street';

/** Raised whenever a reader of {@link truthLines} would have to change. */
const TRUTH_LINES_VERSION = 1;

/**
 * MOTChallenge has numbers for cars (3) and for motorbikes (5), 1 to 13 being taken; buses and trucks get the next
 * free ones instead of passing for cars.
 */
const MOT_CLASS_NUMBERS: Readonly<Record<VehicleClass, number>> = {
  car: 3,
  motorcycle: 5,
  bus: 14,
  truck: 15,
};

/** Hundredths of a pixel and of a metre a second: finer than anybody labels or needs. */
const FINE_DECIMALS = 2;
/** Visible parts are measured by counting pixels; more digits would be made up. */
const FRACTION_DECIMALS = 3;

/**
 * One camera's truth in the format of MOTChallenge's `gt.txt` (Milan et al. 2016, "MOT16"): a line for each
 * vehicle in each frame, with frame, id, left, top, width, height, 1 (to be evaluated), class and visible
 * fraction. Frames, ids, left and top count from 1, as in that benchmark. Boxes are of the whole vehicle, cut at the
 * frame's edge; a hidden vehicle has its line, with a visible fraction of 0.
 *
 * Throws RangeError when the frames are of more than one camera.
 */
export function motChallengeText(frames: readonly FrameTruth[]): string {
  const cameraId = frames[0]?.cameraId;
  const other = frames.find((frame) => frame.cameraId !== cameraId);
  if (other) throw new RangeError(`Expected frames of ${cameraId ?? ''}, got ${other.cameraId}`);
  return frames
    .flatMap(({ frameIndex, vehicles }) => vehicles.map((one) => motLine(frameIndex, one)))
    .map((line) => `${line}\n`)
    .join('');
}

/**
 * The truth as JSON Lines, of any number of cameras. Each line has a `type`:
 * - `street-truth`, the first one: `version`, which is {@link TRUTH_LINES_VERSION}.
 * - `frame`: `cameraId`, `frame` (from 0), `captureTimeUs`, `sceneTimeUs` and its `vehicles`: identity, class, body,
 *   box as [x1, y1, x2, y2] in pixels, visible fraction, pixel height before the box was cut, view, speed in
 *   metres a second, whether it is parked.
 * - `crossing`, after the frame it is told with: a vehicle's middle crossed the camera's counting line.
 * - `travel`: a vehicle that crossed one camera's line has crossed another's; `travelUs` is what it took.
 *
 * Times of events are on the scene's clock, as `sceneTimeUs` is.
 */
export function truthLines(frames: readonly FrameTruth[]): string {
  const header = { type: 'street-truth', version: TRUTH_LINES_VERSION };
  return [header, ...frames.flatMap(frameRecords)]
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('');
}

function motLine(frameIndex: number, vehicle: VehicleTruth): string {
  const { x1, y1, x2, y2 } = vehicle.box;
  return [
    frameIndex + 1,
    vehicle.identity,
    ...[x1 + 1, y1 + 1, x2 - x1, y2 - y1].map((value) => value.toFixed(FINE_DECIMALS)),
    1,
    MOT_CLASS_NUMBERS[vehicle.vehicleClass],
    vehicle.visibleFraction.toFixed(FRACTION_DECIMALS),
  ].join(',');
}

function frameRecords(frame: FrameTruth): object[] {
  const { cameraId, frameIndex, captureTimeUs, sceneTimeUs, vehicles, events } = frame;
  return [
    {
      type: 'frame',
      cameraId,
      frame: frameIndex,
      captureTimeUs,
      sceneTimeUs,
      vehicles: vehicles.map(vehicleRecord),
    },
    ...events.map(eventRecord),
  ];
}

function vehicleRecord(vehicle: VehicleTruth): object {
  const { x1, y1, x2, y2 } = vehicle.box;
  return {
    identity: vehicle.identity,
    class: vehicle.vehicleClass,
    body: vehicle.bodyType,
    box: [x1, y1, x2, y2].map((value) => rounded(value, FINE_DECIMALS)),
    visibleFraction: rounded(vehicle.visibleFraction, FRACTION_DECIMALS),
    heightPx: rounded(vehicle.heightPx, FINE_DECIMALS),
    view: vehicle.view,
    speedMps: rounded(vehicle.speedMps, FINE_DECIMALS),
    isParked: vehicle.isParked,
  };
}

function eventRecord(event: StreetEvent): object {
  if (event.type === 'crossing') {
    return { ...event, speedMps: rounded(event.speedMps, FINE_DECIMALS) };
  }
  return { ...event, travelUs: event.endUs - event.startUs };
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
