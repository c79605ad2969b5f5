import * as v from 'valibot';
import { idSchema, labelSchema, unixMsSchema } from './fields';

/* Pairing and devices. A token is sent as `Authorization: Bearer <token>`. */

/**
 * What a token is good for.
 *
 * - `upload`: sessions up, own sessions away again, own edits up.
 * - `read`: the catalogue, downloads, edits, published sightings, live results.
 * - `publish`: plain sightings and live results.
 * - `admin`: pairing codes, devices, revoking, other devices' sessions away.
 */
export const SCOPES = ['upload', 'read', 'publish', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];
export const scopesSchema = v.pipe(
  v.array(v.picklist(SCOPES)),
  v.minLength(1),
  v.maxLength(SCOPES.length),
);

/** 10 characters of Crockford's base 32 without I, L, O, U: 50 bits. Dashes, blanks and case do not count. Good once, for ten minutes. */
export const PAIRING_CODE_LENGTH = 10;

/** `POST /api/pair`: without a token. */
export const pairRequestSchema = v.object({
  code: v.pipe(v.string(), v.maxLength(40)),
  deviceName: labelSchema,
});

export const pairAnswerSchema = v.object({
  deviceId: idSchema,
  /** 256 random bits, base64url. The endpoint keeps its SHA-256 only. */
  token: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/)),
  scopes: scopesSchema,
});
export type PairAnswer = v.InferOutput<typeof pairAnswerSchema>;

/** `POST /api/pairing-codes` (admin). */
export const newCodeSchema = v.object({ scopes: scopesSchema });
export const codeAnswerSchema = v.object({ code: v.string(), expiresUnixMs: unixMsSchema });

/** `GET /api/devices` (admin: all; others: the own one). `DELETE /api/devices/:id` revokes it (admin, or the own one). */
export const deviceSchema = v.object({
  id: idSchema,
  name: labelSchema,
  scopes: scopesSchema,
  pairedUnixMs: unixMsSchema,
  /** To the hour: nobody needs to know better. */
  lastSeenUnixMs: unixMsSchema,
  /** Null: it may come in. */
  revokedUnixMs: v.nullable(unixMsSchema),
  usedBytes: v.number(),
  isOwn: v.boolean(),
});
export type Device = v.InferOutput<typeof deviceSchema>;
export const devicesSchema = v.object({ devices: v.array(deviceSchema) });

/** `GET /api/about`: without a token. */
export const aboutSchema = v.object({
  service: v.literal('resight-endpoint'),
  version: v.string(),
  /** Ed25519, SPKI, base64: signs receipts of deletion. */
  receiptKey: v.string(),
  maxPieceBytes: v.number(),
  maxSessionBytes: v.number(),
  quotaBytes: v.number(),
});
export type About = v.InferOutput<typeof aboutSchema>;
