import * as v from 'valibot';
import {
  bytesSchema,
  countSchema,
  idSchema,
  labelSchema,
  sha256Schema,
  unixMsSchema,
} from './fields';

/*
 * Sessions at an endpoint. One is a session file cut into pieces, each encrypted by itself; what it is called and when it
 * was is in the envelope, encrypted too. The endpoint sees sizes, checksums of what is encrypted, days, and whose it is.
 *
 *   POST   /api/sessions                       announce (upload); again with the same body: same answer
 *   POST   /api/uploads, PATCH ...             tus 1.0; metadata `session` and `piece`; its address ends in `<session>.<piece>`
 *   POST   /api/sessions/:id/complete          all pieces are there (upload)
 *   GET    /api/sessions?from&to&cursor        complete ones, newest first (read)
 *   GET    /api/sessions/:id                   (read, or its share)
 *   GET    /api/sessions/:id/pieces/:index     bytes, with ranges (read, or its share)
 *   DELETE /api/sessions/:id                   receipt (upload: own; admin: any)
 *   POST   /api/sessions/:id/shares            (read) ; DELETE /api/shares/:id
 *   GET    /api/shares?session&cursor          those that the device may end (read)
 *   GET    /api/deletions?cursor               receipts (read)
 *   GET/PUT /api/vault                         the vault's key, encrypted by a passphrase (read or upload / upload); PUT with If-None-Match: *,
 *                                              or with If-Match to replace it (admin, too)
 */

/** Bytes of an encrypted piece at most: what is sent again when a connection breaks for good is no more than this. */
export const MAX_PIECE_BYTES = 17 * 1024 * 1024;
/** Of a plain piece: the app cuts here. Encrypted it is 16 bytes longer for every 64 KiB, and a header. */
export const PLAIN_PIECE_BYTES = 16 * 1024 * 1024;
/** Pieces of a session at most: 256 GiB. */
export const MAX_PIECES = 16_384;
/** Of an envelope: a title, some cameras, a key. */
export const MAX_ENVELOPE_BYTES = 64 * 1024;

export const pieceSchema = v.object({
  /** Encrypted, as the endpoint keeps it. */
  byteCount: v.pipe(countSchema, v.minValue(1), v.maxValue(MAX_PIECE_BYTES)),
  sha256: sha256Schema,
});
export type Piece = v.InferOutput<typeof pieceSchema>;

/** A day of the calendar in UTC, such as `2026-11-23`. */
export const daySchema = v.pipe(v.string(), v.isoDate());

/** Plain, for finding it by date; all else is in the envelope. */
export const newSessionSchema = v.object({
  id: idSchema,
  /** age file; see `core/sync-format/envelope.ts`. */
  envelope: bytesSchema(MAX_ENVELOPE_BYTES),
  firstDay: daySchema,
  lastDay: daySchema,
  /** Sizes only: checksums of pieces are told with each piece, since they are encrypted one by one. */
  pieceByteCounts: v.pipe(
    v.array(v.pipe(countSchema, v.minValue(1), v.maxValue(MAX_PIECE_BYTES))),
    v.minLength(1),
    v.maxLength(MAX_PIECES),
  ),
});
export type NewCatalogueSession = v.InferOutput<typeof newSessionSchema>;

/** What a tus upload's metadata must be: whose piece, which one, and its SHA-256, checked when it is all there. */
export const pieceMetadataSchema = v.strictObject({
  session: idSchema,
  piece: v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,4})$/)),
  sha256: sha256Schema,
});

/** Answer to announcing: pieces that are there already need not be sent. */
export const announcedSchema = v.object({
  state: v.picklist(['pending', 'complete']),
  /** Indexes. */
  storedPieces: v.array(countSchema),
  /** A pending session that gets no piece until then is thrown away. */
  expiresUnixMs: unixMsSchema,
});
export type Announced = v.InferOutput<typeof announcedSchema>;

export const catalogueSessionSchema = v.object({
  id: idSchema,
  deviceId: idSchema,
  envelope: bytesSchema(MAX_ENVELOPE_BYTES),
  firstDay: daySchema,
  lastDay: daySchema,
  pieces: v.array(pieceSchema),
  byteCount: countSchema,
  completedUnixMs: unixMsSchema,
  /** Removed by the endpoint's own retention then; null: kept. */
  expiresUnixMs: v.nullable(unixMsSchema),
  isOwn: v.boolean(),
});
export type CatalogueSession = v.InferOutput<typeof catalogueSessionSchema>;

export const cataloguePageSchema = v.object({
  sessions: v.array(catalogueSessionSchema),
  /** For the next page; null: this was the last. */
  cursor: v.nullable(v.string()),
});
export type CataloguePage = v.InferOutput<typeof cataloguePageSchema>;

/** What was removed. `signature`: Ed25519 by the endpoint's receipt key, over the UTF-8 bytes of `statement`. */
export const receiptSchema = v.object({
  /** JSON of {@link deletionStatementSchema}, exactly as it was signed. */
  statement: v.string(),
  signature: v.string(),
});
export type DeletionReceipt = v.InferOutput<typeof receiptSchema>;

export const deletionStatementSchema = v.object({
  sessionId: idSchema,
  deletedUnixMs: unixMsSchema,
  /** Who: a device's id, or `retention`. */
  deletedBy: v.string(),
  pieces: v.array(pieceSchema),
  /** Looked for afterwards, and not found: file, rows. */
  isVerified: v.boolean(),
});
/** Those of all devices, the latest first. */
export const receiptsSchema = v.object({
  receipts: v.array(receiptSchema),
  /** For the next page; null: this was the last. */
  cursor: v.nullable(v.string()),
});

/** `POST /api/sessions/:id/shares`: within a year; it ends, too, when the device that makes it is revoked. */
export const newShareSchema = v.object({ expiresUnixMs: unixMsSchema });
/** The secret is sent as `Authorization: Bearer <secret>`, and opens this one session. */
export const shareSchema = v.object({
  id: idSchema,
  secret: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/)),
  expiresUnixMs: unixMsSchema,
});
export type Share = v.InferOutput<typeof shareSchema>;

/** `GET /api/shares`: those that still open a session and that the asking device may end; their secrets are told once, when they are made. */
export const openSharesSchema = v.object({
  shares: v.array(
    v.object({
      id: idSchema,
      sessionId: idSchema,
      /** Of the device that made it. */
      deviceName: labelSchema,
      /** Made by the device that asks. */
      isOwn: v.boolean(),
      expiresUnixMs: unixMsSchema,
    }),
  ),
  /** For the next page: an id; null: this was the last. */
  cursor: v.nullable(idSchema),
});
export type OpenShares = v.InferOutput<typeof openSharesSchema>;

/** `GET /api/vault`; 404 while there is none. Every version has its ETag. */
export const vaultSchema = v.object({ vault: bytesSchema(MAX_ENVELOPE_BYTES) });
