import { releaseProxy, wrap, type Remote } from 'comlink';
import { AppError, isAbort, toErrorData } from '../core/app-error';
import { installErrorTransfer } from './rpc-errors';

/** How long one call may take before the worker counts as dead; slow devices load models in far less. */
const DEFAULT_TIMEOUT_MS = 120_000;

/**
 * A worker reached through comlink whose calls always settle.
 *
 * comlink alone leaves a call to a dead worker pending for ever. Here a call rejects with
 * `WORKER_GONE` when the worker fails, is terminated, or does not answer in time.
 */
export class WorkerHost<Api> {
  readonly #worker: Worker;
  readonly #remote: Remote<Api>;
  readonly #name: string;
  readonly #pending = new Set<(reason: Error) => void>();
  #gone: AppError | null = null;
  #onGone: ((reason: AppError) => void) | null = null;

  /** `worker` belongs to the host from here on. `name` is for messages. */
  constructor(worker: Worker, name: string) {
    installErrorTransfer();
    this.#worker = worker;
    this.#name = name;
    this.#remote = wrap<Api>(worker);
    worker.addEventListener('error', (event) => {
      this.#end(`The ${name} worker failed: ${event.message || 'it could not be loaded'}`);
    });
    worker.addEventListener('messageerror', () => {
      this.#end(`The ${name} worker sent a message that could not be read`);
    });
  }

  get isGone(): boolean {
    return this.#gone !== null;
  }

  /** Called once when the worker fails by itself (not after `terminate`). */
  set onGone(listener: (reason: AppError) => void) {
    this.#onGone = listener;
  }

  /**
   * Runs `invoke` with the remote object. Rejects with AppError: the worker's own code, or
   * `WORKER_GONE`; with AbortError when the worker broke the call off. `timeoutMs` null: as long as it takes (a stream that runs for hours).
   */
  call<T>(
    invoke: (remote: Remote<Api>) => T | PromiseLike<T>,
    timeoutMs: number | null = DEFAULT_TIMEOUT_MS,
  ): Promise<T> {
    if (this.#gone) return Promise.reject(this.#gone);
    return new Promise<T>((resolve, reject) => {
      const fail = (reason: Error): void => {
        finish();
        reject(reason);
      };
      const timer =
        timeoutMs === null
          ? undefined
          : setTimeout(() => {
              this.#end(`The ${this.#name} worker did not answer within ${timeoutMs / 1000} s`);
            }, timeoutMs);
      const finish = (): void => {
        clearTimeout(timer);
        this.#pending.delete(fail);
      };
      this.#pending.add(fail);
      Promise.resolve(invoke(this.#remote)).then(
        (value) => {
          finish();
          resolve(value);
        },
        (error: unknown) => {
          // An abort is no failure: whoever asked for it looks for its name.
          if (error instanceof Error && isAbort(error)) return fail(error);
          const { code, message } = toErrorData(error);
          fail(new AppError(code, message, { cause: error }));
        },
      );
    });
  }

  /** Ends the worker now; calls still pending reject with `WORKER_GONE`. */
  terminate(): void {
    this.#onGone = null;
    this.#end(`The ${this.#name} worker was ended`);
  }

  #end(message: string): void {
    if (this.#gone) return;
    this.#gone = new AppError('WORKER_GONE', message);
    this.#remote[releaseProxy]();
    this.#worker.terminate();
    for (const fail of [...this.#pending]) fail(this.#gone);
    this.#onGone?.(this.#gone);
  }
}
