import * as v from 'valibot';
import { AppError } from '../app-error';
import { MAX_ENVELOPE_BYTES, PLAIN_PIECE_BYTES, type Piece } from '../sync-api/catalogue';
import { bytesSchema, countSchema, idSchema, sha256Schema, unixMsSchema } from '../sync-api/fields';
import { fromBase64, toBase64 } from './base64';
import { MAX_SENT_PIECES, planPieces } from './piece-plan';

/*
 * The envelope of a session at an endpoint: what it is, and the key to its pieces. Text (JSON) in an age file for two recipients: the vault, and
 * the session's own key, so that whoever has a share link can read it, too.
 *
 * age does not say who encrypted a file, and lets each who can open it write it anew for the others. What it says is therefore sealed by the
 * devices of the vault: see `sinks/sync/envelope-seal.ts`. Recipients are secrets here all the same: an endpoint that knew one could make
 * entries of the edits' log.
 */

/** An X25519 identity of age. */
export const identitySchema = v.pipe(v.string(), v.regex(/^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/));

const DIGEST_BYTES = 32;
/** Envelopes are filled up to a multiple of this, so that their size says little about the title's length. */
const PADDING_BYTES = 1024;
/** What age adds to an envelope: two recipients, tag, nonce; rounded up. */
const AGE_BYTES = 1024;
/** More cameras than one source has; their names are told in lists. */
const MAX_CAMERAS = 32;

const unsealedSchema = v.object({
  /** Readers refuse a version they do not know. */
  version: v.literal(1),
  /** As in the catalogue: an envelope cannot be put to another session's pieces. */
  uploadId: idSchema,
  /** On the device that sent it. */
  sessionId: idSchema,
  /** With `createdUnixMs` the name of a session on all devices. */
  runId: v.pipe(v.string(), v.maxLength(200)),
  createdUnixMs: unixMsSchema,
  title: v.pipe(v.string(), v.maxLength(1000)),
  cameras: v.pipe(v.array(v.pipe(v.string(), v.maxLength(200))), v.maxLength(MAX_CAMERAS)),
  startUnixMs: unixMsSchema,
  endUnixMs: unixMsSchema,
  hasPictures: v.boolean(),
  /** Opens the pieces; made for this upload alone. */
  sessionKey: identitySchema,
  file: v.object({
    byteCount: v.pipe(countSchema, v.minValue(1)),
    sha256: sha256Schema,
    /** Where the file was cut. */
    pieceBytes: v.pipe(countSchema, v.minValue(1), v.maxValue(PLAIN_PIECE_BYTES)),
    /** SHA-256 of every plain piece, one after the other. */
    pieceDigests: bytesSchema(MAX_SENT_PIECES * DIGEST_BYTES),
  }),
});
const envelopeSchema = v.object({
  ...unsealedSchema.entries,
  /** Of {@link sealedText}, by the vault's key. */
  seal: sha256Schema,
});
export type Envelope = v.InferOutput<typeof envelopeSchema>;

/** What the seal is of: everything else, in one order of fields. */
export function sealedText(envelope: Omit<Envelope, 'seal'>): string {
  return JSON.stringify(v.parse(unsealedSchema, envelope));
}

/** The text that is encrypted. Throws AppError SYNC_FULL when it would not fit. */
export function writeEnvelope(envelope: Envelope): string {
  const text = JSON.stringify(envelope);
  const { length } = new TextEncoder().encode(text);
  const padded = Math.ceil(length / PADDING_BYTES) * PADDING_BYTES;
  if (padded + AGE_BYTES > MAX_ENVELOPE_BYTES)
    throw new AppError(
      'SYNC_FULL',
      `Expected an envelope of at most ${MAX_ENVELOPE_BYTES} bytes, found ${padded + AGE_BYTES}`,
    );
  return text + ' '.repeat(padded - length);
}

/** Reads what was decrypted; `uploadId`: what the catalogue says it belongs to. Throws AppError SYNC_TAMPERED. */
export function readEnvelope(text: string, uploadId: string): Envelope {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), envelopeSchema), text);
  if (!read.success)
    throw new AppError('SYNC_TAMPERED', `Expected an envelope, found ${read.issues[0].message}`);
  const envelope = read.output;
  if (envelope.uploadId !== uploadId)
    throw new AppError(
      'SYNC_TAMPERED',
      `Expected the envelope of ${uploadId}, found that of ${envelope.uploadId}`,
    );
  const pieceCount = Math.ceil(envelope.file.byteCount / envelope.file.pieceBytes);
  const { length } = fromBase64(envelope.file.pieceDigests);
  if (length !== pieceCount * DIGEST_BYTES)
    throw new AppError(
      'SYNC_TAMPERED',
      `Expected checksums of ${pieceCount} pieces, found ${length} bytes`,
    );
  return envelope;
}

/** The catalogue's pieces must be those that were planned. Throws AppError SYNC_TAMPERED. */
export function expectPlannedPieces({ file }: Envelope, pieces: readonly Piece[]): void {
  const planned = planPieces(file.byteCount, file.pieceBytes);
  const isSame =
    planned.length === pieces.length &&
    planned.every((one, index) => one.encryptedByteCount === pieces[index]?.byteCount);
  if (!isSame)
    throw new AppError(
      'SYNC_TAMPERED',
      `Expected ${planned.length} pieces of ${planned.reduce((sum, one) => sum + one.encryptedByteCount, 0)} bytes together, ` +
        `found ${pieces.length} of ${pieces.reduce((sum, one) => sum + one.byteCount, 0)}`,
    );
}

/** SHA-256 in hexadecimal, of every plain piece, as the envelope keeps them. */
export function joinDigests(digests: readonly string[]): string {
  const bytes = new Uint8Array(digests.length * DIGEST_BYTES);
  digests.forEach((digest, index) => {
    for (let at = 0; at < DIGEST_BYTES; at += 1)
      bytes[index * DIGEST_BYTES + at] = Number.parseInt(digest.slice(2 * at, 2 * at + 2), 16);
  });
  return toBase64(bytes);
}

/** Of one plain piece, in lower-case hexadecimal. */
export function pieceDigest({ file }: Envelope, index: number): string {
  const bytes = fromBase64(file.pieceDigests).subarray(
    index * DIGEST_BYTES,
    (index + 1) * DIGEST_BYTES,
  );
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
