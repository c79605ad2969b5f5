import type {
  CameraInfo,
  FrameFeed,
  FrameSource,
  SourceEvent,
  SourceFrame,
  SourceInfo,
  SourcePace,
} from '../contracts/source';
import type { StreetSession } from './street-session';

/** Which of a street's cameras a source is. */
export interface StreetCameraPlace {
  readonly index: number;
  /** Of cameras that take turns: the pictures of one lie `index / count` of an interval after the first one's. */
  readonly count: number;
}

/**
 * One virtual camera of the Demo street.
 *
 * Offline: every picture of the street's length, each drawn when it is asked for; times are positions.
 *
 * Live: like a camera of that rate whose newest picture is taken: pictures that nobody asked for in time are
 * dropped, never drawn. Times are times of day. The street itself moves with them, but by a tenth of a second between
 * two pictures at most: where the machine is too slow it goes slower instead of jumping. While the run is paused or the tab
 * hidden, both stand still: nothing is dropped meanwhile, and from then on times of day are late by that pause.
 */
export class StreetCameraSource implements FrameSource {
  readonly kind = 'street';
  readonly pace: SourcePace;
  readonly previewStream = null;
  readonly deliveredCount = null;
  readonly #session: StreetSession;
  readonly #place: StreetCameraPlace;
  readonly #intervalUs: number;
  readonly #closing = new AbortController();
  #signal: AbortSignal | null = null;
  #camera: CameraInfo | null = null;
  #hasFeed = false;
  #droppedCount = 0;
  #renderMsTotal = 0;

  /** Joins the session, which may be shared with the street's other cameras. */
  constructor(session: StreetSession, place: StreetCameraPlace) {
    const { framesPerSecond, pace } = session.choice;
    if (!(framesPerSecond > 0)) {
      throw new RangeError(`Expected a frame rate above 0, got ${framesPerSecond}`);
    }
    this.#session = session;
    this.#place = place;
    this.#intervalUs = 1e6 / framesPerSecond;
    this.pace = pace;
    session.join(this);
  }

  /** Drawing takes the place of decoding. */
  get decodeMsTotal(): number {
    return this.#renderMsTotal;
  }

  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** Throws AppError STREET_UNAVAILABLE; AbortError when it is called off or closed meanwhile. */
  async open(signal: AbortSignal): Promise<SourceInfo> {
    if (this.#signal) throw new RangeError('StreetCameraSource.open may be called once');
    const either = AbortSignal.any([signal, this.#closing.signal]);
    this.#signal = either;
    either.throwIfAborted();
    signal.addEventListener('abort', () => void this.close(), { once: true });
    try {
      const ready = await orAborted(this.#session.open(), either);
      const camera = ready.cameras[this.#place.index];
      if (!camera) {
        throw new RangeError(`Expected ${this.#place.count} cameras, got ${ready.cameras.length}`);
      }
      this.#camera = camera;
      return this.#describe(camera);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  feed(): FrameFeed {
    const camera = this.#camera;
    if (!camera) throw new RangeError('StreetCameraSource.feed needs open first');
    if (this.#hasFeed) throw new RangeError('StreetCameraSource.feed may be called once');
    this.#hasFeed = true;
    return { type: 'pull', isMadeOnDemand: true, frames: () => this.#frames(camera) };
  }

  /** Neither muted nor lost: what goes wrong is thrown by the feed. */
  onEvent(_listener: (event: SourceEvent) => void): () => void {
    return () => undefined;
  }

  close(): Promise<void> {
    this.#closing.abort(new DOMException('The street was closed', 'AbortError'));
    this.#session.leave(this);
    return Promise.resolve();
  }

  #describe(camera: CameraInfo): SourceInfo {
    const { framesPerSecond, durationUs } = this.#session.choice;
    const isLive = this.pace === 'live';
    return {
      kind: this.kind,
      pace: this.pace,
      ...camera,
      cameras: [camera],
      framesPerSecond,
      durationUs: isLive ? null : durationUs,
      originUnixMs: this.#session.originUnixMs,
      timeBase: isLive ? 'wall' : 'media',
      codec: null,
      notice: null,
    };
  }

  async *#frames({ cameraId }: CameraInfo): AsyncGenerator<SourceFrame, void, undefined> {
    const { signal } = this.#closing;
    let tick = -1;
    try {
      for (;;) {
        const next = this.pace === 'live' ? await this.#dueTick(tick) : tick + 1;
        if (next === null || signal.aborted || this.#isPastEnd(next)) break;
        if (tick >= 0) this.#droppedCount += next - tick - 1;
        tick = next;
        const { renderMs, ...frame } = await this.#session.draw(cameraId, this.#timeUs(tick));
        if (signal.aborted) {
          frame.image.close();
          break;
        }
        this.#renderMsTotal += renderMs;
        yield frame;
      }
    } catch (error) {
      // A drawer that was ended rejects what was under way.
      if (!signal.aborted) throw error;
    }
  }

  /** The newest picture that is due and later than any other of the street; waits for one. Null when closed. */
  async #dueTick(tick: number): Promise<number | null> {
    const { clock } = this.#session;
    for (;;) {
      if (this.#closing.signal.aborted) return null;
      const nowUs = this.#session.noteAsked();
      // Other cameras may have drawn while this one waited.
      const next = Math.max(tick + 1, this.#firstTickAfter(this.#session.lastUs));
      const waitUs = this.#timeUs(next) - nowUs;
      if (waitUs <= 0) return Math.max(next, this.#tickAt(nowUs));
      await clock.wait(waitUs / 1000, this.#closing.signal);
    }
  }

  #firstTickAfter(timeUs: number): number {
    if (timeUs < 0) return 0;
    const tick = this.#tickAt(timeUs);
    return this.#timeUs(tick) > timeUs ? tick : tick + 1;
  }

  #tickAt(timeUs: number): number {
    return Math.floor(timeUs / this.#intervalUs - this.#place.index / this.#place.count);
  }

  #timeUs(tick: number): number {
    return Math.round((tick + this.#place.index / this.#place.count) * this.#intervalUs);
  }

  #isPastEnd(tick: number): boolean {
    return this.pace === 'offline' && this.#timeUs(tick) >= this.#session.choice.durationUs;
  }
}

/** What the promise says, or the signal's reason if that comes first. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error); // ours and the run's are DOMExceptions
    signal.addEventListener('abort', onAbort, { once: true });
    promise.finally(() => signal.removeEventListener('abort', onAbort)).then(resolve, reject);
  });
}
