import { expose } from 'comlink';
import type { RunStatus } from '../../../src/contracts/app';
import type { RecorderApi, RecorderEvent, RecordingConfig } from '../../../src/contracts/recording';
import type { RecordingOptions, SessionHeader } from '../../../src/contracts/session';
import type { FrameResult, IdentityEvent, TracedSighting } from '../../../src/contracts/worker-api';
import type { VehicleSummary } from '../../../src/contracts/gallery';
import type { AppError } from '../../../src/core/app-error';
import { asOneCamera } from '../../../src/core/source-cameras';
import { Emitter } from '../../../src/runtime/emitter';
import { IDLE } from '../../../src/runtime/idle-status';
import { RunRecorder } from '../../../src/runtime/recording';
import { installErrorTransfer } from '../../../src/runtime/rpc-errors';
import { SettingsKeeper } from '../../../src/runtime/settings-keeper';

export const ORIGIN_UNIX_MS = 1_700_000_000_000;

const source = asOneCamera({
  kind: 'camera' as const,
  pace: 'live' as const,
  cameraId: 'gate',
  label: 'Gate',
  widthPx: 64,
  heightPx: 36,
  framesPerSecond: 10,
  durationUs: null,
  originUnixMs: ORIGIN_UNIX_MS,
  timeBase: 'wall' as const,
  codec: null,
  notice: null,
});

/** A camera that runs. */
export const RUNNING: RunStatus = { ...IDLE, state: 'running', runId: 'run', source };

/** An analysed frame with nothing in it. */
function resultAt(captureTimeUs: number): FrameResult {
  return {
    meta: { epoch: 1, cameraId: 'gate', frameId: 0, captureTimeUs, widthPx: 64, heightPx: 36 },
    detections: [],
    tracks: [],
    ended: [],
    bridges: [],
    stageMs: { prepare: 0, detect: 0, track: 0, crop: 0 },
    framePath: 'canvas',
    droppedCount: 0,
    receivedUnixMs: 0,
  };
}

/** A sighting as the identity worker tells of it. */
export function seen(
  id: string,
  change: { readonly startUs?: number; readonly runId?: string; readonly crop?: Blob | null } = {},
): TracedSighting {
  const { startUs = 5_000, runId = 'run', crop = new Blob(['now']) } = change;
  const decision = {
    outcome: 'new' as const,
    vehicleId: `vehicle of ${id}`,
    vehicleNumber: 3,
    similarity: null,
    thresholds: { accept: 0.8, keep: 0.7 },
    candidates: [],
    cropTimesUs: [],
    requiredSimilarity: null,
    revisionCount: 0,
  };
  return {
    sighting: {
      id,
      vehicleId: decision.vehicleId,
      runId,
      cameraId: 'gate',
      cameraLabel: 'Gate',
      sourceKind: 'camera',
      vehicleClass: 'car',
      startUnixMs: 0,
      endUnixMs: 1,
      originUnixMs: 0,
      startMediaUs: null,
      endMediaUs: null,
      hitCount: 4,
      space: 'space',
      cropId: `crop of ${id}`,
      decision,
    },
    trace: {
      epoch: 1,
      trackIds: [1],
      startUs,
      endUs: startUs + 4_000,
      descriptor: Float32Array.of(1, 0),
      crop,
    },
  };
}

