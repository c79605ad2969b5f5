import * as v from 'valibot';
import { VEHICLE_CLASSES } from '../../contracts/detection';
import { idSchema, labelSchema, PRINTABLE, unixMsSchema } from './fields';

/*
 * Plain results that a user chose to publish: no pixels.
 *
 *   POST   /api/sightings            some at once (publish); one that is there already is replaced
 *   DELETE /api/sightings?session=   all of a session, by who published it (publish)
 *   GET    /api/sightings?from&to&camera&cursor   newest first (read)
 *   POST   /api/sightings/search     most similar first (read)
 *
 * `from` and `to` are Unix milliseconds and mean a sighting's start; both included.
 */

/** Values of a descriptor at most; built-in embedders have 128 to 256. */
const MAX_DIMENSION = 2048;

const descriptorSchema = v.object({
  /** Descriptors are compared within one space only. */
  space: v.pipe(v.string(), v.minLength(1), v.maxLength(200), v.regex(PRINTABLE)),
  /** Of unit length, within 1 %. */
  values: v.pipe(
    v.array(v.pipe(v.number(), v.finite())),
    v.minLength(8),
    v.maxLength(MAX_DIMENSION),
  ),
});

export const publishedSightingSchema = v.object({
  id: idSchema,
  sessionId: idSchema,
  camera: labelSchema,
  startUnixMs: unixMsSchema,
  endUnixMs: unixMsSchema,
  vehicleClass: v.picklist(VEHICLE_CLASSES),
  /** The number the publishing device gives the vehicle. */
  vehicleNumber: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 31 - 1)),
  /** Null: not identifiable. */
  descriptor: v.nullable(descriptorSchema),
});
export type PublishedSighting = v.InferOutput<typeof publishedSightingSchema>;

export const publishRequestSchema = v.object({
  sightings: v.pipe(v.array(publishedSightingSchema), v.minLength(1), v.maxLength(500)),
});
export const publishAnswerSchema = v.object({ storedCount: v.number() });
export const removedAnswerSchema = v.object({ removedCount: v.number() });

export const searchRequestSchema = v.object({
  descriptor: descriptorSchema,
  fromUnixMs: v.nullable(unixMsSchema),
  toUnixMs: v.nullable(unixMsSchema),
  camera: v.nullable(labelSchema),
  count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)),
});
export type SightingSearch = v.InferOutput<typeof searchRequestSchema>;

export const foundSightingSchema = v.object({
  sighting: publishedSightingSchema,
  deviceName: labelSchema,
  /** Cosine, [-1, 1]. */
  similarity: v.number(),
});
export type FoundSighting = v.InferOutput<typeof foundSightingSchema>;
export const searchAnswerSchema = v.object({ found: v.array(foundSightingSchema) });
export const sightingsPageSchema = v.object({
  sightings: v.array(v.object({ sighting: publishedSightingSchema, deviceName: labelSchema })),
  cursor: v.nullable(v.string()),
});
