import type {
  ExportDestination,
  ExportRequest,
  ExportSummary,
  ImportOutcome,
  SessionFilesClient,
  VerificationReport,
} from '../../contracts/export';
import type { ErrorData } from '../../contracts/errors';
import { toErrorData } from '../../core/app-error';

/** One export, import or check on the screen: how far it is, what came of it. */
export class SessionFilesView {
  /** [0, 1]; null: nothing is under way. */
  progress = $state<number | null>(null);
  error = $state.raw<ErrorData | null>(null);
  summary = $state.raw<ExportSummary | null>(null);
  imported = $state.raw<ImportOutcome | null>(null);
  report = $state.raw<VerificationReport | null>(null);
  #abort: AbortController | null = null;
  readonly #client: SessionFilesClient;

  constructor(client: SessionFilesClient) {
    this.#client = client;
  }

  get isBusy(): boolean {
    return this.progress !== null;
  }

  async export(request: ExportRequest, destination: ExportDestination): Promise<void> {
    this.summary = await this.#run((onProgress, signal) =>
      this.#client.export(request, destination, onProgress, signal),
    );
  }

  async import(files: readonly File[]): Promise<void> {
    this.imported = await this.#run((onProgress, signal) =>
      this.#client.import(files, onProgress, signal),
    );
  }

  async verify(file: Blob): Promise<void> {
    this.report = await this.#run((onProgress, signal) =>
      this.#client.verify(file, onProgress, signal),
    );
  }

  cancel(): void {
    this.#abort?.abort();
  }

  /** Puts away what came of the last one. */
  clear(): void {
    this.error = null;
    this.summary = null;
    this.imported = null;
    this.report = null;
  }

  async #run<T>(
    work: (onProgress: (fraction: number) => void, signal: AbortSignal) => Promise<T>,
  ): Promise<T | null> {
    this.clear();
    const abort = new AbortController();
    this.#abort = abort;
    this.progress = 0;
    try {
      return await work((fraction) => {
        // From another thread the last of it may come after the end.
        if (this.#abort === abort) this.progress = fraction;
      }, abort.signal);
    } catch (error) {
      // Cancelled by the user, who knows.
      if (!abort.signal.aborted) this.error = toErrorData(error);
      return null;
    } finally {
      this.#abort = null;
      this.progress = null;
    }
  }
}
