import type { RunStatus, Settings } from '../contracts/app';
import type { FurtherAnalysis, RecordingConfig } from '../contracts/recording';
import type { SessionHeader, SessionReader, SessionsClient } from '../contracts/session';
import type {
  SessionAnalysisOutcome,
  SessionAnalysisRequest,
  SessionAnalysisStatus,
} from '../contracts/session-analysis';
import type { FrameSource } from '../contracts/source';
import type { FrameResult } from '../contracts/worker-api';
import { analysisLabel } from '../core/analysis-label';
import { AppError } from '../core/app-error';
import type { Engine } from './engine';
import type { IdentityClient } from './identity-client';
import { IDLE } from './idle-status';
import type { ModelCatalogue } from './model-catalogue';
import type { PerceptionClient } from './perception-client';
import { RecorderWorker } from './recorder-worker';
import { recordingConfigOf } from './recording-config';
import { RecordingFeed } from './recording-feed';
import { Run, type RunHooks } from './run';
import { RunStatsCollector } from './run-stats';
import type { SettingsKeeper } from './settings-keeper';

/** Progress is told at this pace: often enough to be seen moving. */
const TELL_INTERVAL_MS = 250;
/** Names of further result sets, with a number. */
const RESULT_SET_NAME = /^again-(\d+)$/;

/** The pictures of a session; opened more than once when a worker must be started again. */
export type SessionPictures = FrameSource & { readonly damagedSegmentCount: number };

/** What analyses of sessions work with. */
export interface SessionJobParts {
  readonly perception: PerceptionClient;
  /** Used for nothing else: an analysis writes to a guest gallery of it, and the user's own stays in use. */
  readonly identity: IdentityClient;
  /** IndexedDB name of that gallery. */
  readonly galleryName: string;
  /** Loads the models into these two. */
  readonly engine: Engine;
  readonly createRecorder: () => Worker;
  readonly sessions: Pick<SessionsClient, 'open'>;
  readonly settings: SettingsKeeper;
  readonly catalogue: Pick<ModelCatalogue, 'find'>;
  createPictures(options: {
    readonly session: SessionReader;
    readonly isAnalysedOnly: boolean;
  }): Promise<SessionPictures>;
}

/** One analysis of a stored session: a run over its pictures, whose results are recorded into it. */
export class SessionAnalysisJob {
  readonly #request: SessionAnalysisRequest;
  readonly #parts: SessionJobParts;
  readonly #signal: AbortSignal;
  readonly #tell: (status: SessionAnalysisStatus) => void;
  readonly #settings: Settings;
  readonly #recorder: RecorderWorker;
  readonly #stats = new RunStatsCollector();
  #runStatus: RunStatus = IDLE;
  #run: Run | null = null;
  #feed: RecordingFeed | null = null;
  #isRecording = false;
  #pictures: SessionPictures | null = null;
  #epoch = 0;
  #lastToldMs = -Infinity;
  /** The recorder gave up. */
  #failure: AppError | null = null;

