import type {
  AnalysisController,
  GalleryClient,
  RecognitionTools,
  RunStats,
  RunStatus,
  Settings,
  Unsubscribe,
} from '../contracts/app';
import type { ErrorData } from '../contracts/errors';
import type { FrameImage } from '../contracts/frame';
import type { TrackIdentity } from '../contracts/match';
import type { CameraDevice, FrameSource, SourcePace } from '../contracts/source';
import type { SessionsClient } from '../contracts/session';
import type { SessionFilesClient } from '../contracts/export';
import type { SessionAnalysisClient } from '../contracts/session-analysis';
import type { RecordingClient } from '../contracts/recording';
import type { ModelShelf } from '../contracts/shelf';
import type { StreetChoice } from '../contracts/street';
import type { SyncClient } from '../contracts/sync';
import type { FrameResult, IdentityEvent } from '../contracts/worker-api';
import { AppError, isAbort, toErrorData } from '../core/app-error';
import { SHOWROOM_STREET } from '../core/street-choice';
import { requestPersistence } from '../storage/quota';
import { Emitter } from './emitter';
import { IDLE } from './idle-status';
import { LivingIdentities } from './living-identities';
import type { ControllerParts } from './controller-parts';
import { Run, type RunHooks } from './run';
import { RunStatsCollector } from './run-stats';
import { torchOf } from './torch-source';
import { WakeLock } from './wake-lock';

/** The Demo street's vehicles do not belong among the user's own. */
const STREET_DATABASE_NAME = 'resight-street';

/** Which gallery a run writes to. */
type GalleryChoice = 'own' | 'street';

type CreateSource = (previous: FrameSource | null) => Promise<FrameSource>;

/** States in which a run holds the source and must not be disturbed. */
const BUSY_STATES: ReadonlySet<RunStatus['state']> = new Set([
  'preparing',
  'running',
  'paused',
  'stopping',
]);

/** Starts, pauses and stops runs, and tells whoever listens. One run at a time. */
export class ResightController implements AnalysisController {
  readonly shelf: ModelShelf;
  readonly recognition: RecognitionTools;
  readonly sessions: SessionsClient;
  readonly sessionFiles: SessionFilesClient;
  readonly recording: RecordingClient;
  readonly sync: SyncClient;
  readonly sessionAnalysis: SessionAnalysisClient;
  readonly #parts: ControllerParts;
  readonly #statusEvents = new Emitter<[RunStatus]>();
  readonly #resultEvents = new Emitter<[FrameResult]>();
  readonly #frameEvents = new Emitter<[FrameImage, FrameResult]>();
  readonly #identityEvents = new Emitter<[TrackIdentity]>();
  readonly #living = new LivingIdentities();
  readonly #wakeLock = new WakeLock();
  #status: RunStatus = IDLE;
  #stats = new RunStatsCollector();
  #run: Run | null = null;
  /** Of the run that was asked for last. */
  #galleryChoice: GalleryChoice = 'own';
  #source: FrameSource | null = null;
  #epoch = 0;
  #startNumber = 0;
  /** Sightings that wait in memory because storage refuses them. */
  #pendingSightingCount = 0;
  #storageWarning: ErrorData | null = null;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.shelf = parts.shelf;
    this.recognition = parts.recognition;
    this.sessions = parts.sessions;
    this.sessionFiles = parts.sessionFiles;
    this.recording = parts.recording;
    this.sync = parts.sync;
    this.sessionAnalysis = parts.sessionAnalysis;
    parts.settings.onChange((change) => {
      this.#onSettings(change);
    });
    parts.identity.onEvent((event) => {
      this.#onIdentityEvent(event);
    });
    parts.recording.follow(this);
    parts.sync.follow(this);
    parts.sessionAnalysis.follow(() => this.#isRunOn);
    parts.identity.onGone((reason, isInUse) => {
      this.#patch({ warning: toErrorData(reason) });
      if (isInUse) void this.#run?.reconnectIdentity();
    });
  }

  get status(): RunStatus {
    return this.#status;
  }

  get settings(): Settings {
    return this.#parts.settings.current;
  }

  get gallery(): GalleryClient {
    return this.#parts.identity;
  }

  get isStreetGallery(): boolean {
    return this.#parts.identity.isGuest;
  }

  get identities(): ReadonlyMap<number, TrackIdentity> {
    return this.#living.all;
  }

  /** Something is analysed or recorded, or sightings wait to be written: the page must not be reloaded. */
  get isBusy(): boolean {
    return this.#isRunOn || this.#parts.sessionAnalysis.isOn || this.#pendingSightingCount > 0;
  }

