import { LatestSlot } from '../../core/latest-slot';

/** A frame and when it arrived. */
export interface LiveFrame {
  readonly frame: VideoFrame;
  readonly receivedUnixMs: number;
}

/** What becomes of the frames of a feed. */
export interface LiveFeedHooks {
  /** Live frames are closed unseen while true. */
  isPaused(): boolean;
  noteReceived(): void;
  /** A frame was closed unseen because the feed is paused. */
  noteDropped(): void;
  /** Takes a frame that a newer one replaced, or that came too late. */
  passOver(item: LiveFrame): void;
  /** Takes the frame. One call at a time; what it throws ends the feed. */
  analyze(item: LiveFrame): Promise<void>;
}

/**
 * One frame in flight and one waiting: reads a live stream as fast as it comes and analyses the newest.
 * A camera stalls when its frames are held, so the others are passed over at once.
 */
export class LiveFeed {
  readonly #reader: ReadableStreamDefaultReader<VideoFrame>;
  readonly #hooks: LiveFeedHooks;
  readonly #slot: LatestSlot<LiveFrame>;

  /** Owns the stream. */
  constructor(readable: ReadableStream<VideoFrame>, hooks: LiveFeedHooks) {
    this.#reader = readable.getReader();
    this.#hooks = hooks;
    this.#slot = new LatestSlot((item) => {
      hooks.passOver(item);
    });
  }

  /** Resolves when the stream has ended or `stop` was called, and the last analysis is over. */
  async run(): Promise<void> {
    const pumping = this.#pump();
    try {
      for (;;) {
        const item = await this.#slot.take();
        if (!item) break;
        await this.#hooks.analyze(item);
      }
    } finally {
      this.stop();
      await pumping;
    }
  }

  /** Ends the feed; a frame under analysis is finished. Safe to call twice. */
  stop(): void {
    this.#slot.end();
    this.#reader.cancel().catch(() => {
      // A stream that failed cannot be cancelled; `run` reports the failure.
    });
  }

  async #pump(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        this.#hooks.noteReceived();
        if (this.#hooks.isPaused()) {
          value.close();
          this.#hooks.noteDropped();
        } else {
          this.#slot.put({ frame: value, receivedUnixMs: Date.now() });
        }
      }
    } finally {
      this.#slot.end();
    }
  }
}
