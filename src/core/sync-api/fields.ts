import * as v from 'valibot';

/* Fields that more than one message between the app and an endpoint has. */

/** Names of sessions, devices, shares and edits at an endpoint: chosen at random by who makes them; safe in a path. */
export const idSchema = v.pipe(v.string(), v.regex(/^[0-9a-z][0-9a-z-]{7,63}$/));

/** SHA-256 in lower-case hexadecimal. */
export const sha256Schema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** Unix milliseconds. */
export const unixMsSchema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15));

/** 0 to 2^53 - 1. */
export const countSchema = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(0),
  v.maxValue(Number.MAX_SAFE_INTEGER),
);

/** Bytes as base64 (RFC 4648, section 4). `maxBytes` of what is meant, not of the text. */
export function bytesSchema(maxBytes: number) {
  return v.pipe(
    v.string(),
    v.maxLength(Math.ceil(maxBytes / 3) * 4),
    v.regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/),
  );
}

/** No control characters, and no half of a pair of surrogates, which no database takes. */
export const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Cs}]+$/u;

/** Names for people: devices, cameras. */
export const labelSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(120), v.regex(PRINTABLE));

/** What every refusal answers, beside its status. */
export const problemSchema = v.object({
  /** For programs; see `problem-codes.ts`. */
  code: v.string(),
  /** For people: what was expected, what was found, what to do. */
  message: v.string(),
});
export type Problem = v.InferOutput<typeof problemSchema>;
