import * as v from 'valibot';
import { VEHICLE_CLASSES } from '../../contracts/detection';
import type { MatchThresholds } from '../../contracts/match';
import type { BackendChoice } from '../../contracts/model';
import {
  RECORDED_KINDS,
  type BlurChoice,
  type PrivacyMask,
  type ResultSet,
  type SessionCamera,
  type SessionModel,
  type VideoSegment,
} from '../../contracts/session';
import type { SourceKind } from '../../contracts/source';
import { pathFault, videoPartName } from './part-path';

/*
 * What a manifest says of a session. Limits keep a hostile file from asking for all memory; none is near what a real session
 * has.
 */

/** Characters of a label, a title or a reason. */
const MAX_TEXT_LENGTH = 2000;
/** Characters of an id. */
const MAX_ID_LENGTH = 200;
/** One byte names a camera in a results file. */
const MAX_CAMERA_COUNT = 256;
/** A month of four-second segments of one camera. */
const MAX_SEGMENT_COUNT = 1_000_000;

/** Written as an object so that the type checker asks for every kind there is. */
const KNOWN_SOURCE_KINDS: Readonly<Record<SourceKind, true>> = {
  camera: true,
  file: true,
  street: true,
};
/** Of a source that this version of the app knows. */
export const SOURCE_KINDS = Object.keys(KNOWN_SOURCE_KINDS) as SourceKind[]; // the keys are those of the type

/** For people. Data, never markup. */
export const text = v.pipe(v.string(), v.maxLength(MAX_TEXT_LENGTH));
/** Opaque; compared, never interpreted. */
export const id = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_ID_LENGTH));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());
const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const sizePx = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_536));
/** Seventy years: sums and differences stay exact. */
const timeUs = v.pipe(v.number(), v.minValue(-(2 ** 51)), v.maxValue(2 ** 51));
/** A time of day; to the year 5138, before which a clock that runs wrong is likelier. */
export const unixMs = v.pipe(v.number(), v.minValue(-1e14), v.maxValue(1e14));

/** Lower-case hexadecimal. */
export const sha256Text = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** A path that {@link pathFault} has nothing against. */
export const path = v.pipe(
  v.string(),
  v.check((found) => pathFault(found) === null, 'a path without anything risky in it'),
);

const span = { startUs: timeUs, endUs: timeUs };
/** A stretch of time. */
export const rangeSchema = v.pipe(
  v.object(span),
  v.check(({ startUs, endUs }) => startUs <= endUs, 'a start before the end'),
);

/** A stretch without analysis. */
const gapSchema = v.pipe(
  v.object({ ...span, reason: text }),
  v.check(({ startUs, endUs }) => startUs <= endUs, 'a start before the end'),
);

/** One point of view. */
export const cameraSchema = v.object({
  cameraId: id,
  label: text,
  widthPx: sizePx,
  heightPx: sizePx,
  position: v.nullable(
    v.object({
      latitudeDeg: v.pipe(v.number(), v.minValue(-90), v.maxValue(90)),
      longitudeDeg: v.pipe(v.number(), v.minValue(-180), v.maxValue(180)),
    }),
  ),
}) satisfies v.GenericSchema<unknown, SessionCamera>;

const maskSchema = v.object({
  cameraId: id,
  polygons: v.pipe(
    v.array(
      v.pipe(v.array(v.object({ x: fraction, y: fraction })), v.minLength(3), v.maxLength(1000)),
    ),
    v.maxLength(1000),
  ),
}) satisfies v.GenericSchema<unknown, PrivacyMask>;

const blurSchema = v.object({
  isPlateBlurred: v.boolean(),
  isPersonBlurred: v.boolean(),
}) satisfies v.GenericSchema<unknown, BlurChoice>;

const modelSchema = v.object({
  task: v.picklist(['detect', 'embed']),
  id,
  sha256: text,
  backend: v.object({
    provider: v.picklist(['webgpu', 'wasm']),
    threadCount: count,
    inputSidePx: count,
    origin: v.picklist(['measured', 'remembered', 'user', 'fallback', 'default']),
    measuredMs: v.nullable(finite),
  }) satisfies v.GenericSchema<unknown, BackendChoice>,
}) satisfies v.GenericSchema<unknown, SessionModel>;

