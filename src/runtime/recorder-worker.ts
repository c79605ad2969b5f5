import { proxy, transfer, type Remote } from 'comlink';
import type { RecorderApi, RecorderEvent } from '../contracts/recording';
import type { RecorderTap } from '../contracts/recorder-tap';
import { AppError } from '../core/app-error';
import { WorkerHost } from './worker-host';

/** What becomes of what the worker tells. */
export interface RecorderWorkerHooks {
  onEvent(event: RecorderEvent): void;
  /** It died by itself: a session it wrote is offered as interrupted. The next call starts another. */
  onGone(reason: AppError): void;
}

/** The recording worker as the page sees it. It starts with the first call: whoever never records pays nothing. */
export class RecorderWorker {
  readonly #createWorker: () => Worker;
  readonly #hooks: RecorderWorkerHooks;
  #host: Promise<WorkerHost<RecorderApi>> | null = null;
  #isDisposed = false;

  constructor(createWorker: () => Worker, hooks: RecorderWorkerHooks) {
    this.#createWorker = createWorker;
    this.#hooks = hooks;
  }

  async call<T>(invoke: (remote: Remote<RecorderApi>) => T | PromiseLike<T>): Promise<T> {
    if (this.#isDisposed) throw new AppError('WORKER_GONE', 'The recording worker was ended');
    this.#host ??= this.#start();
    return (await this.#host).call(invoke);
  }

  /** A tap whose pictures this worker takes, in place of the one before. */
  async tap(isEveryFrameSent: boolean): Promise<RecorderTap> {
    const { port1, port2 } = new MessageChannel();
    await this.call((remote) => remote.connectFrames(transfer(port1, [port1])));
    return { port: port2, isEveryFrameSent };
  }

  /** Ends the worker for good; every later call rejects with `WORKER_GONE`. */
  dispose(): void {
    this.#isDisposed = true;
    this.#host?.then(
      (host) => {
        host.terminate();
      },
      () => undefined, // it never began, which was told to whoever called it
    );
  }

  async #start(): Promise<WorkerHost<RecorderApi>> {
    const host = new WorkerHost<RecorderApi>(this.#createWorker(), 'recording');
    host.onGone = (reason) => {
      this.#host = null;
      this.#hooks.onGone(reason);
    };
    await host.call((remote) =>
      remote.subscribe(
        proxy((event: RecorderEvent) => {
          this.#hooks.onEvent(event);
        }),
      ),
    );
    return host;
  }
}
