import { proxy, type Remote } from 'comlink';
import type {
  ExportApi,
  ExportDestination,
  ExportRequest,
  ExportSummary,
  ImportOutcome,
  SessionFileContents,
  SessionFilesClient,
  VerificationReport,
  WrittenExport,
} from '../contracts/export';
import type { SessionId } from '../contracts/session';
import { sweepTemporaryFiles } from '../storage/temporary-files';
import { endDeadWorker } from './end-dead-worker';
import { WorkerHost } from './worker-host';

/** The worker ends when nobody asked for anything so long. */
const IDLE_MS = 60_000;
/** The browser copies what it downloads: a slow disk takes this much a second, and the file must stay until it is done. */
const DOWNLOAD_BYTES_PER_S = 10e6;
const MIN_DOWNLOAD_MS = 60_000;

/** Hands a file to the browser's downloads and returns what to call when it need not be there any more; a test has its own. */
export type Download = (name: string, contents: File) => () => void;

/**
 * Exports, imports and checks in a worker that is started when it is needed. Without a destination an export is written to a
 * temporary file, and the browser downloads that: memory stays flat, whatever the length.
 */
export class ExportClient implements SessionFilesClient {
  readonly #createWorker: () => Worker;
  readonly #download: Download;
  #host: WorkerHost<ExportApi> | null = null;
  #callCount = 0;
  #endTimer: ReturnType<typeof setTimeout> | undefined;
  #forgetDownload: (() => void) | null = null;
  /** Until when a download may still be read. */
  #neededUntilMs = 0;

  constructor(createWorker: () => Worker, download: Download = downloadFile) {
    this.#createWorker = createWorker;
    this.#download = download;
  }

  /** Once, at the app's start: removes files of exports that a crash left behind. Throws AppError STORAGE_*. */
  async start(): Promise<void> {
    await sweepTemporaryFiles();
  }

  offers(sessionId: SessionId): ReturnType<ExportApi['offers']> {
    return this.#call((remote) => remote.offers(sessionId), null);
  }

  contents(request: ExportRequest): Promise<SessionFileContents> {
    return this.#call((remote) => remote.contents(request), null);
  }

  deviceFingerprint(): Promise<string> {
    return this.#call((remote) => remote.deviceFingerprint(), null);
  }

  async export(
    request: ExportRequest,
    destination: ExportDestination,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<ExportSummary> {
    // The worker removes the last file that was to be downloaded before it writes another.
    this.#forget();
    const { summary, download } = await this.#call<WrittenExport>(
      (remote) => remote.write(request, destination, proxy(onProgress)),
      signal,
    );
    if (download) {
      const { name, contents } = download;
      this.#forgetDownload = this.#download(name, contents);
      const downloadMs = (contents.size / DOWNLOAD_BYTES_PER_S) * 1000;
      this.#neededUntilMs = performance.now() + Math.max(MIN_DOWNLOAD_MS, downloadMs);
      this.#endWhenIdle();
    }
    return summary;
  }

  import(
    files: readonly File[],
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<ImportOutcome> {
    return this.#call((remote) => remote.import(files, proxy(onProgress)), signal);
  }

  verify(
    file: Blob,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<VerificationReport> {
    return this.#call((remote) => remote.verify(file, proxy(onProgress)), signal);
  }

  /** Ends the worker and lets go of what was to be downloaded. It may be used again. */
  async end(): Promise<void> {
    clearTimeout(this.#endTimer);
    this.#forget();
    const host = this.#host;
    this.#host = null;
    if (!host) return;
    try {
      await host.call((remote) => remote.release());
    } finally {
      host.terminate();
    }
  }

  async #call<T>(
    invoke: (remote: Remote<ExportApi>) => T | PromiseLike<T>,
    signal: AbortSignal | null,
  ): Promise<T> {
    signal?.throwIfAborted();
    clearTimeout(this.#endTimer);
    const host = this.#opened();
    // A worker that is gone has nothing left to cancel.
    const cancel = (): void => void host.call((remote) => remote.cancel()).catch(() => undefined);
    signal?.addEventListener('abort', cancel, { once: true });
    this.#callCount += 1;
    try {
      // As long as it takes: progress is shown, and the user may end it.
      return await host.call(invoke, null);
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#callCount -= 1;
      this.#endWhenIdle();
    }
  }

  #opened(): WorkerHost<ExportApi> {
    if (this.#host && !this.#host.isGone) return this.#host;
    const host = new WorkerHost<ExportApi>(this.#createWorker(), 'export');
    this.#host = host;
    void endDeadWorker(host, (name) => host.call((remote) => remote.holdLock(name), null));
    return host;
  }

  #endWhenIdle(): void {
    clearTimeout(this.#endTimer);
    const waitMs = Math.max(IDLE_MS, this.#neededUntilMs - performance.now());
    this.#endTimer = setTimeout(() => {
      // What cannot be removed now is swept at the next start.
      if (this.#callCount === 0) void this.end().catch(() => undefined);
    }, waitMs);
  }

  #forget(): void {
    this.#forgetDownload?.();
    this.#forgetDownload = null;
    this.#neededUntilMs = 0;
  }
}

function downloadFile(name: string, contents: File): () => void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(contents);
  link.download = name;
  link.click();
  return () => {
    URL.revokeObjectURL(link.href);
  };
}
