import { DataStore, Upload } from '@tus/server';
import * as v from 'valibot';
import { pieceMetadataSchema } from '../../../src/core/sync-api/catalogue';
import type { Endpoint } from '../endpoint';
import { Refusal } from '../refusal';
import { parsePieceId, type PieceName } from './piece-name';
import {
  forgetPiece,
  markStored,
  openPiece,
  readPiece,
  reopenPiece,
  touchSession,
} from './piece-rows';
import type { PieceStore } from './piece-store';

/**
 * What the tus server writes to: a piece counts once its bytes are safe on disk and are those that were announced. All of it happens while the
 * request holds the piece's lock, so that a process which dies in between leaves a piece that the next request goes on with. Rows of pieces
 * survive the end of the process at once, and a power cut at the latest when the session is complete: until then its device has all of it.
 */
export class CheckedStore extends DataStore {
  override extensions = ['creation', 'creation-with-upload', 'termination', 'expiration'];
  readonly #endpoint: Endpoint;
  readonly #store: PieceStore;

  constructor(endpoint: Endpoint, store: PieceStore) {
    super();
    this.#endpoint = endpoint;
    this.#store = store;
  }

  override async create(upload: Upload): Promise<Upload> {
    const { sha256 } = v.parse(pieceMetadataSchema, upload.metadata);
    const { database, now } = this.#endpoint;
    // Before the file: one that no row tells of is removed at the next start.
    await openPiece(database, nameOf(upload.id), sha256, now());
    await this.#store.create(upload);
    return upload;
  }

  /** Adds to a piece, which is as `upload` says: its lock has been held since that was found out. Answers how many bytes are there now. */
  async receive(upload: Upload, bytes: AsyncIterable<Uint8Array>): Promise<number> {
    const { id, offset, size } = upload;
    // Nothing can be added to a whole piece, however empty what comes is.
    if (offset === size) return offset;
    const { sha256: announced } = v.parse(pieceMetadataSchema, upload.metadata);
    const byteCount = await this.#store.write(bytes, id, offset);
    if (byteCount === size) await this.#settle(nameOf(id), id, announced);
    else await touchSession(this.#endpoint.database, nameOf(id).sessionId, this.#endpoint.now());
    return byteCount;
  }

  /** Tells the last sign of life of the session as when it was created: what expires is an upload that rests, not one that takes long. */
  override async getUpload(id: string): Promise<Upload> {
    const name = nameOf(id);
    const row = await readPiece(this.#endpoint.database, name);
    if (row === null || row.state === 'absent') throw nothingThere();
    const isStored = row.state === 'stored';
    const offset = isStored ? row.byteCount : await this.#store.receivedBytes(id);
    if (offset === null) throw nothingThere();
    // A process died when all was there, but before it was compared.
    if (!isStored && offset === row.byteCount) await this.#settle(name, id, row.sha256);
    return new Upload({
      id,
      size: row.byteCount,
      offset,
      metadata: { session: name.sessionId, piece: String(name.piece), sha256: row.sha256 },
      creation_date: new Date(isStored ? Date.now() : row.touchedUnixMs).toISOString(),
    });
  }

  override async remove(id: string): Promise<void> {
    await reopenPiece(this.#endpoint.database, nameOf(id));
    await this.#discard(nameOf(id), id);
  }

  override getExpiration(): number {
    return this.#endpoint.config.uploadExpiryHours * 3_600_000;
  }

  /** Refusal CHECKSUM_MISMATCH: it is another piece than was announced, and is thrown away. */
  async #settle(name: PieceName, id: string, sha256: string | null): Promise<void> {
    const [found] = await Promise.all([this.#store.sha256Of(id), this.#store.secure(id)]);
    if (found === sha256 && (await this.#markStored(name, found))) return;
    await this.#discard(name, id);
    throw new Refusal(
      'CHECKSUM_MISMATCH',
      `Expected a piece with the SHA-256 ${sha256 ?? 'of none'}, found ${found}. It was thrown away: send it again.`,
    );
  }

  #markStored(name: PieceName, sha256: string): Promise<boolean> {
    return markStored(this.#endpoint.database, name, sha256, this.#endpoint.now());
  }

  /** The file first: dying in between leaves an open piece without bytes, which is the same as none. */
  async #discard(name: PieceName, id: string): Promise<void> {
    await this.#store.remove(id);
    await forgetPiece(this.#endpoint.database, name);
  }
}

function nothingThere(): Refusal {
  return new Refusal('NOT_FOUND', 'Nothing of this piece is there. Begin its upload.');
}

function nameOf(id: string): PieceName {
  const name = parsePieceId(id);
  if (name === null) throw nothingThere();
  return name;
}
