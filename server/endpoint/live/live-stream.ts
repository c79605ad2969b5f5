import { OPENING } from './event-text';

/**
 * What may wait for a reader who does not keep up: some thousand events. Then the stream ends, and the reader resumes where it was when it
 * is ready. The bytes of an event are shared by all streams, so a thousand slow readers cost little more than one.
 */
const MAX_WAITING_BYTES = 256 * 1024;

/** Why a stream ended: `left` by its reader, all else from our side. */
export type EndReason = 'left' | 'refused' | 'slow' | 'revoked' | 'stopping' | 'failed';

/** One reader of a camera's events. */
export class LiveStream {
  /** The response's body. */
  readonly body: ReadableStream<Uint8Array>;
  /** Number of the last event that was put in. */
  position = 0;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #tellRoom: (() => void) | null = null;
  readonly #onEnd: (reason: EndReason) => void;

  /** `onEnd` is called once, whoever ends it. */
  constructor(onEnd: (reason: EndReason) => void) {
    this.#onEnd = onEnd;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
          controller.enqueue(OPENING);
        },
        pull: () => this.#releaseRoom(),
        cancel: () => this.#finish('left'),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }),
    );
  }

  get isEnded(): boolean {
    return this.#controller === null;
  }

  /** Puts bytes in; ends the stream when more waits than may. */
  write(bytes: Uint8Array): void {
    const controller = this.#controller;
    if (controller === null) return;
    if ((controller.desiredSize ?? 0) < bytes.byteLength) this.end('slow');
    else controller.enqueue(bytes);
  }

  /** Resolves when at least half of the waiting room is free, or the stream has ended. */
  async room(): Promise<void> {
    while (this.#controller !== null && !this.#hasRoom()) {
      await new Promise<void>((resolve) => (this.#tellRoom = resolve));
    }
  }

  /** The reader gets what waits, and then the end. */
  end(reason: EndReason): void {
    if (this.#controller === null) return;
    this.#controller.close();
    this.#finish(reason);
  }

  #hasRoom(): boolean {
    return (this.#controller?.desiredSize ?? 0) > MAX_WAITING_BYTES / 2;
  }

  #finish(reason: EndReason): void {
    this.#controller = null;
    this.#releaseRoom();
    this.#onEnd(reason);
  }

  #releaseRoom(): void {
    this.#tellRoom?.();
    this.#tellRoom = null;
  }
}