/** A recorder behind a real message channel, as a worker has one, and a run that a test plays. */
export class RecordingScene {
  /** What the recorder was told, in order. */
  readonly told: string[] = [];
  readonly sightings: Parameters<RecorderApi['addSighting']>[0][] = [];
  readonly gaps: Parameters<RecorderApi['addGap']>[0][] = [];
  /** What perception was told, in order. */
  readonly perceived: string[] = [];
  readonly configs: RecordingConfig[] = [];
  /** Thrown by the next `begin`. */
  beginError: AppError | null = null;
  living: readonly TracedSighting[] = [];
  readonly settings = new SettingsKeeper({
    get: () => null,
    set: () => undefined,
    remove: () => undefined,
  });
  readonly perception = {
    isReady: true,
    onWorker: () => Promise.resolve(),
    setBlur: async (blur: { readonly isPlateBlurred: boolean }): Promise<void> => {
      this.perceived.push(blur.isPlateBlurred ? 'blur' : 'no blur');
    },
    connectRecorder: async (tap: { readonly isEveryFrameSent: boolean } | null): Promise<void> => {
      this.perceived.push(tap ? `tap, every frame: ${tap.isEveryFrameSent}` : 'no tap');
    },
  };
  readonly recorder: RunRecorder;
  #status: RunStatus = IDLE;
  readonly #statusEvents = new Emitter<[RunStatus]>();
  readonly #resultEvents = new Emitter<[FrameResult]>();
  readonly #identityEvents = new Emitter<[IdentityEvent]>();
  #tell: (event: RecorderEvent) => void = () => undefined;
  #fail: (event: Event) => void = () => undefined;

  constructor(options: Partial<RecordingOptions> = {}) {
    const { settings, perception } = this;
    settings.update({ recording: { ...settings.current.recording, ...options } });
    this.recorder = new RunRecorder({
      createWorker: () => this.#createWorker(),
      perception,
      identity: {
        onEvent: (listener) => this.#identityEvents.add(listener),
        livingSightings: () => Promise.resolve(this.living),
        crop: (cropId) => Promise.resolve(new Blob([cropId])),
      },
      settings,
    });
    const status = (): RunStatus => this.#status;
    this.recorder.follow({
      get status() {
        return status();
      },
      onStatus: (listener) => this.#statusEvents.add(listener),
      onResult: (listener) => this.#resultEvents.add(listener),
    });
  }

  /** The run goes on to this. */
  run(status: RunStatus): void {
    this.#status = status;
    this.#statusEvents.emit(status);
  }
  result(captureTimeUs: number): void {
    this.#resultEvents.emit(resultAt(captureTimeUs));
  }
  /** The gallery has stored it. */
  stored(traced: TracedSighting): void {
    const vehicle = {} as VehicleSummary; // nobody looks at it
    this.#identityEvents.emit({ type: 'sighting', vehicle, ...traced });
  }
  /** The recorder tells this. */
  tell(event: RecorderEvent): void {
    this.#tell(event);
  }
  /** The recording worker dies. */
  die(): void {
    this.#fail(Object.assign(new Event('error'), { message: 'out of memory' }));
  }

  #header(): SessionHeader {
    return { id: 'session', endedBecause: null } as SessionHeader; // nobody looks at the rest
  }

  #api(): RecorderApi {
    const { told } = this;
    return {
      arm: async () => void told.push('arm'),
      disarm: async () => void told.push('disarm'),
      begin: async (config) => {
        told.push('begin');
        this.configs.push(config);
        const error = this.beginError;
        this.beginError = null;
        if (error) throw error;
        return 'session';
      },
      connectFrames: (port) => {
        told.push('connect');
        port.close();
      },
      addResult: ({ meta }) => void told.push(`result ${meta.captureTimeUs}`),
      addSighting: (sighting) => {
        told.push(`sighting ${sighting.sighting.id}`);
        this.sightings.push(sighting);
      },
      addGap: (gap) => void this.gaps.push(gap),
      discard: async () => void told.push('discard'),
      finish: async () => {
        told.push('finish');
        return this.#header();
      },
      subscribe: (listener) => {
        this.#tell = listener;
      },
    };
  }

  #createWorker(): Worker {
    installErrorTransfer();
    const { port1, port2 } = new MessageChannel();
    expose(this.#api(), port1);
    // A port has what comlink needs of a worker, but for its end.
    const worker = port2 as unknown as Worker;
    worker.terminate = () => {
      port1.close();
    };
    const listen = worker.addEventListener.bind(worker);
    worker.addEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
      if (type === 'error') this.#fail = listener as (event: Event) => void;
      else listen(type, listener);
    };
    port2.start();
    return worker;
  }
}
