import type { FrameImage } from '../../../src/contracts/frame';
import type {
  FrameFeed,
  FrameSource,
  SourceEvent,
  SourceFrame,
  SourceInfo,
  SourcePace,
} from '../../../src/contracts/source';

/** Pictures that know whether they were closed. */
export class FakePictures {
  readonly #open = new Set<object>();
  madeCount = 0;

  get openCount(): number {
    return this.#open.size;
  }

  make(): FrameImage {
    const picture = {
      displayWidth: 640,
      displayHeight: 360,
      close: () => this.#open.delete(picture),
    };
    this.#open.add(picture);
    this.madeCount += 1;
    // As much of a frame as a source touches.
    return picture as unknown as FrameImage;
  }
}

/** What a {@link FakeCamera} does. */
export interface FakeCameraPlan {
  readonly cameraId: string;
  readonly timesUs: readonly number[];
  readonly pace?: SourcePace;
  readonly durationUs?: number;
  /** True unless told otherwise. */
  readonly isMadeOnDemand?: boolean;
  readonly openError?: Error;
  /** Thrown by the feed after its last frame. */
  readonly feedError?: Error;
  readonly droppedCount?: number;
  readonly deliveredCount?: number | null;
}

/** A pulled source with the times a test wants. */
export class FakeCamera implements FrameSource {
  readonly kind = 'street';
  readonly pace: SourcePace;
  readonly previewStream = null;
  readonly decodeMsTotal = 3;
  readonly droppedCount: number;
  readonly deliveredCount: number | null;
  closeCount = 0;
  askedCount = 0;
  readonly #plan: FakeCameraPlan;
  readonly #pictures: FakePictures;
  readonly #listeners = new Set<(event: SourceEvent) => void>();

  constructor(plan: FakeCameraPlan, pictures: FakePictures) {
    this.#plan = plan;
    this.#pictures = pictures;
    this.pace = plan.pace ?? 'offline';
    this.droppedCount = plan.droppedCount ?? 0;
    this.deliveredCount = plan.deliveredCount ?? null;
  }

  async open(signal: AbortSignal): Promise<SourceInfo> {
    await Promise.resolve();
    signal.throwIfAborted();
    if (this.closeCount > 0) throw new DOMException('closed', 'AbortError');
    if (this.#plan.openError) throw this.#plan.openError;
    const camera = { cameraId: this.#plan.cameraId, label: 'A fake', widthPx: 640, heightPx: 360 };
    return {
      ...camera,
      kind: this.kind,
      pace: this.pace,
      cameras: [camera],
      framesPerSecond: 10,
      durationUs: this.pace === 'live' ? null : (this.#plan.durationUs ?? 0),
      originUnixMs: 0,
      timeBase: 'media',
      codec: null,
      notice: null,
    };
  }

  feed(): FrameFeed {
    const { isMadeOnDemand = true } = this.#plan;
    return { type: 'pull', isMadeOnDemand, frames: () => this.#frames() };
  }

  onEvent(listener: (event: SourceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: SourceEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  close(): Promise<void> {
    this.closeCount += 1;
    return Promise.resolve();
  }

  async *#frames(): AsyncGenerator<SourceFrame, void, undefined> {
    for (const captureTimeUs of this.#plan.timesUs) {
      this.askedCount += 1;
      await Promise.resolve();
      if (this.closeCount > 0) return;
      yield { image: this.#pictures.make(), captureTimeUs };
    }
    if (this.#plan.feedError) throw this.#plan.feedError;
  }
}

/** Takes frames and closes them: which camera made each, and when. Stops after `maxCount`. */
export async function takeFrames(
  feed: FrameFeed,
  maxCount = Number.POSITIVE_INFINITY,
): Promise<readonly (readonly [cameraId: string | undefined, timeUs: number])[]> {
  if (feed.type !== 'pull') throw new TypeError('Expected a pulled feed');
  const taken: (readonly [string | undefined, number])[] = [];
  for await (const { image, cameraId, captureTimeUs } of feed.frames()) {
    image.close();
    taken.push([cameraId, captureTimeUs]);
    if (taken.length >= maxCount) break;
  }
  return taken;
}
