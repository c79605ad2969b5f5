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

  /** See `StreetApi.frame`; throws WORKER_GONE before `open` and after `dispose`. */
  frame(request: StreetFrameRequest): Promise<StreetFrame> {
    return this.#call((remote) => remote.frame(request));
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

  async #call<T>(invoke: (remote: Remote<StreetApi>) => T | PromiseLike<T>): Promise<T> {
    if (!this.#host) throw new AppError('WORKER_GONE', 'The street worker is not running');
    return this.#host.call(invoke);
  }
}
