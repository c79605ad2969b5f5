import type { Settings } from '../../../src/contracts/app';
import type { SourceInfo } from '../../../src/contracts/source';
import { asOneCamera } from '../../../src/core/source-cameras';
import { SCENE_HEIGHT_PX, SCENE_WIDTH_PX } from './fake-scene';

/** Length of the scripted recording. */
export const DURATION_US = 74_000_000;

/** What a device begins with. */
export const FAKE_SETTINGS: Settings = {
  camera: { deviceId: null, heightPx: 720, facingMode: 'environment', torch: false },
  scoreThreshold: 0.35,
  matchThreshold: 0.8,
  pairThresholds: [],
  classes: ['car', 'motorcycle', 'bus', 'truck'],
  layers: { boxes: true, labels: true, trails: true },
  isHudVisible: false,
  theme: 'system',
  retention: { maxAgeDays: 30, maxVehicleCount: 20_000 },
  sessionRetention: { maxAgeDays: null, maxBytes: null, maxPictureAgeDays: null },
  masks: [],
  recording: {
    kind: 'video',
    blur: { isPlateBlurred: false, isPersonBlurred: false },
    preRollS: 0,
    postRollS: 0,
  },
  detectorId: 'detect-small',
  embedderId: 'embed-one',
  backendOverride: null,
  inputSideOverridePx: null,
};

/** How a model came to be ready. */
export const READY = {
  model: { id: 'detect-nanodet', sha256: 'ab'.repeat(32) },
  backend: {
    provider: 'wasm',
    threadCount: 2,
    inputSidePx: 416,
    origin: 'remembered',
    measuredMs: 41,
  },
  loadMs: 180,
  warmUpMs: 90,
} as const;

/** The scripted camera, or a recording of it. */
export function sourceOf(kind: 'camera' | 'file', label = 'Street camera (USB)'): SourceInfo {
  const isFile = kind === 'file';
  return asOneCamera({
    kind,
    pace: isFile ? 'offline' : 'live',
    cameraId: 'camera-1',
    label,
    widthPx: SCENE_WIDTH_PX,
    heightPx: SCENE_HEIGHT_PX,
    framesPerSecond: 30,
    durationUs: isFile ? DURATION_US : null,
    originUnixMs: Date.now() - 600_000,
    timeBase: isFile ? 'media' : 'wall',
    codec: null,
    notice: null,
  });
}
