import type { RunStatus } from '../contracts/app';

/** Nothing runs and nothing is told: where a controller begins, and what every start goes back to. */
export const IDLE: RunStatus = {
  state: 'idle',
  step: null,
  runId: null,
  source: null,
  error: null,
  startedUnixMs: null,
  gaps: [],
  currentGap: null,
  detector: null,
  embedder: null,
  previewStream: null,
  warning: null,
};
