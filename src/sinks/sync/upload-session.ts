import * as v from 'valibot';
import { AppError } from '../../core/app-error';
import { announcedSchema, PLAIN_PIECE_BYTES, type Announced } from '../../core/sync-api/catalogue';
import { toBase64 } from '../../core/sync-format/base64';
import { joinDigests, writeEnvelope } from '../../core/sync-format/envelope';
import { planPieces, type PlannedPiece } from '../../core/sync-format/piece-plan';
import type { UploadFacts, UploadPlan } from '../../core/sync-format/sync-worker-api';
import { Sha256Stream, sha256Hex } from '../../core/session-format/sha256-stream';
import { encryptPiece, encryptText, keyOf, makeKey } from './age-files';
import type { EndpointRequests } from './endpoint-requests';
import { isProblem } from './endpoint-error';
import { sealOf } from './envelope-seal';
import { forgetPiece, sendPiece, type SendablePiece } from './send-piece';

/** Longer titles and names are cut in lists; in the session file they are whole. */
const MAX_TITLE_LENGTH = 1000;
const MAX_CAMERA_LENGTH = 200;
const MAX_CAMERAS = 32;
const DAY_LENGTH = '2026-11-23'.length;

/** The file of an encrypted piece, written from its start. */
export interface PieceFile {
  write(bytes: Uint8Array, position: number): void;
  flush(): void;
  close(): void;
}

/** Where sessions on their way are kept. All throw AppError STORAGE_*. */
export interface UploadPlace {
  /** The packed session; null: it is not there, or not whole. */
  sessionFile(uploadId: string): Promise<File | null>;
  openPiece(uploadId: string): Promise<PieceFile>;
  pieceFile(uploadId: string): Promise<File | null>;
  removePiece(uploadId: string): Promise<void>;
  /** Which piece lies encrypted in the file, once it is there whole. */
  flight(uploadId: string): Promise<{ readonly piece: number; readonly sha256: string } | null>;
  setFlight(
    uploadId: string,
    flight: { readonly piece: number; readonly sha256: string } | null,
  ): Promise<void>;
}

/** Reads a packed session once, and makes its key and envelope. Throws AppError SYNC_FULL, STORAGE_*. */
export async function planUpload(
  facts: UploadFacts,
  file: Blob,
  vaultKey: string,
  pieceBytes = PLAIN_PIECE_BYTES,
): Promise<UploadPlan> {
  const pieces = planPieces(file.size, pieceBytes);
  const whole = new Sha256Stream();
  const digests: string[] = [];
  for (const { start, end } of pieces) {
    const bytes = await readPiece(file, start, end);
    whole.update(bytes);
    digests.push(await sha256Hex(bytes));
  }
  const session = await makeKey();
  const vault = await keyOf(vaultKey);
  const { title, cameras, ...others } = facts;
  const unsealed = {
    version: 1 as const,
    ...others,
    title: title.slice(0, MAX_TITLE_LENGTH),
    cameras: cameras.slice(0, MAX_CAMERAS).map((name) => name.slice(0, MAX_CAMERA_LENGTH)),
    sessionKey: session.identity,
    file: {
      byteCount: file.size,
      sha256: await whole.hex(),
      pieceBytes,
      pieceDigests: joinDigests(digests),
    },
  };
  const envelope = writeEnvelope({ ...unsealed, seal: await sealOf(unsealed, vaultKey) });
  return {
    uploadId: facts.uploadId,
    envelope: toBase64(await encryptText(envelope, [vault.recipient, session.recipient])),
    firstDay: dayOf(facts.startUnixMs),
    lastDay: dayOf(facts.endUnixMs),
    byteCount: file.size,
    pieceBytes,
    pieceByteCounts: pieces.map((piece) => piece.encryptedByteCount),
    sessionKey: session.identity,
  };
}

/**
 * Sends what the endpoint has not. One encrypted piece at a time lies in a file until the endpoint has it, so that a try that was
 * broken off goes on with the same bytes. Throws AppError SYNC_LOST (its name is used up there: it is to be packed as another one), SYNC_*,
 * STORAGE_*; AbortError.
 */
export async function sendSession(
  requests: EndpointRequests,
  plan: UploadPlan,
  place: UploadPlace,
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const announced = await announce(requests, plan, signal);
  if (announced.state === 'complete') return;
  try {
    const stored = new Set(announced.storedPieces);
    await sendPieces(requests, plan, stored, place, onProgress, signal);
    // What it answers is what was announced; that it did not refuse is all that counts.
    await requests.json(v.unknown(), `/api/sessions/${plan.uploadId}/complete`, {
      method: 'POST',
      signal,
    });
  } catch (error) {
    // It expired there, or the endpoint was restored from a backup: it is announced again, and what is missing sent.
    if (isProblem(error, 'NOT_FOUND', 'CONFLICT'))
      throw new AppError('SYNC_UNREACHABLE', 'Expected what was announced to be there still', {
        cause: error,
      });
    throw error;
  }
}