  constructor(
    request: SessionAnalysisRequest,
    parts: SessionJobParts,
    signal: AbortSignal,
    tell: (status: SessionAnalysisStatus) => void,
  ) {
    this.#request = request;
    this.#parts = parts;
    this.#signal = signal;
    this.#tell = tell;
    const { scoreThreshold, inputSidePx } = request;
    const { current } = parts.settings;
    this.#settings = { ...current, scoreThreshold, inputSideOverridePx: inputSidePx };
    this.#recorder = new RecorderWorker(parts.createRecorder, {
      onEvent: (event) => {
        if (event.type === 'ended') this.#fail(new AppError(event.error.code, event.error.message));
      },
      onGone: (reason) => {
        this.#fail(reason);
      },
    });
  }

  /** As `SessionAnalysisClient.start`. Call once. */
  async run(): Promise<SessionAnalysisOutcome> {
    const { identity } = this.#parts;
    const reader = await this.#open();
    const run = new Run(this.#hooks(reader));
    this.#run = run;
    const stop = (): void => void run.stop();
    this.#signal.addEventListener('abort', stop, { once: true });
    const unsubscribers = [
      identity.onEvent((event) => this.#feed?.noteIdentity(event)),
      identity.onGone((_, isInUse) => {
        if (isInUse) void run.reconnectIdentity();
      }),
    ];
    try {
      return await this.#analyse(run, reader);
    } finally {
      this.#signal.removeEventListener('abort', stop);
      this.#tellFinishing();
      await run.stop();
      this.#feed?.close();
      await this.#endRecorder();
      for (const unsubscribe of unsubscribers) unsubscribe();
      identity.leaveGuest();
    }
  }

  async #open(): Promise<SessionReader> {
    const { sessionId } = this.#request;
    const reader = await this.#parts.sessions.open(sessionId);
    this.#signal.throwIfAborted();
    if (reader?.header.state !== 'complete')
      throw new RangeError(
        `Expected a complete session ${sessionId}, found ${reader?.header.state ?? 'none'}`,
      );
    return reader;
  }

  async #analyse(run: Run, reader: SessionReader): Promise<SessionAnalysisOutcome> {
    // No picture is analysed before its results can be recorded.
    run.setPaused(true);
    await run.begin();
    const config = this.#config(reader.header);
    this.#isRecording = true;
    await this.#recorder.call((remote) => remote.begin(config));
    const { identity } = this.#parts;
    const feed = new RecordingFeed({ worker: this.#recorder, identity, config, startedUs: 0 });
    this.#feed = feed;
    this.#throwIfOver();
    run.setPaused(false);
    await run.ended;
    this.#throwIfOver();
    this.#tellFinishing();
    // Their sightings are stored; this waits for the words of it, too.
    await feed.tellLiving(true);
    await feed.settle();
    const session = await this.#recorder.call((remote) => remote.finish());
    const resultSet = config.furtherAnalysis.resultSet.id;
    const damagedSegmentCount = this.#pictures?.damagedSegmentCount ?? 0;
    return { session, resultSet, damagedSegmentCount };
  }

  #config(header: SessionHeader): RecordingConfig & { readonly furtherAnalysis: FurtherAnalysis } {
    const config = recordingConfigOf(this.#runStatus, this.#settings);
    if (!config) throw new AppError('INTERNAL', 'Expected a run over a session, found none');
    const { kind } = header;
    return {
      ...config,
      // Pictures of vehicles, when the session has any. What had to be made unrecognisable in them is so in its video.
      options: {
        kind: kind === 'video' ? 'crops' : kind,
        blur: { isPlateBlurred: false, isPersonBlurred: false },
        preRollS: 0,
        postRollS: 0,
      },
      furtherAnalysis: {
        sessionId: header.id,
        resultSet: { id: nextResultSetId(header), label: this.#label() },
      },
    };
  }

  #label(): string {
    const { detector } = this.#runStatus;
    const asked = this.#request.label.trim();
    if (asked !== '' || !detector) return asked;
    const title = this.#parts.catalogue.find(detector.model.id)?.title ?? detector.model.id;
    return analysisLabel(title, `${detector.backend.inputSidePx} px`, Date.now());
  }

  #hooks(session: SessionReader): RunHooks {
    const { perception, identity, engine } = this.#parts;
    const { isAnalysedOnly } = this.#request;
    return {
      perception,
      identity,
      engine,
      analysisPace: 'offline',
      settings: () => this.#settings,
      createSource: async () => {
        this.#pictures = await this.#parts.createPictures({ session, isAnalysedOnly });
        return this.#pictures;
      },
      nextEpoch: () => {
        this.#epoch += 1;
        return this.#epoch;
      },
      enterGallery: () => identity.enterGuest(this.#parts.galleryName),
      isWatched: () => false,
      onStatus: (change) => {
        this.#runStatus = { ...this.#runStatus, runId: this.#run?.runId ?? null, ...change };
      },
      onResult: (result, preview) => {
        preview?.close();
        this.#onResult(result, session.header);
      },
      onEnded: () => undefined,
    };
  }

  #onResult(result: FrameResult, { startUs, endUs }: SessionHeader): void {
    if (result.meta.epoch !== this.#epoch) return;
    this.#feed?.noteResult(result);
    this.#stats.noteResult(result);
    const nowMs = performance.now();
    if (nowMs - this.#lastToldMs < TELL_INTERVAL_MS) return;
    this.#lastToldMs = nowMs;
    const { progress } = this.#stats.stats(this.#runStatus.source, this.#pictures);
    const share = (result.meta.captureTimeUs - startUs) / Math.max(1, endUs - startUs);
    this.#tell({
      state: 'running',
      sessionId: this.#request.sessionId,
      fraction: Math.min(1, Math.max(0, share)),
      analysedCount: this.#stats.analysedCount,
      remainingMs: progress?.remainingMs ?? null,
    });
  }

  #fail(error: AppError): void {
    this.#failure ??= error;
    void this.#run?.stop();
  }

  #throwIfOver(): void {
    if (this.#failure) throw this.#failure;
    this.#signal.throwIfAborted();
  }

  #tellFinishing(): void {
    this.#tell({ state: 'finishing', sessionId: this.#request.sessionId });
  }

  /** What was not finished is removed; where that fails, the next start does it. */
  async #endRecorder(): Promise<void> {
    if (!this.#isRecording) return;
    await this.#recorder.call((remote) => remote.discard()).catch(() => undefined);
    this.#recorder.dispose();
  }
}

/** The lowest number that no result set of the session has had. */
function nextResultSetId({ resultSets }: SessionHeader): string {
  const numbers = resultSets.map(({ id }) => Number(RESULT_SET_NAME.exec(id)?.[1] ?? 0));
  return `again-${Math.max(0, ...numbers) + 1}`;
}
