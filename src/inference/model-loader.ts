import type { ModelManifest } from '../contracts/model';
import { AppError, isAbort } from '../core/app-error';

/** What of a manifest the loader checks. */
export type ModelFileInfo = Pick<ModelManifest, 'id' | 'bytes' | 'sha256'>;

export interface LoadModelOptions {
  /** Bytes so far and bytes in all. */
  readonly onProgress?: (loadedBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
  /** For tests; the platform's own otherwise. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Fetches a model's weights and checks length and SHA-256 against its manifest.
 *
 * A wrong file is fetched once more past the HTTP cache: a cut-off download may sit there. Throws AppError
 * MODEL_CORRUPT (still wrong), MODEL_UNAVAILABLE (not there, no network); AbortError on abort.
 */
export async function loadModel(
  info: ModelFileInfo,
  modelUrl: string,
  options: LoadModelOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const first = await fetchChecked(info, modelUrl, 'default', options);
  if (first.isIntact) return first.bytes;
  const second = await fetchChecked(info, modelUrl, 'reload', options);
  if (second.isIntact) return second.bytes;
  throw new AppError(
    'MODEL_CORRUPT',
    `Model ${info.id}: expected ${describe(info.bytes, info.sha256)}, ` +
      `found ${describe(second.bytes.byteLength, second.sha256)}`,
  );
}

interface CheckedFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
  readonly isIntact: boolean;
}

async function fetchChecked(
  info: ModelFileInfo,
  modelUrl: string,
  cache: RequestCache,
  options: LoadModelOptions,
): Promise<CheckedFile> {
  const bytes = await fetchBytes(info, modelUrl, cache, options);
  const sha256 = await sha256Hex(bytes);
  const isIntact = bytes.byteLength === info.bytes && sha256 === info.sha256.toLowerCase();
  return { bytes, sha256, isIntact };
}

async function fetchBytes(
  info: ModelFileInfo,
  modelUrl: string,
  cache: RequestCache,
  { onProgress, signal, fetch = globalThis.fetch }: LoadModelOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = await fetch(modelUrl, signal ? { cache, signal } : { cache });
    if (!response.ok) {
      throw new AppError(
        'MODEL_UNAVAILABLE',
        `Model ${info.id}: expected an answer of 200 from ${modelUrl}, found ${response.status}`,
      );
    }
    return await readBody(response, info.bytes, onProgress);
  } catch (cause) {
    if (cause instanceof AppError || isAbort(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError(
      'MODEL_UNAVAILABLE',
      `Model ${info.id} could not be read from ${modelUrl}: ${reason}`,
      { cause },
    );
  }
}

async function readBody(
  response: Response,
  totalBytes: number,
  onProgress: LoadModelOptions['onProgress'],
): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.body || !onProgress) return new Uint8Array(await response.arrayBuffer());
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let loadedBytes = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    loadedBytes += value.byteLength;
    onProgress(loadedBytes, totalBytes);
  }
  const bytes = new Uint8Array(loadedBytes);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** SHA-256 in lower-case hexadecimal. Throws AppError MODEL_UNAVAILABLE where pages are not secure. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  // Browsers hide crypto.subtle on plain http; the type does not tell.
  const subtle = (globalThis.crypto as Partial<Crypto>).subtle;
  if (!subtle) {
    throw new AppError(
      'MODEL_UNAVAILABLE',
      'Models can only be checked on a secure page: expected https or localhost, found plain http',
    );
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function describe(bytes: number, sha256: string): string {
  return `${bytes.toLocaleString('en-US')} bytes with SHA-256 ${sha256}`;
}
