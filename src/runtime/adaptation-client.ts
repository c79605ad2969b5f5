import { proxy, transfer } from 'comlink';
import type {
  AdaptationApi,
  AdaptationOutcome,
  AdaptationProgress,
  PairSet,
} from '../contracts/recognition';
import { WorkerHost } from './worker-host';

/** Learns in a worker of its own. Takes the pairs' vectors over; AbortError on abort, AppError WORKER_GONE. */
export type LearnAdaptation = (
  pairs: PairSet,
  acceptBefore: number,
  onProgress: (progress: AdaptationProgress) => void,
  signal: AbortSignal,
) => Promise<AdaptationOutcome>;

/** The worker, with its large library, is made when something is to be learned, and ended with it. */
export function createLearnAdaptation(createWorker: () => Worker): LearnAdaptation {
  return async (pairs, acceptBefore, onProgress, signal) => {
    signal.throwIfAborted();
    const host = new WorkerHost<AdaptationApi>(createWorker(), 'adaptation');
    const stop = (): void => {
      host.terminate();
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      // As long as it takes: progress is shown, and the user may end it.
      return await host.call<AdaptationOutcome>(
        (remote) =>
          remote.learn(transfer(pairs, [pairs.vectors.buffer]), acceptBefore, proxy(onProgress)),
        null,
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
