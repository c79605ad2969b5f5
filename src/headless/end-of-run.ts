import type { RunStatus } from '../contracts/app';
import type { HeadlessServices } from './services';

const ENDED_STATES: ReadonlySet<RunStatus['state']> = new Set(['finished', 'failed', 'idle']);

/** Resolves with the status a run ended with, at once when none is under way. */
export function endOfRun(controller: HeadlessServices['controller']): Promise<RunStatus> {
  return new Promise((resolve) => {
    const look = (status: RunStatus): void => {
      if (!ENDED_STATES.has(status.state)) return;
      stop();
      resolve(status);
    };
    const stop = controller.onStatus(look);
    look(controller.status);
  });
}
