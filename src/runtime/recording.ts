import type { AnalysisController, RunStatus, Unsubscribe } from '../contracts/app';
import type {
  RecorderEvent,
  RecordingClient,
  RecordingConfig,
  RecordingStatus,
} from '../contracts/recording';
import type { BlurChoice } from '../contracts/session';
import type { FrameResult } from '../contracts/worker-api';
import { AppError, toErrorData } from '../core/app-error';
import { requestPersistence } from '../storage/quota';
import { Emitter } from './emitter';
import type { IdentityClient } from './identity-client';
import type { PerceptionClient } from './perception-client';
import { RecorderWorker } from './recorder-worker';
import { isRunOver, isRunUnderWay, recordingConfigOf } from './recording-config';
import { RecordingFeed } from './recording-feed';
import type { SettingsKeeper } from './settings-keeper';

const NO_BLUR: BlurChoice = { isPlateBlurred: false, isPersonBlurred: false };

/** What a run recorder works with. */
export interface RunRecorderParts {
  readonly createWorker: () => Worker;
  readonly perception: Pick<PerceptionClient, 'setBlur' | 'connectRecorder' | 'isReady'> & {
    onWorker: () => Promise<void>;
  };
  readonly identity: Pick<IdentityClient, 'onEvent' | 'livingSightings' | 'crop'>;
  readonly settings: SettingsKeeper;
}

/** The run as a recorder follows it. */
export type FollowedRun = Pick<AnalysisController, 'status' | 'onStatus' | 'onResult'>;

/** A recording that is armed or on. */
interface RecordingInHand {
  readonly config: RecordingConfig;
  readonly feed: RecordingFeed;
}

/** Records runs: joins the perception worker, what the page hears of a run, and the recording worker. */
export class RunRecorder implements RecordingClient {
  readonly #parts: RunRecorderParts;
  readonly #worker: RecorderWorker;
  readonly #events = new Emitter<[RecordingStatus]>();
  #status: RecordingStatus;
  #run: FollowedRun | null = null;
  #inHand: RecordingInHand | null = null;
  #lastResultUs = 0;
  /** When the post-roll is over, on the source's clock. */
  #endsAtUs = Infinity;
  #postRollTimer: ReturnType<typeof setTimeout> | undefined;
  #starting: Promise<void> | null = null;
  #ending: Promise<void> | null = null;
  /** Arming and disarming, one after the other. */
  #arming: Promise<void> = Promise.resolve();

