import { proxy, type Remote } from 'comlink';
import type {
  EndpointAccess,
  SyncWorkerApi,
  UploadPlan,
} from '../../core/sync-format/sync-worker-api';
import type { CancellableCall } from '../../core/sync-format/sync-worker-api';
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
    void watch(host);
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

/**
 * A worker that the browser ends, as when memory runs out, tells nobody, and calls without a limit of time would wait for ever. But it lets go
 * of its locks: whoever gets the one it held knows.
 */
async function watch(host: WorkerHost<SyncWorkerApi>): Promise<void> {
  // Typed as always there: absent on plain http, and in Node 20.
  const { navigator } = globalThis as { navigator?: { locks?: LockManager } };
  const locks = navigator?.locks;
  if (!locks) return;
  const name = `resight-sync:worker-${crypto.randomUUID()}`;
  try {
    await host.call((remote) => remote.holdLock(name), null);
    await locks.request(name, () => undefined);
  } catch {
    return; // it has failed by itself, which its calls were told
  }
  host.terminate();
}
