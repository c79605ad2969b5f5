import type {
  AnalysisController,
  PreparingStep,
  RunProgress,
  RunStats,
  RunStatus,
  Settings,
  Unsubscribe,
} from '../../../src/contracts/app';
import type { ErrorCode } from '../../../src/contracts/errors';
import type { FrameImage } from '../../../src/contracts/frame';
import type { TrackIdentity } from '../../../src/contracts/match';
import type { ModelManifest } from '../../../src/contracts/model';
import type { CameraDevice, SourceInfo, SourceNotice } from '../../../src/contracts/source';
import type { FrameResult } from '../../../src/contracts/worker-api';
import { decisionOf, FakeGallery } from './fake-gallery';
import { ACTORS, actorTrack, drawScene, SCENE_HEIGHT_PX, SCENE_WIDTH_PX } from './fake-scene';
import { IDLE } from '../../../src/runtime/idle-status';

const DURATION_US = 74_000_000;
const STEPS: readonly PreparingStep[] = [
  'opening-source',
  'measuring-backend',
  'loading-models',
  'warming-up',
];

const DETECTOR: ModelManifest = {
  id: 'fake',
  task: 'detect',
  title: 'NanoDet (built in)',
  file: 'fake.onnx',
  sha256: '',
  bytes: 0,
  input: {
    name: 'input',
    sidePx: null,
    strideMultiple: 32,
    channelOrder: 'BGR',
    mean: [0, 0, 0],
    std: [1, 1, 1],
    padValue: 0,
  },
  output: { type: 'nanodet-dfl', heads: [], classes: [], binCount: 11 },
  preprocessVersion: 1,
  licence: 'Apache-2.0',
  origin: '',
};

const FAKE_SETTINGS: Settings = {
  camera: { deviceId: null, heightPx: 720, facingMode: 'environment', torch: false },
  scoreThreshold: 0.35,
  matchThreshold: 0.8,
  classes: ['car', 'motorcycle', 'bus', 'truck'],
  layers: { boxes: true, labels: true, trails: true },
  isHudVisible: false,
  theme: 'system',
  retention: { maxAgeDays: 30, maxVehicleCount: 20_000 },
  detectorId: 'fake',
  backendOverride: null,
  inputSideOverridePx: null,
};

/** In Node the script plays without its pictures. */
const HAS_PICTURES = typeof OffscreenCanvas !== 'undefined';

export interface FakeOptions {
  readonly vehicleCount?: number;
  /** Stops there while preparing, until `proceed`. */
  readonly holdAt?: PreparingStep;
}

/** Plays a scripted street: nothing is analysed, everything else behaves like the real controller. */
export class FakeController implements AnalysisController {
  readonly calls: string[] = [];
  readonly detectors = [DETECTOR];
  readonly gallery: FakeGallery;
  readonly identities = new Map<number, TrackIdentity>();
  hasTorch = false;
  status: RunStatus = IDLE;
  settings: Settings = FAKE_SETTINGS;
  drawMs: number[] = [];
  /** What `reportDraw` was told about first paintings. */
  paintedUnixMs: (number | null)[] = [];
  seconds = 0;
  nextError: ErrorCode | null = null;
  /** What the next source has to say. */
  nextNotice: SourceNotice | null = null;
  cameras: readonly CameraDevice[] = [
    { deviceId: 'front', label: 'FaceTime HD Camera' },
    { deviceId: 'street', label: 'Street camera (USB)' },
  ];
  readonly #holdAt: PreparingStep | null;
  readonly #statusListeners = new Set<(status: RunStatus) => void>();
  readonly #resultListeners = new Set<(result: FrameResult) => void>();
  readonly #frameListeners = new Set<(image: FrameImage, result: FrameResult) => void>();
  readonly #identityListeners = new Set<(identity: TrackIdentity) => void>();
  readonly #cameraListeners = new Set<() => void>();
  #canvas: OffscreenCanvas | null = null;
  #preview: CanvasRenderingContext2D | null = null;
  #epoch = 0;
  #frameId = 0;

