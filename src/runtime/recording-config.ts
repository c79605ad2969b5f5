import type { RunStatus, Settings } from '../contracts/app';
import type { RecordingConfig } from '../contracts/recording';
import type { BlurChoice, SessionModel } from '../contracts/session';
import type { StageReady } from '../contracts/worker-api';
import { thresholdsFor } from '../core/match-thresholds';

/** Stays free for the gallery and for what the browser itself needs to go on: recording ends before. */
const RESERVE_BYTES = 50_000_000;

/** Pictures come, or may come any moment. */
export function isRunUnderWay({ state }: RunStatus): boolean {
  return state === 'running' || state === 'paused';
}

/** No more pictures come, and the last sighting is stored. */
export function isRunOver({ state }: RunStatus): boolean {
  return state === 'idle' || state === 'finished' || state === 'failed';
}

/** What a recording of this run, begun now, would be; null: there is none under way. */
export function recordingConfigOf(status: RunStatus, settings: Settings): RecordingConfig | null {
  const { runId, source, detector, embedder } = status;
  if (!isRunUnderWay(status) || !source || runId === null) return null;
  const { recording, masks, scoreThreshold, classes, matchThreshold } = settings;
  const cameraIds = new Set(source.cameras.map(({ cameraId }) => cameraId));
  return {
    furtherAnalysis: null,
    options: { ...recording, blur: doneBlur(recording.blur, detector) },
    runId,
    sourceKind: source.kind,
    sourceLabel: source.label,
    cameras: source.cameras.map((camera) => ({ ...camera, position: null })),
    originUnixMs: source.originUnixMs,
    timeBase: source.timeBase,
    pace: source.pace,
    framesPerSecond: source.framesPerSecond,
    masks: masks.filter(({ cameraId }) => cameraIds.has(cameraId)),
    models: [...modelOf('detect', detector), ...modelOf('embed', embedder)],
    settings: {
      scoreThreshold,
      classes,
      thresholds: embedder ? thresholdsFor(matchThreshold) : null,
    },
    reserveBytes: RESERVE_BYTES,
  };
}

function modelOf(task: SessionModel['task'], ready: StageReady | null): readonly SessionModel[] {
  return ready ? [{ task, ...ready.model, backend: ready.backend }] : [];
}

/** A session must not say that persons were blurred where nobody looked for them. */
function doneBlur(chosen: BlurChoice, detector: StageReady | null): BlurChoice {
  return detector?.findsPersons === false ? { ...chosen, isPersonBlurred: false } : chosen;
}
