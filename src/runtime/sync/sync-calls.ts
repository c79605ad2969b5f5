import { proxy, type Remote } from 'comlink';
import type {
  EndpointAccess,
  SyncWorkerApi,
  UploadPlan,
} from '../../core/sync-format/sync-worker-api';
import type { CancellableCall } from '../../core/sync-format/sync-worker-api';
import { endDeadWorker } from '../end-dead-worker';
import { WorkerHost } from '../worker-host';

/** Calls to the worker that speaks with endpoints: made with the first call, and made again when it is gone. */
export class SyncCalls {
  readonly #createWorker: () => Worker;
  #host: WorkerHost<SyncWorkerApi> | null = null;

  constructor(createWorker: () => Worker) {
    this.#createWorker = createWorker;
  }

  /** As long as it takes: requests have their own limits. */
  call<T>(invoke: (remote: Remote<SyncWorkerApi>) => T | PromiseLike<T>): Promise<T> {
    return this.#opened().call(invoke, null);
  }

  /** As {@link SyncWorkerApi.send}, ended by a signal. */
  send(
    access: EndpointAccess,
    plan: UploadPlan,
    onProgress: (sentBytes: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    return this.#cancellable('send', signal, (remote) =>
      remote.send(access, plan, proxy(onProgress)),
    );
  }

  /** As {@link SyncWorkerApi.download}, ended by a signal. */
  download(
    access: EndpointAccess,
    key: string,
    id: string,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<File> {
    return this.#cancellable('download', signal, (remote) =>
      remote.download(access, key, id, proxy(onProgress)),
    );
  }

  /** Ends the worker, and whatever it is doing. */
  end(): void {
    this.#host?.terminate();
    this.#host = null;
  }

  #opened(): WorkerHost<SyncWorkerApi> {
    if (this.#host && !this.#host.isGone) return this.#host;
    const host = new WorkerHost<SyncWorkerApi>(this.#createWorker(), 'sync');
    this.#host = host;
    void endDeadWorker(host, (name) => host.call((remote) => remote.holdLock(name), null));
    return host;
  }

  async #cancellable<T>(
    call: CancellableCall,
    signal: AbortSignal,
    invoke: (remote: Remote<SyncWorkerApi>) => T | PromiseLike<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    // A worker that is gone has nothing left to cancel.
    const cancel = (): void =>
      void this.call((remote) => remote.cancel(call)).catch(() => undefined);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await this.call(invoke);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }
}