  get #isRunOn(): boolean {
    return BUSY_STATES.has(this.#status.state) || this.#parts.recording.isOn;
  }

  get hasTorch(): boolean {
    return torchOf(this.#source) !== null;
  }

  onStatus(listener: (status: RunStatus) => void): Unsubscribe {
    return this.#statusEvents.add(listener);
  }

  onResult(listener: (result: FrameResult) => void): Unsubscribe {
    return this.#resultEvents.add(listener);
  }

  onFrame(listener: (image: FrameImage, result: FrameResult) => void): Unsubscribe {
    return this.#frameEvents.add(listener);
  }

  onIdentity(listener: (identity: TrackIdentity) => void): Unsubscribe {
    return this.#identityEvents.add(listener);
  }

  stats(): RunStats {
    return this.#stats.stats(this.#status.source, this.#source);
  }

  /** Sums over the run so far, or over the last one. */
  get totals(): RunStatsCollector['totals'] {
    return this.#stats.totals;
  }

  listCameras(): Promise<readonly CameraDevice[]> {
    return this.#parts.listCameras();
  }

  onCamerasChanged(listener: () => void): Unsubscribe {
    return this.#parts.onCamerasChanged(listener);
  }

  startCamera(): Promise<void> {
    return this.#start('live', 'own', (previous) =>
      this.#parts.createCameraSource(this.settings, previous),
    );
  }

  openVideo(file: File): Promise<void> {
    return this.#start('offline', 'own', () => this.#parts.createFileSource(file));
  }

  startStreet(choice: Partial<StreetChoice> = {}): Promise<void> {
    const street = { ...SHOWROOM_STREET, ...choice };
    // A live street, too, would rather go slower than be looked at with half an eye.
    return this.#start('offline', 'street', () => this.#parts.createStreetSource(street));
  }

  async leaveStreet(): Promise<void> {
    // Another run that is about to begin puts its own gallery in use.
    if (this.#galleryChoice !== 'street') return;
    this.#galleryChoice = 'own';
    // A street that waits for the run before it to end does not begin.
    this.#startNumber += 1;
    const startNumber = this.#startNumber;
    await this.stop();
    if (startNumber !== this.#startNumber) return;
    this.#parts.identity.leaveGuest();
    this.#status = { ...IDLE, warning: this.#storageWarning };
    this.#statusEvents.emit(this.#status);
  }

  pause(): void {
    if (this.#status.state !== 'running') return;
    this.#run?.setPaused(true);
    this.#patch({ state: 'paused' });
  }

  resume(): void {
    if (this.#status.state !== 'paused') return;
    this.#stats.breakRate();
    this.#run?.setPaused(false);
    this.#patch({ state: 'running' });
  }

  async stop(): Promise<void> {
    if (!this.#run) return;
    this.#patch({ state: 'stopping' });
    await this.#run.stop();
  }

  updateSettings(change: Partial<Settings>): void {
    this.#parts.settings.update(change);
  }

  #onSettings(change: Partial<Settings>): void {
    if (change.retention) {
      this.#parts.identity.setRetention(change.retention).catch((error: unknown) => {
        this.#patch({ warning: toErrorData(error) });
      });
    }
    if (change.camera) this.#applyTorch();
    if (this.#status.state === 'running' || this.#status.state === 'paused') {
      this.#parts.engine.applyLive(this.settings).catch((error: unknown) => {
        this.#patch({ warning: toErrorData(error) });
      });
    }
    this.#statusEvents.emit(this.#status);
  }

  measureAgain(): void {
    this.#parts.selector.forget();
  }

