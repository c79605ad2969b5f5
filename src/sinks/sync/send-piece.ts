import { DetailedError, Upload } from 'tus-js-client';
import { AppError } from '../../core/app-error';
import { isProblem, readRefusal, unreachable } from './endpoint-error';
import type { EndpointRequests } from './endpoint-requests';
import { BLOB_READER, TusRequests } from './tus-requests';

/** What is sent in one request: progress is told after each, and a broken connection costs no more than one. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** One encrypted piece. */
export interface SendablePiece {
  readonly uploadId: string;
  readonly index: number;
  readonly sha256: string;
  readonly contents: Blob;
}

/**
 * Sends a piece by tus, going on where an earlier try ended: its address is known without being remembered. Resolves when the endpoint has it
 * whole and has found its checksum right. Throws AppError SYNC_*; AbortError.
 */
export async function sendPiece(
  requests: EndpointRequests,
  piece: SendablePiece,
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    await sendOnce(requests, piece, onProgress, signal);
  } catch (error) {
    // Another try of the same piece, with other bytes, is in the way; or what arrived was not what was sent.
    if (!isProblem(error, 'CONFLICT', 'CHECKSUM_MISMATCH')) throw error;
    await forgetPiece(requests, piece.uploadId, piece.index, signal);
    await sendOnce(requests, piece, onProgress, signal);
  }
}

/** Throws away what the endpoint has of a piece; nothing is no error. Throws AppError SYNC_*; AbortError. */
export async function forgetPiece(
  requests: EndpointRequests,
  uploadId: string,
  index: number,
  signal: AbortSignal,
): Promise<void> {
  try {
    await requests.ask(piecePath(uploadId, index), {
      method: 'DELETE',
      headers: { 'Tus-Resumable': '1.0.0' },
      signal,
    });
  } catch (error) {
    // CONFLICT: it was announced and never begun, or is whole. Sending it tells.
    if (!isProblem(error, 'NOT_FOUND', 'GONE', 'CONFLICT')) throw error;
  }
}

function piecePath(uploadId: string, index: number): string {
  return `/api/uploads/${uploadId}.${index}`;
}

function sendOnce(
  requests: EndpointRequests,
  { uploadId, index, sha256, contents }: SendablePiece,
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const upload = new Upload(contents, {
      endpoint: `${requests.url}/api/uploads`,
      uploadUrl: `${requests.url}${piecePath(uploadId, index)}`,
      metadata: { session: uploadId, piece: String(index), sha256 },
      headers: requests.headers,
      chunkSize: CHUNK_BYTES,
      uploadDataDuringCreation: true,
      // The outbox tries again, and knows of networks and of the user's wishes.
      retryDelays: null,
      storeFingerprintForResuming: false,
      fileReader: BLOB_READER,
      httpStack: new TusRequests(requests.url, signal),
      onChunkComplete: (_chunkSize, accepted) => onProgress(accepted),
      onSuccess: () => {
        signal.removeEventListener('abort', end);
        resolve();
      },
      onError: (error) => {
        signal.removeEventListener('abort', end);
        reject(signal.aborted ? aborted() : sendError(error));
      },
    });
    const end = (): void => {
      void upload.abort();
      reject(aborted());
    };
    if (signal.aborted) return reject(aborted());
    signal.addEventListener('abort', end, { once: true });
    upload.start();
  });
}

function aborted(): DOMException {
  return new DOMException('Sending was ended', 'AbortError');
}

function sendError(error: Error): Error {
  if (!(error instanceof DetailedError)) return unreachable(error);
  const { originalResponse, causingError } = error;
  if (originalResponse)
    return readRefusal(originalResponse.getStatus(), originalResponse.getBody());
  return causingError instanceof AppError ? causingError : unreachable(causingError ?? error);
}