  constructor(parts: RunRecorderParts) {
    this.#parts = parts;
    this.#status = {
      state: 'off',
      options: parts.settings.current.recording,
      progress: null,
      error: null,
      lastSession: null,
    };
    this.#worker = new RecorderWorker(parts.createWorker, {
      onEvent: (event) => {
        this.#onEvent(event);
      },
      onGone: (reason) => {
        this.#end({ error: toErrorData(reason) });
      },
    });
    parts.perception.onWorker = () => this.#connect();
    parts.identity.onEvent((event) => this.#inHand?.feed.noteIdentity(event));
    parts.settings.onChange((change) => {
      if (!change.recording && !change.masks) return;
      this.#patch({ options: parts.settings.current.recording });
      if (!this.isOn) this.#rearm();
    });
  }

  get status(): RecordingStatus {
    return this.#status;
  }

  /** A session is being written, in any phase of it. */
  get isOn(): boolean {
    return this.#status.state !== 'off' && this.#status.state !== 'armed';
  }

  onStatus(listener: (status: RecordingStatus) => void): Unsubscribe {
    return this.#events.add(listener);
  }

  /** From here on this controller's runs can be recorded. Call once. */
  follow(run: FollowedRun): void {
    this.#run = run;
    run.onStatus((status) => {
      this.#onRun(status);
    });
    run.onResult((result) => {
      this.#onResult(result);
    });
  }

  /** The page goes away: what can be finished is, the rest is offered as interrupted at the next start. */
  leave(): void {
    if (this.isOn) void this.#finishQuietly();
  }

  start(): Promise<void> {
    if (!this.isOn) this.#starting = this.#start();
    return this.#starting ?? Promise.resolve();
  }

  async stop(): Promise<void> {
    // What could not begin has told why.
    await this.#starting?.catch(() => undefined);
    const { state } = this.#status;
    const postRollS = this.#inHand?.config.options.postRollS ?? 0;
    if (state !== 'recording' || postRollS === 0) return this.isOn ? this.#finish() : undefined;
    this.#patch({ state: 'post-roll' });
    this.#endsAtUs = this.#lastResultUs + postRollS * 1e6;
    // A file may be analysed slower than it plays; of a camera nothing may come any more.
    if (this.#inHand?.config.pace === 'live') {
      this.#postRollTimer = setTimeout(() => void this.#finishQuietly(), postRollS * 1000);
    }
    return this.#whenOff();
  }

  async #start(): Promise<void> {
    this.#patch({ state: 'starting', error: null, progress: null });
    // Asked here because some browsers want a gesture for it; a refusal changes nothing for this recording.
    void requestPersistence();
    try {
      await this.#arming;
      await this.#begin();
    } catch (error) {
      this.#end({ error: toErrorData(error) });
      throw error;
    }
  }

  async #begin(): Promise<void> {
    const config = this.#newConfig();
    if (!config) {
      throw new AppError('INTERNAL', 'Expected a run to be recorded, found none that is under way');
    }
    const armed = this.#inHand;
    const inHand = armed ? { ...armed, config } : this.#takeInHand(config);
    this.#inHand = inHand;
    if (!armed) await this.#parts.perception.setBlur(config.options.blur);
    await this.#worker.call((remote) => remote.begin(config));
    if (!armed) await this.#connectTap(config);
    this.#endsAtUs = Infinity;
    this.#ending = null;
    this.#patch({ state: 'recording' });
    await inHand.feed.tellLiving(false);
    // It ended while the session was made.
    if (this.#isOver()) void this.#finishQuietly();
  }

  #newConfig(): RecordingConfig | null {
    const status = this.#run?.status;
    return status ? recordingConfigOf(status, this.#parts.settings.current) : null;
  }

  #takeInHand(config: RecordingConfig): RecordingInHand {
    const { identity } = this.#parts;
    const startedUs = this.#lastResultUs;
    const feed = new RecordingFeed({ worker: this.#worker, identity, config, startedUs });
    feed.noteGaps(this.#run?.status.gaps ?? []);
    return { config, feed };
  }

  /** The run in hand is over, or another one has begun. */
  #isOver(): boolean {
    const { status } = this.#run ?? {};
    const runId = this.#inHand?.config.runId;
    return status !== undefined && (isRunOver(status) || status.runId !== runId);
  }

  #onRun(status: RunStatus): void {
    if (isRunUnderWay(status) && !this.#inHand && !this.isOn && !this.#status.error) this.#arm();
    this.#inHand?.feed.noteGaps(status.gaps);
    if (!this.#inHand || !this.#isOver()) return;
    if (!this.isOn) this.#disarm();
    else if (this.#status.state !== 'starting') void this.#finishQuietly();
  }

  #onResult(result: FrameResult): void {
    this.#lastResultUs = result.meta.captureTimeUs;
    if (this.#status.state === 'finishing') return;
    this.#inHand?.feed.noteResult(result);
    if (this.#status.state === 'post-roll' && this.#lastResultUs >= this.#endsAtUs) {
      void this.#finishQuietly();
    }
  }

  /** Keeps the last seconds from here on, if the user wants that. */
  #arm(): void {
    const config = this.#newConfig();
    if (!config || config.options.preRollS === 0) return;
    this.#inHand = this.#takeInHand(config);
    this.#patch({ state: 'armed' });
    this.#inTurn(async () => {
      await this.#worker.call((remote) => remote.arm(config));
      await this.#connect();
    });
  }

  #disarm(): void {
    if (!this.#inHand || this.isOn) return;
    this.#letGo();
    this.#patch({ state: 'off' });
    this.#inTurn(async () => {
      await this.#disconnect();
      await this.#worker.call((remote) => remote.disarm());
    });
  }

  #rearm(): void {
    this.#disarm();
    if (this.#run && isRunUnderWay(this.#run.status)) this.#arm();
  }

  #inTurn(work: () => Promise<void>): void {
    this.#arming = this.#arming.then(work).catch((error: unknown) => {
      this.#end({ error: toErrorData(error) });
    });
  }

  /** Makes the perception worker send what the recording in hand wants; also a new one, in mid-run. */
  async #connect(): Promise<void> {
    const config = this.#inHand?.config;
    if (!config) return;
    await this.#parts.perception.setBlur(config.options.blur);
    await this.#connectTap(config);
  }

  async #connectTap({ options, pace }: RecordingConfig): Promise<void> {
    if (options.kind !== 'video') return;
    await this.#parts.perception.connectRecorder(await this.#worker.tap(pace === 'live'));
  }

  /** First of all: a file's analysis waits for a recorder that does not answer. */
  async #disconnect(): Promise<void> {
    const { perception } = this.#parts;
    if (!perception.isReady) return;
    // A worker that died sends nothing more in any case.
    await perception.connectRecorder(null).catch(() => undefined);
    await perception.setBlur(NO_BLUR).catch(() => undefined);
  }

  #finish(): Promise<void> {
    this.#ending ??= this.#close();
    return this.#ending;
  }

  /** Its failure is in the status. */
  async #finishQuietly(): Promise<void> {
    await this.#finish().catch(() => undefined);
  }

  async #close(): Promise<void> {
    const feed = this.#inHand?.feed;
    await feed?.tellLiving(true);
    await feed?.settle();
    this.#patch({ state: 'finishing' });
    await this.#disconnect();
    try {
      const lastSession = await this.#worker.call((remote) => remote.finish());
      this.#end({ lastSession });
    } catch (error) {
      this.#end({ error: toErrorData(error) });
      throw error;
    }
  }

  #onEvent(event: RecorderEvent): void {
    if (event.type === 'progress') {
      if (this.isOn) this.#patch({ progress: event.progress });
      return;
    }
    const { session, error } = event;
    this.#end(session ? { error, lastSession: session } : { error });
  }

  /** The recording is over. Without an error the last seconds are kept again, while the run goes on. */
  #end(change: Partial<Pick<RecordingStatus, 'error' | 'lastSession'>>): void {
    this.#letGo();
    this.#inTurn(() => this.#disconnect());
    this.#patch({ state: 'off', progress: null, ...change });
    if (!change.error && this.#run && isRunUnderWay(this.#run.status)) this.#arm();
  }

  #letGo(): void {
    clearTimeout(this.#postRollTimer);
    this.#inHand?.feed.close();
    this.#inHand = null;
  }

  #whenOff(): Promise<void> {
    return new Promise((resolve) => {
      const unsubscribe = this.onStatus(() => {
        if (this.isOn) return;
        unsubscribe();
        resolve();
      });
    });
  }

  #patch(change: Partial<RecordingStatus>): void {
    this.#status = { ...this.#status, ...change };
    this.#events.emit(this.#status);
  }
}