/** One analysis of the session. Its results are in the part `data/results-<id>.rsl`. */
export const resultSetSchema = v.object({
  /** Part of a file name. */
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/)),
  label: text,
  madeUnixMs: unixMs,
  models: v.pipe(v.array(modelSchema), v.maxLength(64)),
  settings: v.object({
    scoreThreshold: finite,
    classes: v.array(v.picklist(VEHICLE_CLASSES)),
    thresholds: v.nullable(
      v.object({ accept: finite, keep: finite }) satisfies v.GenericSchema<
        unknown,
        MatchThresholds
      >,
    ),
  }),
  frameCount: count,
  boxCount: count,
  trackCount: count,
  sightingCount: count,
}) satisfies v.GenericSchema<unknown, ResultSet>;

/** A stretch of encoded video. Its bytes are in `data/<part>`. */
const segmentSchema = v.pipe(
  v.object({
    cameraId: id,
    index: count,
    part: path,
    ...span,
    frameCount: count,
    byteCount: count,
    mimeType: v.pipe(v.string(), v.regex(/^video\/(?:mp4|webm)$/)),
    codec: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/)),
    offsetUs: timeUs,
  }),
  v.check(({ startUs, endUs }) => startUs <= endUs, 'a start before the end'),
) satisfies v.GenericSchema<unknown, VideoSegment>;

/** What a session is beside its results and pictures. */
export const sessionSchema = v.pipe(
  v.object({
    /** The one it has, or had, on the device that recorded it. */
    id,
    title: text,
    kind: v.picklist(RECORDED_KINDS),
    sourceKind: v.picklist(SOURCE_KINDS),
    sourceLabel: text,
    runId: id,
    cameras: v.pipe(v.array(cameraSchema), v.minLength(1), v.maxLength(MAX_CAMERA_COUNT)),
    originUnixMs: unixMs,
    timeBase: v.picklist(['wall', 'media']),
    ...span,
    createdUnixMs: unixMs,
    appVersion: text,
    masks: v.pipe(v.array(maskSchema), v.maxLength(MAX_CAMERA_COUNT)),
    blur: blurSchema,
    gaps: v.pipe(v.array(gapSchema), v.maxLength(1_000_000)),
    resultSets: v.pipe(v.array(resultSetSchema), v.minLength(1), v.maxLength(100)),
    segments: v.pipe(v.array(segmentSchema), v.maxLength(MAX_SEGMENT_COUNT)),
    videoFrameCount: count,
    droppedAnalysedCount: count,
    droppedOtherCount: count,
    endedBecause: v.nullable(text),
  }),
  v.check(({ startUs, endUs }) => startUs <= endUs, 'a start before the end'),
  v.check(
    ({ cameras }) => new Set(cameras.map(({ cameraId }) => cameraId)).size === cameras.length,
    'cameras with ids of their own',
  ),
  v.check(
    ({ resultSets }) => new Set(resultSets.map((set) => set.id)).size === resultSets.length,
    'result sets with ids of their own',
  ),
  v.check(
    ({ cameras, segments }) => areSegmentsWhole(cameras, segments),
    'video segments of its cameras, named and counted from 0 without a hole, in order of time',
  ),
);

function areSegmentsWhole(
  cameras: readonly SessionCamera[],
  segments: readonly VideoSegment[],
): boolean {
  const cameraIds = cameras.map(({ cameraId }) => cameraId);
  const lastOf = new Map<string, VideoSegment>();
  return segments.every((segment) => {
    const { cameraId, index, mimeType, part, startUs } = segment;
    const place = cameraIds.indexOf(cameraId);
    const last = lastOf.get(cameraId);
    lastOf.set(cameraId, segment);
    return (
      place >= 0 &&
      part === videoPartName(place, index, mimeType) &&
      index === (last?.index ?? -1) + 1 &&
      startUs >= (last?.endUs ?? -Infinity)
    );
  });
}
