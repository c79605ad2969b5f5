import type { WorkerHost } from './worker-host';

/**
 * A worker that the browser ends, as when memory runs out, tells nobody, and calls without a limit of time would wait for ever. But it lets go
 * of its locks: whoever gets the one it held knows, and ends its host, so that the calls are rejected with WORKER_GONE. `hold` has the worker hold
 * a lock of that name from now on. Resolves when the worker is gone; at once where there are no locks.
 */
export async function endDeadWorker<Api>(
  host: WorkerHost<Api>,
  hold: (lockName: string) => Promise<void>,
): Promise<void> {
  // Typed as always there: absent on plain http, and in Node 20.
  const { navigator } = globalThis as { navigator?: { locks?: LockManager } };
  const locks = navigator?.locks;
  if (!locks) return;
  const name = `resight:worker-${crypto.randomUUID()}`;
  try {
    await hold(name);
    await locks.request(name, () => undefined);
  } catch {
    return; // it has failed by itself, which its calls were told
  }
  host.terminate();
}
