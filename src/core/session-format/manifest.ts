import * as v from 'valibot';
import type { SessionHeader, VideoSegment } from '../../contracts/session';
import { AppError } from '../app-error';
import { MANIFEST_PATH, MAX_MANIFEST_BYTES, pathKey } from './part-path';
import { id, path, rangeSchema, sessionSchema, sha256Text, text } from './session-schema';

/*
 * The manifest of a session file: what is in it, where it comes from, and the digest of every part. A session file is a ZIP
 * archive; `manifest.json` lists all of its parts but itself and `signature.json`, which signs the exact bytes of the
 * manifest. Both are its last entries, as they are only known once everything else is written.
 */

/** What tells a session file from any other ZIP archive. */
const MANIFEST_FORMAT = 'resight-session';

/**
 * Version of the format that is written. Raised when a reader of the version before would misread a file; further fields alone do not
 * raise it.
 */
const MANIFEST_VERSION = 1;

/** What an export may leave out, by the user's choice. */
export const LEFT_OUT = ['video', 'crops', 'descriptors'] as const;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const partSchema = v.object({
  path,
  /**
   * - `data`: a session is made of these, and an import reads them; named as in the session's folder.
   * - `export`: the same results for another program.
   * - `document`: for people.
   */
  role: v.picklist(['data', 'export', 'document']),
  mimeType: text,
  /** Of its contents, unpacked. */
  byteCount: count,
  sha256: sha256Text,
  /**
   * Of all its bytes within the archive, local header and data descriptor included, where it is packed: the same contents can be packed in
   * many ways. Null: it is stored as it is, and its header follows from the other fields.
   */
  packedSha256: v.nullable(sha256Text),
});

/** One part of a session file. */
export type ManifestPart = v.InferOutput<typeof partSchema>;

const manifestSchema = v.pipe(
  v.object({
    format: v.literal(MANIFEST_FORMAT),
    version: v.literal(MANIFEST_VERSION),
    /** Of the app that wrote the file; the one that recorded is `session.appVersion`. */
    appVersion: text,
    exportedUnixMs: v.pipe(v.number(), v.safeInteger()),
    /** SHA-256 of the public key that signs it; null: it is not signed. See `signature.ts`. */
    keyFingerprint: v.nullable(sha256Text),
    session: sessionSchema,
    /** The one that reports and exports for other programs were made of first. */
    resultSet: id,
    /** Null: all of the session. Video reaches a little further: segments are never cut. */
    range: v.nullable(rangeSchema),
    leftOut: v.array(v.picklist(LEFT_OUT)),
    parts: v.array(partSchema),
  }),
  v.check(({ parts }) => areKeysUnique(parts), 'parts with paths of their own'),
);

/** Everything a session file says of itself. */
export type Manifest = v.InferOutput<typeof manifestSchema>;

/** What a manifest is made of. Of the session, what only one device's list needs is left out. */
export type ManifestFacts = Omit<Manifest, 'format' | 'version' | 'session' | 'parts'> & {
  readonly session: SessionHeader & { readonly segments: readonly VideoSegment[] };
  readonly parts: readonly ManifestPart[];
};

/**
 * The exact bytes of a manifest: indented JSON, fields in the schema's order, a line feed at the end. Throws ValiError for what could not
 * be read back.
 */
export function writeManifest(manifest: ManifestFacts): Uint8Array<ArrayBuffer> {
  const whole = { format: MANIFEST_FORMAT, version: MANIFEST_VERSION, ...manifest };
  return new TextEncoder().encode(`${JSON.stringify(v.parse(manifestSchema, whole), null, 1)}\n`);
}

/**
 * Reads a manifest that may be anything. Throws AppError IMPORT_REFUSED, which says what was expected and found and where; for
 * one of a later version it says that the app has to be updated.
 */
export function readManifest(bytes: Uint8Array): Manifest {
  const value = parseJson(bytes);
  const head = v.safeParse(v.object({ format: v.string(), version: v.number() }), value);
  if (!head.success || head.output.format !== MANIFEST_FORMAT)
    throw refusal(`"format": "${MANIFEST_FORMAT}" with a version`, 'something else');
  if (head.output.version > MANIFEST_VERSION)
    throw refusal(
      `version ${MANIFEST_VERSION} or earlier`,
      `version ${head.output.version}: made by a later version of the app; update the app to read it`,
    );
  const result = v.safeParse(manifestSchema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw refusal(
    `${issue.expected ?? issue.message} at ${v.getDotPath(issue) ?? 'its top'}`,
    issue.received.slice(0, 100),
  );
}

function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_MANIFEST_BYTES)
    throw refusal(`at most ${MAX_MANIFEST_BYTES} bytes`, `${bytes.length} bytes`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw refusal('JSON in UTF-8', String(error));
  }
}

function refusal(expected: string, found: string): AppError {
  return new AppError('IMPORT_REFUSED', `${MANIFEST_PATH}: expected ${expected}, found ${found}`);
}

function areKeysUnique(parts: readonly { readonly path: string }[]): boolean {
  return new Set(parts.map((part) => pathKey(part.path))).size === parts.length;
}
