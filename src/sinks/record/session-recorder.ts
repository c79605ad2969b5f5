import type { ErrorData } from '../../contracts/errors';
import type {
  RecordedSighting,
  RecorderApi,
  RecorderEvent,
  RecordingConfig,
} from '../../contracts/recording';
import type { SessionGap, SessionHeader, SessionId } from '../../contracts/session';
import type { FrameResult } from '../../contracts/worker-api';
import { toErrorData } from '../../core/app-error';
import { Recording, type RecordingParts } from './recording';

/** What the recorder cannot do itself. */
export type SessionRecorderParts = Omit<RecordingParts, 'onProgress' | 'onFailed'>;

/** Everything behind `RecorderApi`, without the thread. One recording at a time. */
export class SessionRecorder implements RecorderApi {
  readonly #parts: SessionRecorderParts;
  readonly #listeners = new Set<(event: RecorderEvent) => void>();
  #recording: Recording | null = null;
  /** Kept for a recording that begins after the pictures were connected. */
  #port: MessagePort | null = null;
  #beginning: Promise<SessionId> | null = null;
  #ending: Promise<SessionHeader> | null = null;

  constructor(parts: SessionRecorderParts) {
    this.#parts = parts;
  }

  async arm(config: RecordingConfig): Promise<void> {
    await this.disarm();
    this.#open(config);
  }

  async disarm(): Promise<void> {
    if (this.#recording?.isWriting) return;
    this.#recording?.dispose();
    this.#recording = null;
  }

  async begin(config: RecordingConfig): Promise<SessionId> {
    if (this.#recording?.isWriting) {
      throw new RangeError('Expected no recording to be on, found one');
    }
    this.#ending = null;
    // What was kept was kept for this one; it may have got a title or other masks since.
    const armed = this.#recording;
    const recording = armed?.canBecome(config) === true ? armed : this.#open(config);
    if (recording !== armed) armed?.dispose();
    try {
      this.#beginning = recording.begin(config);
      return await this.#beginning;
    } catch (error) {
      recording.dispose();
      this.#recording = null;
      throw error;
    }
  }

  connectFrames(port: MessagePort): void {
    if (this.#recording) return this.#recording.connectFrames(port);
    this.#port?.close();
    this.#port = port;
  }

  addResult(result: FrameResult): void {
    this.#recording?.addResult(result);
  }

  addSighting(sighting: RecordedSighting): void {
    this.#recording?.addSighting(sighting);
  }

  addGap(gap: SessionGap): void {
    this.#recording?.addGap(gap);
  }

  finish(): Promise<SessionHeader> {
    return this.#end(null);
  }

  async discard(): Promise<void> {
    const recording = this.#recording;
    await this.#beginning?.catch(() => undefined); // told to whoever began it
    if (!recording?.isWriting || this.#ending) return;
    this.#recording = null;
    await recording.discard();
  }

  subscribe(listener: (event: RecorderEvent) => void): void {
    this.#listeners.add(listener);
  }

  #open(config: RecordingConfig): Recording {
    const recording = new Recording(config, {
      ...this.#parts,
      onProgress: (progress) => {
        this.#emit({ type: 'progress', progress });
      },
      onFailed: (error) => void this.#endBecause(error),
    });
    const port = this.#port;
    this.#port = null;
    if (port) recording.connectFrames(port);
    this.#recording = recording;
    return recording;
  }

  #end(error: ErrorData | null): Promise<SessionHeader> {
    const recording = this.#recording;
    if (!this.#ending) {
      if (!recording?.isWriting) {
        return Promise.reject(new RangeError('Expected a recording to be on, found none'));
      }
      this.#ending = this.#finish(recording, error);
    }
    return this.#ending;
  }

  async #finish(recording: Recording, error: ErrorData | null): Promise<SessionHeader> {
    await this.#beginning;
    try {
      return await recording.finish(error);
    } finally {
      if (this.#recording === recording) this.#recording = null;
    }
  }

  /** The recording cannot go on; what is stored becomes a session like any other. */
  async #endBecause(cause: unknown): Promise<void> {
    const error = toErrorData(cause);
    if (!this.#recording?.isWriting) {
      // Only the last seconds were kept, and the next start tells what is wrong.
      await this.disarm();
      return;
    }
    // The user has ended it meanwhile, and is told.
    if (this.#ending) return;
    const session = await this.#end(error).catch(() => null);
    this.#emit({ type: 'ended', session, error });
  }

  #emit(event: RecorderEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