  constructor(options: FakeOptions = {}) {
    this.gallery = new FakeGallery(options.vehicleCount ?? 0);
    this.#holdAt = options.holdAt ?? null;
  }

  onStatus(listener: (status: RunStatus) => void): Unsubscribe {
    return subscribe(this.#statusListeners, listener);
  }

  onResult(listener: (result: FrameResult) => void): Unsubscribe {
    return subscribe(this.#resultListeners, listener);
  }

  onFrame(listener: (image: FrameImage, result: FrameResult) => void): Unsubscribe {
    return subscribe(this.#frameListeners, listener);
  }

  onIdentity(listener: (identity: TrackIdentity) => void): Unsubscribe {
    return subscribe(this.#identityListeners, listener);
  }

  stats(): RunStats {
    return {
      framesPerSecond: 14.2,
      analysedCount: this.#frameId,
      droppedCount: 12,
      stageMs: {
        decode: 0,
        prepare: 0.6,
        detect: 41,
        track: 0.14,
        embed: 6.2,
        match: 0.3,
        draw: 0.2,
      },
      latencyMs: this.status.source?.pace === 'live' ? 68 : null,
      framePath: 'i420-simd',
      confirmedTrackCount: 5,
      progress: this.#progress(),
    };
  }

  listCameras(): Promise<readonly CameraDevice[]> {
    this.calls.push('listCameras');
    return Promise.resolve(this.cameras);
  }

  onCamerasChanged(listener: () => void): Unsubscribe {
    return subscribe(this.#cameraListeners, listener);
  }

  /** Plugs cameras in and out: these are there now. */
  plug(cameras: readonly CameraDevice[]): void {
    this.cameras = cameras;
    for (const listener of this.#cameraListeners) listener();
  }

  async startCamera(): Promise<void> {
    this.calls.push('startCamera');
    if (!HAS_PICTURES) return this.#begin(sourceOf('camera'), () => null);
    const canvas = document.createElement('canvas');
    canvas.width = SCENE_WIDTH_PX;
    canvas.height = SCENE_HEIGHT_PX;
    this.#preview = canvas.getContext('2d');
    if (this.#preview) drawScene(this.#preview, 0);
    await this.#begin(sourceOf('camera'), () => canvas.captureStream(30));
  }

  async openVideo(file: File): Promise<void> {
    this.calls.push(`openVideo ${file.name}`);
    this.#preview = null;
    await this.#begin({ ...sourceOf('file'), label: file.name }, () => null);
  }

  pause(): void {
    this.calls.push('pause');
    this.set({ state: 'paused' });
  }

  resume(): void {
    this.calls.push('resume');
    this.set({ state: 'running' });
  }

  stop(): Promise<void> {
    this.calls.push('stop');
    this.identities.clear();
    this.set({ ...IDLE });
    return Promise.resolve();
  }

  updateSettings(change: Partial<Settings>): void {
    this.calls.push(`updateSettings ${JSON.stringify(change)}`);
    this.settings = { ...this.settings, ...change };
  }

  measureAgain(): void {
    this.calls.push('measureAgain');
  }

  reportDraw(ms: number, receivedUnixMs: number | null): void {
    this.drawMs.push(ms);
    this.paintedUnixMs.push(receivedUnixMs);
  }

  /** Changes the status as the machinery would. */
  set(change: Partial<RunStatus>): void {
    this.status = { ...this.status, ...change };
    for (const listener of this.#statusListeners) listener(this.status);
  }

  fail(code: ErrorCode, message = 'Expected a picture, got none'): void {
    this.set({ ...IDLE, state: 'failed', error: { code, message } });
  }

  /** Goes on from the step it was held at. */
  proceed(): void {
    this.set({ state: 'running', step: null, detector: READY, embedder: READY });
  }

  /** Shows the scene's next moment, `stepSeconds` later, with boxes and decisions. */
  tick(stepSeconds = 0.1): void {
    this.seconds += stepSeconds;
    if (this.#preview) drawScene(this.#preview, this.seconds);
    const result = this.#result();
    this.#identify();
    if (this.status.previewStream === null) this.#showFrame(result);
    for (const listener of this.#resultListeners) listener(result);
  }

  /** Tells a decision. */
  identify(identity: TrackIdentity): void {
    this.identities.set(identity.trackId, identity);
    for (const listener of this.#identityListeners) listener(identity);
  }

  async #begin(source: SourceInfo, stream: () => MediaStream | null): Promise<void> {
    this.#epoch += 1;
    this.#frameId = 0;
    for (const step of STEPS) {
      this.set({ ...IDLE, state: 'preparing', step });
      if (this.#holdAt === step) return;
      await Promise.resolve();
    }
    if (this.nextError) {
      const code = this.nextError;
      this.fail(code);
      throw new Error(code);
    }
    this.set({
      step: null,
      source: { ...source, notice: this.nextNotice },
      previewStream: stream(),
      startedUnixMs: source.originUnixMs,
    });
    this.proceed();
  }

  #result(): FrameResult {
    this.#frameId += 1;
    return {
      meta: {
        epoch: this.#epoch,
        cameraId: 'camera-1',
        frameId: this.#frameId,
        captureTimeUs: Math.round(this.seconds * 1e6),
        widthPx: SCENE_WIDTH_PX,
        heightPx: SCENE_HEIGHT_PX,
      },
      detections: [],
      tracks: ACTORS.map((actor) => actorTrack(actor, this.seconds)),
      ended: [],
      bridges: [],
      stageMs: { prepare: 0.6, detect: 41, track: 0.14, crop: 0.2 },
      framePath: 'i420-simd',
      droppedCount: 12,
      receivedUnixMs: Date.now(),
    };
  }

  #identify(): void {
    for (const { trackId, vehicleNumber, similarity } of ACTORS) {
      if (vehicleNumber === null || this.identities.has(trackId)) continue;
      const identity: TrackIdentity = {
        epoch: this.#epoch,
        trackId,
        decision: decisionOf(vehicleNumber, similarity),
        lastSeenUnixMs: similarity === null ? null : new Date(2026, 4, 12, 14, 2).getTime(),
        lastSeenMediaUs: null,
        lastSeenLabel: null,
      };
      this.identify(identity);
    }
  }

  #showFrame(result: FrameResult): void {
    if (!HAS_PICTURES) return;
    this.#canvas ??= new OffscreenCanvas(SCENE_WIDTH_PX, SCENE_HEIGHT_PX);
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    drawScene(context, this.seconds);
    const image = this.#canvas.transferToImageBitmap();
    for (const listener of this.#frameListeners) listener(image, result);
    image.close();
  }

  #progress(): RunProgress | null {
    if (this.status.source?.pace !== 'offline') return null;
    return {
      analysedCount: this.#frameId,
      positionUs: 31_000_000,
      durationUs: DURATION_US,
      framesPerSecond: 46,
      remainingMs: 23_000,
    };
  }
}

const READY = {
  backend: {
    provider: 'wasm',
    threadCount: 2,
    inputSidePx: 416,
    origin: 'remembered',
    measuredMs: 41,
  },
  loadMs: 180,
  warmUpMs: 90,
} as const;

function sourceOf(kind: 'camera' | 'file'): SourceInfo {
  const isFile = kind === 'file';
  return {
    kind,
    pace: isFile ? 'offline' : 'live',
    cameraId: 'camera-1',
    label: isFile ? 'busy-junction.mp4' : 'Street camera (USB)',
    widthPx: SCENE_WIDTH_PX,
    heightPx: SCENE_HEIGHT_PX,
    framesPerSecond: 30,
    durationUs: isFile ? DURATION_US : null,
    originUnixMs: Date.now() - 600_000,
    timeBase: isFile ? 'media' : 'wall',
    codec: null,
    notice: null,
  };
}

function subscribe<Listener>(listeners: Set<Listener>, listener: Listener): Unsubscribe {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
