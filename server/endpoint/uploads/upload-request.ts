import { Metadata } from '@tus/server';
import * as v from 'valibot';
import { pieceMetadataSchema } from '../../../src/core/sync-api/catalogue';
import type { Queries } from '../database/database';
import { Refusal } from '../refusal';
import { parsePieceId, type PieceName } from './piece-name';
import { readPiece, type PieceRow } from './piece-rows';

/** Where uploads are made; each is at `<this>/<its id>`. */
export const UPLOADS_PATH = '/api/uploads';

/** Three short values in base64 with their names take 190 characters. */
const MAX_METADATA_LENGTH = 512;

/** The id in an upload's address, and nothing but the path is looked at; null: there can be no such upload. */
export function uploadIdOf(url: string): string | null {
  const { pathname } = new URL(url);
  const id = pathname.startsWith(`${UPLOADS_PATH}/`) ? pathname.slice(UPLOADS_PATH.length + 1) : '';
  return parsePieceId(id) === null ? null : id;
}

/** What a creation's metadata says. Refusal INVALID_REQUEST: it is not what `pieceMetadataSchema` wants, in what ever way. */
export function readMetadata(header: string | null): PieceName {
  if (header === null || header.length > MAX_METADATA_LENGTH) {
    throw new Refusal(
      'INVALID_REQUEST',
      `Expected Upload-Metadata of at most ${MAX_METADATA_LENGTH} characters, found ${header === null ? 'none' : header.length}.`,
    );
  }
  const metadata = v.safeParse(pieceMetadataSchema, parseMetadata(header));
  const name = metadata.success
    ? parsePieceId(`${metadata.output.session}.${metadata.output.piece}`)
    : null;
  if (name === null) {
    throw new Refusal(
      'INVALID_REQUEST',
      'Expected Upload-Metadata with session, piece and sha256, and nothing else.',
    );
  }
  return name;
}

function parseMetadata(header: string): unknown {
  try {
    return Metadata.parse(header);
  } catch {
    return null;
  }
}

/** A piece of a session that this device announced. Refusal NOT_FOUND: there is none, or it is another device's. */
export async function requireOwnPiece(
  queries: Queries,
  deviceId: string,
  name: PieceName | null,
): Promise<PieceRow> {
  const row = name === null ? null : await readPiece(queries, name);
  if (row === null || row.deviceId !== deviceId) {
    throw new Refusal('NOT_FOUND', 'This device announced no such piece.');
  }
  return row;
}

/** Whether a piece may be begun with this length. Refusals: CONFLICT, INVALID_REQUEST. */
export function requireCreatable(row: PieceRow, uploadLength: string | null): void {
  if (row.sessionState !== 'pending') {
    throw new Refusal(
      'CONFLICT',
      'The session takes no pieces. Announce it again to see how far it is.',
    );
  }
  if (row.state === 'stored') {
    throw new Refusal('CONFLICT', 'This piece is there already, and is never replaced.');
  }
  if (uploadLength !== String(row.byteCount)) {
    throw new Refusal(
      'INVALID_REQUEST',
      `Expected Upload-Length ${row.byteCount}, as announced, found ${uploadLength?.slice(0, 20) ?? 'none'}.`,
    );
  }
}
