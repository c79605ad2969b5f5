import { AppError, isAbort } from '../../core/app-error';
import {
  catalogueSessionSchema,
  type CatalogueSession,
  type Piece,
} from '../../core/sync-api/catalogue';
import { fromBase64 } from '../../core/sync-format/base64';
import {
  expectPlannedPieces,
  pieceDigest,
  readEnvelope,
  type Envelope,
} from '../../core/sync-format/envelope';
import { Sha256Stream, sha256Hex } from '../../core/session-format/sha256-stream';
import { decryptPiece, decryptText } from './age-files';
import { isProblem, unreachable } from './endpoint-error';
import type { EndpointRequests } from './endpoint-requests';
import { expectSealed } from './envelope-seal';

/** A connection that breaks is tried again so often without a byte in between. */
const MAX_TRIES = 4;

/** A file that is written from its start, and read when it is whole. */
export interface DownloadedFile {
  write(bytes: Uint8Array, position: number): void;
  read(): Promise<File>;
  remove(): Promise<void>;
}

/** Opens the envelope of a session. Throws AppError SYNC_WRONG_KEY, SYNC_TAMPERED. */
export async function openEnvelope(
  { id, envelope }: Pick<CatalogueSession, 'id' | 'envelope'>,
  key: string,
): Promise<Envelope> {
  const opened = readEnvelope(await decryptText(fromBase64(envelope), key), id);
  await expectSealed(opened, key);
  return opened;
}

/**
 * Gets a session file whole into `file`, every piece checked as it was encrypted and as it was plain, and the file itself at the end.
 * Throws AppError SYNC_WRONG_KEY, SYNC_TAMPERED, SYNC_*, STORAGE_*; AbortError. What was written then is for the caller to remove.
 */
export async function downloadSession(
  requests: EndpointRequests,
  key: string,
  id: string,
  createFile: () => Promise<DownloadedFile>,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<DownloadedFile> {
  const session = await requests.json(catalogueSessionSchema, `/api/sessions/${id}`, { signal });
  if (session.id !== id)
    throw new AppError('SYNC_TAMPERED', `Expected session ${id}, found ${session.id}`);
  const envelope = await openEnvelope(session, key);
  expectPlannedPieces(envelope, session.pieces);
  const file = await createFile();
  try {
    await writePieces(requests, session, envelope, file, onProgress, signal);
    return file;
  } catch (error) {
    await file.remove();
    throw error;
  }
}

async function writePieces(
  requests: EndpointRequests,
  session: CatalogueSession,
  envelope: Envelope,
  file: DownloadedFile,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const whole = new Sha256Stream();
  const totalBytes = session.pieces.reduce((sum, piece) => sum + piece.byteCount, 0);
  let readBytes = 0;
  for (const [index, piece] of session.pieces.entries()) {
    const tell = (bytes: number): void => onProgress((readBytes + bytes) / totalBytes);
    const encrypted = await getPiece(requests, session.id, index, piece, tell, signal);
    expectDigest(piece.sha256, await sha256Hex(encrypted), `encrypted piece ${index}`);
    const plain = await decryptPiece(encrypted, envelope.sessionKey);
    // Pieces of one session have one key: that each is in its place is what this tells.
    expectDigest(pieceDigest(envelope, index), await sha256Hex(plain), `piece ${index}`);
    file.write(plain, index * envelope.file.pieceBytes);
    whole.update(plain);
    readBytes += piece.byteCount;
    signal.throwIfAborted();
  }
  expectDigest(envelope.file.sha256, await whole.hex(), 'session file');
}

/** A broken connection goes on where it ended. */
async function getPiece(
  requests: EndpointRequests,
  id: string,
  index: number,
  { byteCount }: Piece,
  onProgress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(byteCount);
  let position = 0;
  let triesLeft = MAX_TRIES;
  while (position < byteCount) {
    const before = position;
    try {
      const response = await requests.ask(`/api/sessions/${id}/pieces/${index}`, {
        headers: position > 0 ? { Range: `bytes=${position}-` } : {},
        signal,
      });
      if (position > 0 && response.status !== 206) position = 0; // from the start again
      for await (const chunk of chunksOf(response)) {
        if (position + chunk.length > byteCount) throw wrongLength(index, byteCount, 'more');
        bytes.set(chunk, position);
        position += chunk.length;
        onProgress(position);
      }
      // A connection that breaks is an error of its own: here the endpoint said that this was all.
      if (position < byteCount) throw wrongLength(index, byteCount, `${position}`);
    } catch (error) {
      signal.throwIfAborted();
      // It is in the catalogue, and so was there: the endpoint itself found it damaged or gone.
      if (isProblem(error, 'GONE')) throw damaged(index, error);
      triesLeft = position > before ? MAX_TRIES : triesLeft - 1;
      if (!isTransient(error) || triesLeft <= 0) throw error;
    }
  }
  return bytes;
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw error instanceof Error && isAbort(error) ? error : unreachable(error);
  } finally {
    // An answer that nobody reads on keeps its connection.
    void reader.cancel().catch(() => undefined);
  }
}

function isTransient(error: unknown): boolean {
  const isOwnTimeout = error instanceof Error && isAbort(error);
  return isOwnTimeout || (error instanceof AppError && error.code === 'SYNC_UNREACHABLE');
}

function wrongLength(index: number, byteCount: number, found: string): AppError {
  return new AppError(
    'SYNC_TAMPERED',
    `Expected piece ${index} to have ${byteCount} bytes, found ${found}`,
  );
}

function damaged(index: number, cause: unknown): AppError {
  return new AppError('SYNC_TAMPERED', `Expected piece ${index}, found it damaged or lost there`, {
    cause,
  });
}

function expectDigest(expected: string, found: string, what: string): void {
  if (expected !== found)
    throw new AppError(
      'SYNC_TAMPERED',
      `Expected the SHA-256 of ${what} to be ${expected}, found ${found}`,
    );
}
