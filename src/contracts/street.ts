import type { Box, VehicleClass } from './detection';
import type { CameraId, FrameImage } from './frame';
import type { CameraInfo, SourcePace } from './source';

/*
 * Demo street: a scene made by code that is also its own ground truth.
 *
 * Ground coordinates, metres: x to the right, z towards a viewer who looks along the main road, y up. "Away"
 * is towards -z. A heading of 0 drives towards +x, of +90 degrees towards -z (away), of -90 towards +z. Times are microseconds
 * since the scene began.
 */

export const STREET_WEATHERS = ['sun', 'overcast', 'dusk', 'rain'] as const;
export type StreetWeather = (typeof STREET_WEATHERS)[number];

export const BODY_TYPES = [
  'hatchback',
  'saloon',
  'estate',
  'suv',
  'van',
  'pickup',
  'lorry',
  'bus',
  'motorcycle',
] as const;
export type BodyType = (typeof BODY_TYPES)[number];

/** What the user, a test or an evaluation asks of the street. The same choice is the same street, to the pixel on one machine. */
export interface StreetChoice {
  /** 32-bit unsigned integer. */
  readonly seed: number;
  readonly weather: StreetWeather;
  /** `live`: as fast as the clock, frames that cannot be made in time are dropped. `offline`: every frame. */
  readonly pace: SourcePace;
  /** Of each camera. */
  readonly framesPerSecond: number;
  /** Length of an `offline` street, microseconds; a live one goes on until it is stopped. */
  readonly durationUs: number;
}

/** How one vehicle looks; everything visible about it follows from this. */
export interface VehicleLook {
  readonly bodyType: BodyType;
  /** Colour of the paint, sRGB, 0xRRGGBB. */
  readonly paint: number;
  readonly plate: string;
  /** Trim, wheels, dirt, stickers, rack, cargo: drawn from this seed. 32-bit unsigned integer. */
  readonly detailSeed: number;
}

/** One vehicle at one moment. */
export interface VehicleState {
  /** From 1; the same vehicle has it for ever. */
  readonly identity: number;
  readonly look: VehicleLook;
  /** Middle of its length and width on the ground. */
  readonly xM: number;
  readonly zM: number;
  readonly headingRad: number;
  readonly speedMps: number;
  /** Metres driven so far: turns the wheels. */
  readonly drivenM: number;
  /** Angle of the front wheels, positive to the left. */
  readonly steerRad: number;
  readonly isBraking: boolean;
  readonly indicator: 'left' | 'right' | null;
  readonly isParked: boolean;
}

/** What lies between the scene and the pixels of one camera. */
export interface CameraOptics {
  /** Gains of red, green and blue. */
  readonly whiteBalance: readonly [number, number, number];
  /** Exposure value added, stops. */
  readonly exposureEv: number;
  /** Standard deviation of the sensor's noise in grey steps of 255 by day; more in the dark. */
  readonly noise: number;
  /** Standard deviation of the lens's blur, pixels. */
  readonly blurPx: number;
  /** Radial distortion: r' = r (1 + k1 r^2), r in half picture heights; negative is a barrel. */
  readonly distortionK1: number;
  /** Darkening of the corners, [0, 1]. */
  readonly vignette: number;
}

export interface StreetCameraPlan {
  readonly cameraId: CameraId;
  readonly label: string;
  readonly positionM: readonly [x: number, y: number, z: number];
  readonly targetM: readonly [x: number, y: number, z: number];
  readonly verticalFovDeg: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly optics: CameraOptics;
}

export type VehicleView = 'front' | 'rear' | 'side';

/** One vehicle in one frame, exactly. */
export interface VehicleTruth {
  readonly identity: number;
  readonly bodyType: BodyType;
  readonly vehicleClass: VehicleClass;
  /** The whole vehicle, hidden parts included, cut at the frame's edge. Display pixels. A motorcycle's is without its rider, as COCO has it. */
  readonly box: Box;
  /** Height of the box before it was cut, pixels. */
  readonly heightPx: number;
  /** How much of the whole vehicle is inside the frame and not hidden by anything, [0, 1]. A motorcycle's counts its rider, whom the box leaves out. */
  readonly visibleFraction: number;
  /** Which side faces the camera. */
  readonly view: VehicleView;
  readonly speedMps: number;
  readonly isParked: boolean;
}

/** Something that happened on the street, told by the camera that watches the place. */
export type StreetEvent =
  /** The middle of a vehicle crossed the camera's counting line. */
  | {
      readonly type: 'crossing';
      readonly identity: number;
      readonly cameraId: CameraId;
      readonly direction: 'away' | 'towards';
      readonly timeUs: number;
      readonly speedMps: number;
    }
  /** A vehicle that crossed one camera's line has crossed the other's. */
  | {
      readonly type: 'travel';
      readonly identity: number;
      readonly fromCameraId: CameraId;
      readonly toCameraId: CameraId;
      readonly startUs: number;
      readonly endUs: number;
    };

/** Everything true about one frame. Vehicles of which nothing is in the frame are left out. */
export interface FrameTruth {
  readonly cameraId: CameraId;
  /** Counts this camera's frames from 0. */
  readonly frameIndex: number;
  /** As in the frame's `FrameMeta`. */
  readonly captureTimeUs: number;
  readonly sceneTimeUs: number;
  readonly vehicles: readonly VehicleTruth[];
  /** Events of this camera since its frame before. What happens after its last frame of an `offline` street is never told. */
  readonly events: readonly StreetEvent[];
}

/** `fine`: soft shadows, smooth edges, clear coat. `plain`: what a machine without a GPU can draw some times a second. */
export type StreetQuality = 'plain' | 'fine';

export interface StreetScenePlan {
  readonly seed: number;
  readonly weather: StreetWeather;
  /** Null: `fine` where a GPU draws, else `plain`. */
  readonly quality: StreetQuality | null;
}

export interface StreetReady {
  /** In the order in which vehicles that drive away pass them. */
  readonly cameras: readonly CameraInfo[];
  readonly quality: StreetQuality;
  /** What draws, as WebGL names it. */
  readonly rendererName: string;
}

export interface StreetFrameRequest {
  readonly cameraId: CameraId;
  /** Never smaller than in the request before. */
  readonly sceneTimeUs: number;
  /** Timestamp of the picture. */
  readonly captureTimeUs: number;
  readonly wantsTruth: boolean;
}

/** Vehicles put where one likes, for single pictures. */
export interface StreetStillRequest {
  readonly camera: StreetCameraPlan;
  readonly vehicles: readonly VehicleState[];
  /** Moves rain, leaves and noise. */
  readonly sceneTimeUs: number;
}

/** Belongs to whoever receives it: `image` is closed by them. */
export interface StreetFrame {
  readonly image: FrameImage;
  /** Null when it was not wanted. */
  readonly truth: FrameTruth | null;
  readonly renderMs: number;
}

/** The worker that draws the street. One call at a time. */
export interface StreetApi {
  /** Builds the scene anew. Throws AppError STREET_UNAVAILABLE where a worker has no WebGL 2 or no VideoFrame. */
  open(plan: StreetScenePlan): Promise<StreetReady>;
  /** Moves the street on and draws it as a camera sees it. Throws AppError STREET_UNAVAILABLE when the context was lost. */
  frame(request: StreetFrameRequest): Promise<StreetFrame>;
  /** One picture of the same scenery with these vehicles only; the street itself stands still. */
  still(request: StreetStillRequest): Promise<StreetFrame>;
}
