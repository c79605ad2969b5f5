import * as v from 'valibot';
import { bytesSchema, countSchema, idSchema } from './fields';

/*
 * What a user corrected, as a log of encrypted entries for each device: each device sends its own and reads the others'.
 *
 *   POST /api/edits            { entries } append to the own log (upload); each numbered from 1 without a hole
 *   GET  /api/edits?after=     those of all devices after an endpoint-wide position (read)
 */

/** An entry holds some edits; see `core/sync-format`. */
export const MAX_EDIT_BYTES = 64 * 1024;
/** Of entries in one request. */
export const MAX_EDITS_AT_ONCE = 100;

export const appendEditsSchema = v.object({
  entries: v.pipe(
    v.array(
      v.object({ number: v.pipe(countSchema, v.minValue(1)), data: bytesSchema(MAX_EDIT_BYTES) }),
    ),
    v.minLength(1),
    v.maxLength(MAX_EDITS_AT_ONCE),
  ),
});
export const appendedEditsSchema = v.object({
  /** Of the last entry of the own log that is there. */
  lastNumber: countSchema,
});
export const editsPageSchema = v.object({
  entries: v.array(
    v.object({
      position: countSchema,
      deviceId: idSchema,
      number: countSchema,
      data: bytesSchema(MAX_EDIT_BYTES),
    }),
  ),
  isLast: v.boolean(),
});
export type EditsPage = v.InferOutput<typeof editsPageSchema>;
