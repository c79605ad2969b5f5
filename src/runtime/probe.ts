import type { ProbeApi } from '../contracts/worker-api';
import type { Probe } from './backend-selector';
import { WorkerHost } from './worker-host';

/** A candidate that needs longer than this to load and run a few times is no candidate. */
const PROBE_TIMEOUT_MS = 60_000;

/** Measures in a worker made for one measurement: a runtime's thread count cannot change within one. */
export function createProbe(createWorker: () => Worker, runtimeBaseUrl: string): Probe {
  return async (request, signal) => {
    signal.throwIfAborted();
    const host = new WorkerHost<ProbeApi>(createWorker(), 'probe');
    const stop = (): void => {
      host.terminate();
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await host.call(
        (remote) => remote.measure({ ...request, runtimeBaseUrl }),
        PROBE_TIMEOUT_MS,
      );
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      host.terminate();
    }
  };
}
