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
import type {
  CameraDevice,
  CameraInfo,
  SourceInfo,
  SourceNotice,
} from '../../../src/contracts/source';
import type { StreetChoice } from '../../../src/contracts/street';
import type { Track } from '../../../src/contracts/track';
import type { FrameResult } from '../../../src/contracts/worker-api';
import { SHOWROOM_STREET } from '../../../src/core/street-choice';
import { decisionOf, FakeGallery } from './fake-gallery';
import { DURATION_US, FAKE_SETTINGS, READY, sourceOf } from './fake-parts';
import { FakeRecognition } from './fake-recognition';
import { FakeSessionAnalysis } from './fake-session-analysis';
import { FakeSessions } from './fake-sessions';
import { FakeRecording } from './fake-recording';
import { FakeSessionFiles } from './fake-session-files';
import { FakeShelf } from './fake-shelf';
import { FakeSync } from './fake-sync';
import { ACTORS, actorTrack, drawScene, SCENE_HEIGHT_PX, SCENE_WIDTH_PX } from './fake-scene';
import {
  decidedPassages,
  drawStreet,
  leftAtS,
  STREET_CAMERAS,
  streetSource,
  streetTracks,
} from './fake-street';
import { IDLE } from '../../../src/runtime/idle-status';

const STEPS: readonly PreparingStep[] = [
  'opening-source',
  'measuring-backend',
  'loading-models',
  'warming-up',
];

/** In Node the script plays without its pictures. */
const HAS_PICTURES = typeof OffscreenCanvas !== 'undefined';

export interface FakeOptions {
  readonly vehicleCount?: number;
  /** Stops there while preparing, until `proceed`. */
  readonly holdAt?: PreparingStep;
}

/** Plays a scripted road or the Demo street: nothing is analysed, everything else behaves like the real controller. */
export class FakeController implements AnalysisController {
  readonly calls: string[] = [];
  readonly shelf = new FakeShelf();
  readonly recognition = new FakeRecognition();
  readonly sessions = new FakeSessions();
  readonly sessionAnalysis = new FakeSessionAnalysis(this.sessions);
  readonly sessionFiles = new FakeSessionFiles();
  readonly recording = new FakeRecording();
  readonly sync = new FakeSync();
  readonly gallery: FakeGallery;
  readonly identities = new Map<number, TrackIdentity>();
  hasTorch = false;
  isStreetGallery = false;
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
  #weather = SHOWROOM_STREET.weather;
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
    this.#showGallery(false);
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
    this.#showGallery(false);
    await this.#begin(sourceOf('file', file.name), () => null);
  }

  async startStreet(choice: Partial<StreetChoice> = {}): Promise<void> {
    this.calls.push(`startStreet ${JSON.stringify(choice)}`);
    this.#preview = null;
    this.#weather = choice.weather ?? SHOWROOM_STREET.weather;
    this.seconds = 0;
    this.identities.clear();
    this.#showGallery(true);
    await this.#begin(streetSource(Date.now()), () => null);
  }

  leaveStreet(): Promise<void> {
    this.calls.push('leaveStreet');
    this.identities.clear();
    this.set({ ...IDLE });
    this.#showGallery(false);
    return Promise.resolve();
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
    this.set({});
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
    if (this.status.source?.kind === 'street') return this.#tickStreet();
    if (this.#preview) drawScene(this.#preview, this.seconds);
    const [camera] = sourceOf('camera').cameras;
    if (!camera) return;
    const tracks = ACTORS.map((actor) => actorTrack(actor, this.seconds));
    const result = this.#result(camera, tracks);
    this.#identify();
    if (this.status.previewStream === null) {
      this.#showFrame(result, (context) => drawScene(context, this.seconds));
    }
    for (const listener of this.#resultListeners) listener(result);
  }

  /** Tells a decision. */
  identify(identity: TrackIdentity): void {
    this.identities.set(identity.trackId, identity);
    for (const listener of this.#identityListeners) listener(identity);
  }

  async #begin(source: SourceInfo, stream: () => MediaStream | null): Promise<void> {
    if (this.status.state === 'running' || this.status.state === 'paused') await this.#endRun();
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

  /** A run that gives way to another ends first, with its source still in the status. */
  async #endRun(): Promise<void> {
    await Promise.resolve();
    this.set({ state: 'idle', previewStream: null, currentGap: null });
    await Promise.resolve();
  }

  #tickStreet(): void {
    this.#identifyStreet();
    for (const camera of STREET_CAMERAS) {
      const result = this.#result(camera, streetTracks(camera.cameraId, this.seconds));
      this.#showFrame(result, (context) =>
        drawStreet(context, camera.cameraId, this.seconds, this.#weather),
      );
      for (const listener of this.#resultListeners) listener(result);
    }
  }

  #identifyStreet(): void {
    const originUnixMs = this.status.source?.originUnixMs ?? 0;
    for (const passage of decidedPassages(this.seconds)) {
      const { trackId, vehicleNumber, similarity } = passage;
      if (this.identities.has(trackId)) continue;
      const leftS = leftAtS(passage);
      this.identify({
        epoch: this.#epoch,
        trackId,
        decision: decisionOf(vehicleNumber, similarity),
        lastSeenUnixMs: leftS === null ? null : originUnixMs + leftS * 1000,
        lastSeenMediaUs: null,
        lastSeenLabel: leftS === null ? null : 'Camera A',
      });
    }
  }

  #showGallery(isStreet: boolean): void {
    if (isStreet === this.isStreetGallery) return;
    this.isStreetGallery = isStreet;
    this.gallery.showStreet(isStreet);
  }

  #result(camera: CameraInfo, tracks: readonly Track[]): FrameResult {
    this.#frameId += 1;
    return {
      meta: {
        epoch: this.#epoch,
        cameraId: camera.cameraId,
        frameId: this.#frameId,
        captureTimeUs: Math.round(this.seconds * 1e6),
        widthPx: camera.widthPx,
        heightPx: camera.heightPx,
      },
      detections: [],
      tracks,
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

  #showFrame(
    result: FrameResult,
    draw: (context: OffscreenCanvasRenderingContext2D) => void,
  ): void {
    if (!HAS_PICTURES) return;
    this.#canvas ??= new OffscreenCanvas(1, 1);
    this.#canvas.width = result.meta.widthPx;
    this.#canvas.height = result.meta.heightPx;
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    draw(context);
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

function subscribe<Listener>(listeners: Set<Listener>, listener: Listener): Unsubscribe {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
