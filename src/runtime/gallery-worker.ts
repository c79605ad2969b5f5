import { proxy, type Remote } from 'comlink';
import type { IdentityApi, IdentityEvent, IdentityReady } from '../contracts/worker-api';
import { AppError } from '../core/app-error';
import { WorkerHost } from './worker-host';

/** What becomes of what the worker tells. */
export interface GalleryWorkerHooks {
  onEvent(event: IdentityEvent): void;
  /** The worker died by itself; the next call starts another. */
  onGone(reason: AppError): void;
}

/** One gallery and the identity worker that has it open. The worker starts with the first call. */
export class GalleryWorker {
  readonly databaseName: string;
  readonly #createWorker: () => Worker;
  readonly #hooks: GalleryWorkerHooks;
  #host: WorkerHost<IdentityApi> | null = null;
  #opened: Promise<void> | null = null;
  #isDisposed = false;
  /** The embedder that is loaded, by what it was loaded with. */
  configured: { readonly key: string; readonly ready: IdentityReady } | null = null;

  constructor(createWorker: () => Worker, databaseName: string, hooks: GalleryWorkerHooks) {
    this.#createWorker = createWorker;
    this.databaseName = databaseName;
    this.#hooks = hooks;
  }

  /** Opens the gallery; a failed opening is tried again by the next call. */
  ready(): Promise<void> {
    if (this.#isDisposed) {
      return Promise.reject(new AppError('WORKER_GONE', 'The identity worker was ended'));
    }
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  async call<T>(invoke: (remote: Remote<IdentityApi>) => T | PromiseLike<T>): Promise<T> {
    await this.ready();
    if (!this.#host) throw new AppError('WORKER_GONE', 'The identity worker is not running');
    return this.#host.call(invoke);
  }

  /** Ends the worker for good; what is under way, and every later call, rejects with `WORKER_GONE`. */
  dispose(): void {
    this.#isDisposed = true;
    this.#host?.terminate();
    this.#forgetHost();
  }

  async #open(): Promise<void> {
    const host = new WorkerHost<IdentityApi>(this.#createWorker(), 'identity');
    host.onGone = (reason) => {
      this.#forgetHost();
      this.#hooks.onGone(reason);
    };
    this.#host = host;
    try {
      await host.call((remote) => remote.openGallery(this.databaseName));
      await host.call((remote) =>
        remote.subscribe(
          proxy((event: IdentityEvent) => {
            this.#hooks.onEvent(event);
          }),
        ),
      );
    } catch (error) {
      host.terminate();
      this.#forgetHost();
      throw error;
    }
  }

  #forgetHost(): void {
    this.#host = null;
    this.#opened = null;
    this.configured = null;
  }
}