async function announce(
  requests: EndpointRequests,
  { uploadId, envelope, firstDay, lastDay, pieceByteCounts }: UploadPlan,
  signal: AbortSignal,
): Promise<Announced> {
  try {
    return await requests.json(announcedSchema, '/api/sessions', {
      method: 'POST',
      body: { id: uploadId, envelope, firstDay, lastDay, pieceByteCounts },
      signal,
    });
  } catch (error) {
    if (isProblem(error, 'GONE', 'CONFLICT'))
      throw new AppError(
        'SYNC_LOST',
        `Expected ${uploadId} to be there or free, found it removed`,
        {
          cause: error,
        },
      );
    throw error;
  }
}

async function sendPieces(
  requests: EndpointRequests,
  plan: UploadPlan,
  stored: ReadonlySet<number>,
  place: UploadPlace,
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { uploadId, pieceByteCounts } = plan;
  const sizeOf = (index: number): number => pieceByteCounts[index] ?? 0;
  let sentBytes = [...stored].reduce((sum, index) => sum + sizeOf(index), 0);
  onProgress(sentBytes);
  for (const piece of planPieces(plan.byteCount, plan.pieceBytes)) {
    if (stored.has(piece.index)) continue;
    const sendable = await encryptedPiece(requests, plan, piece, place, signal);
    await sendPiece(requests, sendable, (bytes) => onProgress(sentBytes + bytes), signal);
    sentBytes += sizeOf(piece.index);
    await place.setFlight(uploadId, null);
    await place.removePiece(uploadId);
  }
}

/** The piece as an earlier try left it, or encrypted now. */
async function encryptedPiece(
  requests: EndpointRequests,
  plan: UploadPlan,
  piece: PlannedPiece,
  place: UploadPlace,
  signal: AbortSignal,
): Promise<SendablePiece> {
  const { uploadId } = plan;
  const { index } = piece;
  const flight = await place.flight(uploadId);
  const kept = flight?.piece === index ? await place.pieceFile(uploadId) : null;
  if (flight && kept && (await digestOf(kept)) === flight.sha256)
    return { uploadId, index, sha256: flight.sha256, contents: kept };
  // Part of other bytes may be there: encrypted again, nothing of a piece is as it was.
  if (flight?.piece === index) await forgetPiece(requests, uploadId, index, signal);
  await place.setFlight(uploadId, null);
  const contents = await encryptToFile(plan, piece, place).catch(async (error: unknown) => {
    // Half a piece is of no use, and the disk may be full.
    await place.removePiece(uploadId).catch(() => undefined);
    throw error;
  });
  const sha256 = await digestOf(contents);
  await place.setFlight(uploadId, { piece: index, sha256 });
  return { uploadId, index, sha256, contents };
}

async function encryptToFile(
  { uploadId, byteCount, sessionKey }: UploadPlan,
  { index, start, end, encryptedByteCount }: PlannedPiece,
  place: UploadPlace,
): Promise<File> {
  const session = await place.sessionFile(uploadId);
  if (session?.size !== byteCount)
    throw new AppError(
      'STORAGE_UNAVAILABLE',
      `Expected a session file of ${byteCount} bytes, found ${session?.size ?? 'none'}`,
    );
  const { recipient } = await keyOf(sessionKey);
  const file = await place.openPiece(uploadId);
  try {
    const written = await encryptPiece(session.slice(start, end), recipient, (bytes, position) =>
      file.write(bytes, position),
    );
    if (written !== encryptedByteCount)
      throw new RangeError(
        `Expected piece ${index} to have ${encryptedByteCount} bytes, found ${written}`,
      );
    file.flush();
  } finally {
    file.close();
  }
  const contents = await place.pieceFile(uploadId);
  if (!contents) throw new AppError('STORAGE_UNAVAILABLE', 'Expected a piece, found none');
  return contents;
}

async function digestOf(file: Blob): Promise<string> {
  return sha256Hex(await readPiece(file, 0, file.size));
}

async function readPiece(file: Blob, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.slice(start, end).arrayBuffer());
  } catch (error) {
    throw new AppError('STORAGE_UNAVAILABLE', 'Expected a file to stay, found it gone or changed', {
      cause: error,
    });
  }
}

/** In UTC. */
function dayOf(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(0, DAY_LENGTH);
}
