import * as v from 'valibot';
import type { SessionEvent } from '../../contracts/session';
import { gapSchema, sightingSchema, trackSchema } from '../../core/session-format/event-schema';
import {
  cameraSchema,
  id,
  resultSetSchema,
  SOURCE_KINDS,
  text,
  unixMs,
} from '../../core/session-format/session-schema';

/*
 * Lines of a session as JSON Lines: what `session-events.schema.json` of the exporters describes. Fields that are not known are
 * ignored: a later version may add some.
 */

/** What the first line names. */
export const EVENTS_SCHEMA = 'resight-session-events';
/** The latest version this app can read. */
export const EVENTS_VERSION = 1;

/** Any line: what kind it is. */
export const lineSchema = v.object({ type: v.string() });

/** Whether the first line is one, before anything else of it is read. */
export const versionSchema = v.object({
  type: v.literal('session'),
  schema: v.literal(EVENTS_SCHEMA),
  version: v.number(),
});

/** The first line. */
export const firstLineSchema = v.object({
  title: text,
  sourceKind: v.picklist(SOURCE_KINDS),
  sourceLabel: text,
  runId: id,
  cameras: v.pipe(v.array(cameraSchema), v.minLength(1), v.maxLength(256)),
  originUnixMs: unixMs,
  timeBase: v.picklist(['wall', 'media']),
  createdUnixMs: unixMs,
  appVersion: text,
  resultSet: v.omit(resultSetSchema, ['frameCount', 'boxCount', 'trackCount', 'sightingCount']),
});

/** 32-bit floats, little-endian, as base64. */
const floats = v.pipe(
  v.string(),
  v.regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/),
  v.transform(floatsOf),
  v.check((values) => values.every(Number.isFinite), 'finite numbers'),
);

const timeUs = v.pipe(v.number(), v.minValue(-(2 ** 51)), v.maxValue(2 ** 51));
const pixels = v.pipe(v.number(), v.finite());
const trackId = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff));

const boxSchema = v.object({
  trackId,
  state: v.picklist(['tentative', 'confirmed', 'lost']),
  vehicleClass: trackSchema.entries.vehicleClass,
  box: v.pipe(
    v.tuple([pixels, pixels, pixels, pixels]),
    v.transform(([x1, y1, x2, y2]) => ({ x1, y1, x2, y2 })),
  ),
  score: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
});

/** Every line but the first, as the event it is. */
export const eventSchemas = {
  gap: v.pipe(
    gapSchema,
    v.transform((gap): SessionEvent => ({ type: 'gap', gap })),
  ),
  track: v.pipe(
    trackSchema,
    v.transform((track): SessionEvent => ({ type: 'track', track })),
  ),
  sighting: v.pipe(
    v.object({
      ...v.omit(sightingSchema, ['cropPart', 'descriptor']).entries,
      descriptor: v.nullable(v.object({ space: v.string(), values: floats })),
    }),
    // Pictures are no part of the format.
    v.transform((sighting): SessionEvent => ({
      type: 'sighting',
      sighting: { ...sighting, cropPart: null },
    })),
  ),
  frame: v.pipe(
    v.object({ cameraId: v.string(), captureTimeUs: timeUs, boxes: v.array(boxSchema) }),
    v.transform((frame): SessionEvent => ({ type: 'frame', frame })),
  ),
} as const;

function floatsOf(base64: string): Float32Array {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) =>
    view.getFloat32(index * 4, true),
  );
}
