import * as v from 'valibot';
import { VEHICLE_CLASSES } from '../../contracts/detection';
import { countSchema, idSchema, labelSchema, unixMsSchema } from './fields';

/*
 * Live results, for those who watch: what is at a camera now, and sightings as they end. No pixels.
 *
 *   POST /api/live/:camera/events    some at once (publish); `:camera` is an id chosen by the publisher
 *   GET  /api/live/:camera/events    server-sent events (read); `id:` counts up without a hole for each camera, `event:` is the type,
 *                                    `data:` JSON of the event; Last-Event-ID resumes, and without it the last hundred come first; a
 *                                    comment every 15 s keeps it open. `event: missed` with { afterSequence, nextSequence }: what
 *                                    lies between is not kept any more. 404: the camera has not sent anything
 *   GET  /api/live                   cameras with what is known of them (read)
 *   GET  /live/                      the viewer page's list of cameras
 *   GET  /live/:camera               the viewer page
 *
 * A place is left for `/api/live/:camera/signal` (WebRTC) and `/api/live/:camera/frames` (WebSocket).
 */

const timed = { timeUnixMs: unixMsSchema };

export const liveEventSchema = v.variant('type', [
  /** How many vehicles of each class are in the picture; sent when it changes, at most once a second, and every 30 s. */
  v.object({
    type: v.literal('present'),
    ...timed,
    counts: v.record(v.picklist(VEHICLE_CLASSES), countSchema),
  }),
  v.object({
    type: v.literal('sighting'),
    ...timed,
    sightingId: idSchema,
    vehicleNumber: v.pipe(v.number(), v.integer(), v.minValue(1)),
    vehicleClass: v.picklist(VEHICLE_CLASSES),
    startUnixMs: unixMsSchema,
    /** Cosine to what was known; null: a new vehicle. */
    similarity: v.nullable(v.number()),
  }),
  /** The camera began, stopped or has a gap. */
  v.object({
    type: v.literal('state'),
    ...timed,
    state: v.picklist(['running', 'gap', 'stopped']),
  }),
]);
export type LiveEvent = v.InferOutput<typeof liveEventSchema>;

export const publishLiveSchema = v.object({
  /** For people. */
  label: labelSchema,
  events: v.pipe(v.array(liveEventSchema), v.minLength(1), v.maxLength(100)),
});
export const liveAnswerSchema = v.object({
  /** Of the last one stored. */
  sequence: countSchema,
});
export const liveCamerasSchema = v.object({
  cameras: v.array(
    v.object({
      id: idSchema,
      label: labelSchema,
      deviceName: labelSchema,
      lastEventUnixMs: unixMsSchema,
    }),
  ),
});
