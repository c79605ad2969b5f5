import * as v from 'valibot';
import { DEFAULT_DETECTOR_ID, DEFAULT_EMBEDDER_ID, modelById } from '../../models';
import type { Settings } from '../contracts/app';
import { VEHICLE_CLASSES } from '../contracts/detection';
import { RECORDED_KINDS } from '../contracts/session';
import { DEFAULT_MATCH_THRESHOLDS } from '../core/match-thresholds';
import type { KeyValueStore } from './backend-memory';

const STORAGE_KEY = 'resight.settings';

const nullable = v.nullable;
/** Read-back is lenient: a part that is missing or does not fit gets its default, the rest is kept. */
const part = v.fallback;

const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

const maskSchema = v.object({
  cameraId: v.string(),
  polygons: v.array(v.pipe(v.array(v.object({ x: fraction, y: fraction })), v.minLength(3))),
});

/** Seconds before or after a recording's own. */
const rollSchema = v.pipe(v.number(), v.minValue(0), v.maxValue(30));

const settingsSchema = v.object({
  camera: part(
    v.object({
      deviceId: nullable(v.string()),
      heightPx: v.picklist([480, 720, 1080]),
      facingMode: nullable(v.picklist(['environment', 'user'])),
      torch: v.boolean(),
    }),
    { deviceId: null, heightPx: 720, facingMode: 'environment', torch: false },
  ),
  scoreThreshold: part(v.pipe(v.number(), v.minValue(0.05), v.maxValue(0.95)), 0.35),
  matchThreshold: part(
    v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
    modelById(DEFAULT_EMBEDDER_ID)?.recommendedThreshold ?? DEFAULT_MATCH_THRESHOLDS.accept,
  ),
  pairThresholds: part(
    v.array(
      v.object({
        space: v.string(),
        cameraIds: v.tuple([v.string(), v.string()]),
        accept: v.pipe(v.number(), v.minValue(-1), v.maxValue(1)),
      }),
    ),
    [],
  ),
  classes: part(v.array(v.picklist(VEHICLE_CLASSES)), [...VEHICLE_CLASSES]),
  layers: part(v.object({ boxes: v.boolean(), labels: v.boolean(), trails: v.boolean() }), {
    boxes: true,
    labels: true,
    trails: true,
  }),
  isHudVisible: part(v.boolean(), false),
  theme: part(v.picklist(['system', 'dark', 'light']), 'system'),
  retention: part(
    v.object({
      maxAgeDays: nullable(v.pipe(v.number(), v.minValue(1))),
      maxVehicleCount: nullable(v.pipe(v.number(), v.integer(), v.minValue(1))),
    }),
    { maxAgeDays: 30, maxVehicleCount: 20_000 },
  ),
  sessionRetention: part(
    v.object({
      maxAgeDays: nullable(v.pipe(v.number(), v.minValue(1))),
      maxBytes: nullable(v.pipe(v.number(), v.integer(), v.minValue(1))),
      maxPictureAgeDays: nullable(v.pipe(v.number(), v.minValue(1))),
    }),
    { maxAgeDays: null, maxBytes: null, maxPictureAgeDays: null },
  ),
  masks: part(v.array(maskSchema), []),
  recording: part(
    v.object({
      kind: v.picklist(RECORDED_KINDS),
      blur: v.object({ isPlateBlurred: v.boolean(), isPersonBlurred: v.boolean() }),
      preRollS: rollSchema,
      postRollS: rollSchema,
    }),
    {
      kind: 'video',
      blur: { isPlateBlurred: false, isPersonBlurred: false },
      preRollS: 0,
      postRollS: 0,
    },
  ),
  detectorId: part(v.string(), DEFAULT_DETECTOR_ID),
  embedderId: part(v.string(), DEFAULT_EMBEDDER_ID),
  backendOverride: part(
    nullable(
      v.object({
        provider: v.picklist(['webgpu', 'wasm']),
        threadCount: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64)),
      }),
    ),
    null,
  ),
  inputSideOverridePx: part(
    nullable(v.pipe(v.number(), v.integer(), v.multipleOf(32), v.minValue(128), v.maxValue(1280))),
    null,
  ),
});

/** Reads settings back; whatever is missing or damaged falls back to its default, part by part. */
export function readSettings(store: KeyValueStore): Settings {
  let stored: unknown = {};
  try {
    stored = JSON.parse(store.get(STORAGE_KEY) ?? '{}');
  } catch {
    // Damaged JSON or storage denied: defaults are the right answer to both.
  }
  const isObject = typeof stored === 'object' && stored !== null;
  return v.parse(settingsSchema, isObject ? stored : {});
}

/** Keeps settings on the device. Without storage (denied, full) they last for the session only. */
export function writeSettings(store: KeyValueStore, settings: Settings): void {
  try {
    store.set(STORAGE_KEY, JSON.stringify(settings));
  } catch {
    // Nothing the user could do about it now, and nothing of value is lost.
  }
}
