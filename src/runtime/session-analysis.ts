import type { Unsubscribe } from '../contracts/app';
import type {
  SessionAnalysisClient,
  SessionAnalysisOutcome,
  SessionAnalysisRequest,
  SessionAnalysisStatus,
} from '../contracts/session-analysis';
import { AppError } from '../core/app-error';
import { deleteDatabase } from '../storage/delete-database';
import { Emitter } from './emitter';
import type { SessionAnalysisJob, SessionJobParts } from './session-analysis-job';
import { WakeLock } from './wake-lock';

const OFF: SessionAnalysisStatus = { state: 'off' };

/** Analyses stored sessions again, one at a time. */
export class SessionAnalysis implements SessionAnalysisClient {
  readonly #parts: SessionJobParts;
  readonly #events = new Emitter<[SessionAnalysisStatus]>();
  readonly #wakeLock = new WakeLock();
  #status = OFF;
  #abort: AbortController | null = null;
  #ended: Promise<unknown> = Promise.resolve();
  #isElsewhereBusy = (): boolean => false;

  constructor(parts: SessionJobParts) {
    this.#parts = parts;
  }

  get status(): SessionAnalysisStatus {
    return this.#status;
  }

  /** One is under way, in any phase of it. */
  get isOn(): boolean {
    return this.#abort !== null;
  }

  onStatus(listener: (status: SessionAnalysisStatus) => void): Unsubscribe {
    return this.#events.add(listener);
  }

  /** `isElsewhereBusy`: the device analyses or records something else now. Call once. */
  follow(isElsewhereBusy: () => boolean): void {
    this.#isElsewhereBusy = isElsewhereBusy;
  }

  /** At the app's start: the gallery of an analysis that the app went away from. It has pictures of vehicles. */
  async removeLeftovers(): Promise<void> {
    try {
      await deleteDatabase(this.#parts.galleryName);
    } catch (error) {
      // Another tab is analysing.
      if (!(error instanceof AppError && error.code === 'GALLERY_IN_USE')) throw error;
    }
  }

  /** Throws AppError ANALYSIS_BUSY while one is under way: two analyses at once would both be slow, and need the memory of two. */
  expectOff(): void {
    if (this.isOn)
      throw new AppError('ANALYSIS_BUSY', 'Expected no session to be analysed again, found one');
  }

  async start(request: SessionAnalysisRequest): Promise<SessionAnalysisOutcome> {
    this.expectOff();
    if (this.#isElsewhereBusy())
      throw new AppError('ANALYSIS_BUSY', 'Expected no run and no recording, found one');
    const abort = new AbortController();
    this.#abort = abort;
    this.#wakeLock.set(true);
    this.#tell({ state: 'preparing', sessionId: request.sessionId });
    const working = this.#work(request, abort.signal);
    this.#ended = working.catch(() => undefined); // told to whoever started it
    try {
      return await working;
    } finally {
      this.#abort = null;
      this.#wakeLock.set(false);
      this.#tell(OFF);
    }
  }

  async cancel(): Promise<void> {
    this.#abort?.abort(new DOMException('The analysis was cancelled', 'AbortError'));
    await this.#ended;
  }

  async #work(request: SessionAnalysisRequest, signal: AbortSignal) {
    const job = await this.#createJob(request, signal);
    return job.run();
  }

  /** Its code comes when a session is first analysed again: the first page stays small. */
  async #createJob(
    request: SessionAnalysisRequest,
    signal: AbortSignal,
  ): Promise<SessionAnalysisJob> {
    const { SessionAnalysisJob: Job } = await import('./session-analysis-job');
    return new Job(request, this.#parts, signal, (status) => {
      this.#tell(status);
    });
  }

  #tell(status: SessionAnalysisStatus): void {
    this.#status = status;
    this.#events.emit(status);
  }
}