  reportDraw(ms: number, receivedUnixMs: number | null): void {
    const isLive = this.#status.source?.pace === 'live';
    this.#stats.noteDraw(
      ms,
      isLive && receivedUnixMs !== null ? Date.now() - receivedUnixMs : null,
    );
  }

  async #start(
    analysisPace: SourcePace,
    gallery: GalleryChoice,
    createSource: CreateSource,
  ): Promise<void> {
    this.#galleryChoice = gallery;
    this.#startNumber += 1;
    const startNumber = this.#startNumber;
    await this.#run?.stop();
    // A later start (a second file dropped while the first run was stopping) has taken over.
    if (startNumber !== this.#startNumber) return;
    this.#stats = new RunStatsCollector();
    this.#source = null;
    const run = new Run(this.#hooks(analysisPace, gallery, createSource));
    this.#run = run;
    this.#status = { ...IDLE, state: 'preparing', step: 'opening-source', runId: run.runId };
    this.#statusEvents.emit(this.#status);
    this.#wakeLock.set(true);
    // Asked here because some browsers want a gesture for it; a refusal changes nothing for this run.
    void requestPersistence();
    try {
      await run.begin();
    } catch (error) {
      await this.#finish(run, error);
      if (isAbort(error)) return;
      throw error;
    }
    void this.#sampleIdentityTimings();
    void run.ended.then(
      () => this.#finish(run, null),
      (error: unknown) => this.#finish(run, error),
    );
  }

  /** The one place where a run becomes history. */
  async #finish(run: Run, error: unknown): Promise<void> {
    if (this.#run !== run) return;
    this.#wakeLock.set(false);
    this.#run = null;
    this.#living.clear();
    const wasStopped = run.wasStopped || isAbort(error);
    const failure = error === null || isAbort(error) ? null : toErrorData(error);
    this.#patch({
      state: failure ? 'failed' : wasStopped ? 'idle' : 'finished',
      step: null,
      error: failure,
      previewStream: null,
      currentGap: null,
    });
    await this.#sampleIdentityTimings();
  }

  #hooks(analysisPace: SourcePace, gallery: GalleryChoice, createSource: CreateSource): RunHooks {
    return {
      analysisPace,
      perception: this.#parts.perception,
      identity: this.#parts.identity,
      engine: this.#parts.engine,
      settings: () => this.settings,
      createSource: async (previous) => {
        const source = await createSource(previous);
        this.#stats.noteSourceOpened(this.#source);
        this.#source = source;
        return source;
      },
      nextEpoch: () => {
        this.#living.clear();
        this.#epoch += 1;
        return this.#epoch;
      },
      enterGallery: async () => {
        this.#parts.sessionAnalysis.expectOff();
        if (gallery === 'street') await this.#parts.identity.enterGuest(STREET_DATABASE_NAME);
        else this.#parts.identity.leaveGuest();
      },
      isWatched: () => this.#frameEvents.hasListeners,
      onStatus: (change) => {
        // A camera that is back takes its own warning back, not the one of a storage that is still full.
        const isStorageFull = change.warning === null && this.#pendingSightingCount > 0;
        this.#patch(isStorageFull ? { ...change, warning: this.#storageWarning } : change);
        if (change.source) this.#applyTorch();
      },
      onResult: (result, preview) => {
        this.#onResult(result, preview);
      },
      onEnded: (ended) => {
        this.#stats.noteEnded(ended);
      },
    };
  }

  #onResult(result: FrameResult, preview: FrameImage | null): void {
    const source = this.#status.source;
    try {
      if (!source || result.meta.epoch !== this.#epoch) return;
      this.#stats.noteResult(result);
      this.#living.noteResult(result);
      this.#resultEvents.emit(result);
      if (preview) this.#frameEvents.emit(preview, result);
      this.#living.noteEnded(result);
    } finally {
      preview?.close();
    }
    if (this.#stats.analysedCount % 10 === 0) void this.#sampleIdentityTimings();
  }

  async #sampleIdentityTimings(): Promise<void> {
    const stats = this.#stats;
    // Figures only: where the worker is gone, which is told elsewhere, the last ones stand.
    const timings = await this.#parts.identity.timings().catch(() => null);
    if (timings) stats.noteIdentity(timings);
  }

  #onIdentityEvent(event: IdentityEvent): void {
    if (event.type === 'identity') {
      if (event.identity.epoch !== this.#epoch) return;
      this.#living.add(event.identity);
      this.#identityEvents.emit(event.identity);
    } else if (event.type === 'storage-error') {
      this.#pendingSightingCount = event.pendingCount;
      this.#storageWarning = event.error;
      this.#patch({ warning: event.error });
    } else if (event.type === 'storage-recovered') {
      this.#pendingSightingCount = 0;
      // Whatever else was warned of since stays.
      if (this.#status.warning === this.#storageWarning) this.#patch({ warning: null });
      this.#storageWarning = null;
    } else if (event.type === 'embedding-error') {
      this.#patch({ warning: event.error });
    }
  }

  #applyTorch(): void {
    torchOf(this.#source)
      ?.setTorch(this.settings.camera.torch)
      .catch((error: unknown) => {
        this.#patch({
          warning: toErrorData(
            new AppError('CAMERA_UNSUPPORTED', 'The lamp could not be switched', { cause: error }),
          ),
        });
      });
  }

  #patch(change: Partial<RunStatus>): void {
    this.#status = { ...this.#status, ...change };
    this.#statusEvents.emit(this.#status);
  }
}
