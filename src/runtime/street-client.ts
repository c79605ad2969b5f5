import type { Remote } from 'comlink';
import type {
  StreetApi,
  StreetFrame,
  StreetFrameRequest,
  StreetReady,
  StreetScenePlan,
  StreetStillRequest,
} from '../contracts/street';
import { AppError } from '../core/app-error';
import { WorkerHost } from './worker-host';

/**
 * A picture takes tenths of a second, on the slowest machines seconds. A worker that hangs must be found out before the run
 * gives up its perception, which waits for the picture (`HangWatch`, 30 s).
 */
const FRAME_TIMEOUT_MS = 20_000;

/** The street worker as the page sees it. The worker starts with the first `open` and ends with `dispose`. */
export class StreetClient implements StreetApi {
  readonly #createWorker: () => Worker;
  #host: WorkerHost<StreetApi> | null = null;
  #isDisposed = false;

  constructor(createWorker: () => Worker) {
    this.#createWorker = createWorker;
  }

  /** Throws AppError STREET_UNAVAILABLE; WORKER_GONE when the worker cannot start, or was disposed of meanwhile. */
  open(plan: StreetScenePlan): Promise<StreetReady> {
    if (!this.#isDisposed && (!this.#host || this.#host.isGone)) {
      this.#host = new WorkerHost<StreetApi>(this.#createWorker(), 'street');
    }
    return this.#call((remote) => remote.open(plan));
  }

  /** See `StreetApi.frame`; throws WORKER_GONE before `open`, after `dispose`, and when no picture came within 20 s. */
  frame(request: StreetFrameRequest): Promise<StreetFrame> {
    return this.#call((remote) => remote.frame(request), FRAME_TIMEOUT_MS);
  }

  /** See `StreetApi.still`; throws WORKER_GONE before `open` and after `dispose`. */
  still(request: StreetStillRequest): Promise<StreetFrame> {
    return this.#call((remote) => remote.still(request));
  }

  /** Ends the worker for good; calls under way reject with WORKER_GONE. Safe to call twice. */
  dispose(): void {
    this.#isDisposed = true;
    this.#host?.terminate();
  }

  async #call<T>(
    invoke: (remote: Remote<StreetApi>) => T | PromiseLike<T>,
    timeoutMs?: number,
  ): Promise<T> {
    if (!this.#host) throw new AppError('WORKER_GONE', 'The street worker is not running');
    return this.#host.call(invoke, timeoutMs);
  }
}
