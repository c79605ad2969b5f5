import type { CameraId, FrameImage } from '../../contracts/frame';
import type {
  RecordedFrame,
  RecorderPortCredit,
  RecorderPortMessage,
  RecorderTap,
} from '../../contracts/recorder-tap';
import type { SourcePace } from '../../contracts/source';

/**
 * Live pictures that nobody analyses leave this much credit untouched: an analysed one that comes next finds room then,
 * while the encoder is busy with what it has.
 */
const CREDIT_KEPT_FOR_ANALYSED = 4;

/** What is known about a picture when it is handed on. */
export type RecordedPictureFacts = Omit<RecordedFrame, 'image'>;

/** Hands copies of the pictures on to the recorder, as many at a time as it grants. */
export class RecorderOutlet {
  #tap: RecorderTap | null = null;
  #credit = 0;
  /** Called when there may be credit, or nobody to send to any more. */
  #wake: (() => void) | null = null;

  /** Pictures that are not analysed are wanted, too. */
  get isEveryFrameWanted(): boolean {
    return this.#tap?.isEveryFrameSent ?? false;
  }

  /** Replaces the tap before, whose port is closed; null: pictures go nowhere. Owns the port. */
  connect(tap: RecorderTap | null): void {
    this.#close();
    this.#tap = tap;
    this.#credit = 0;
    if (tap) {
      tap.port.onmessage = ({ data }: MessageEvent<RecorderPortCredit>) => {
        if (this.#tap !== tap) return;
        this.#credit += data.count;
        this.#wake?.();
      };
    }
    // Whoever waits for the credit of a recorder that is gone goes on.
    this.#wake?.();
  }

  /**
   * Borrows the picture. Live: resolves at once, and without credit the picture is left out and told of. Offline: waits for
   * credit until the tap is replaced or `signal` aborts. One call at a time when offline.
   */
  async send(
    image: FrameImage,
    facts: RecordedPictureFacts,
    pace: SourcePace,
    signal: AbortSignal,
  ): Promise<void> {
    if (pace === 'live') return this.sendNow(image, facts);
    while (this.#tap && this.#credit === 0 && !signal.aborted) await this.#creditOr(signal);
    if (!signal.aborted) this.sendNow(image, facts);
  }

  /** As {@link send} for a live picture. */
  sendNow(image: FrameImage, facts: RecordedPictureFacts): void {
    const tap = this.#tap;
    if (!tap) return;
    const { isAnalysed } = facts;
    if (this.#credit <= (isAnalysed ? 0 : CREDIT_KEPT_FOR_ANALYSED)) {
      const message: RecorderPortMessage = { type: 'dropped', isAnalysed };
      tap.port.postMessage(message);
      return;
    }
    this.#credit -= 1;
    // The encoder hands it on, and results are stored with the same.
    const copy = new VideoFrame(image, { timestamp: Math.round(facts.captureTimeUs) });
    const message: RecorderPortMessage = { type: 'frame', frame: { ...facts, image: copy } };
    try {
      tap.port.postMessage(message, [copy]);
    } finally {
      // A transfer leaves nothing behind to close; one that failed does.
      copy.close();
    }
  }

  #close(): void {
    const message: RecorderPortMessage = { type: 'end' };
    this.#tap?.port.postMessage(message);
    this.#tap?.port.close();
  }

  async #creditOr(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        signal.removeEventListener('abort', go);
        resolve();
      };
      const go = this.#wake;
      signal.addEventListener('abort', go, { once: true });
    });
  }
}

/** Facts of a picture that nobody analyses. */
export function unanalysedFacts(cameraId: CameraId, captureTimeUs: number): RecordedPictureFacts {
  return { cameraId, captureTimeUs, isAnalysed: false, blurredBoxes: [] };
}
