import type { SessionReader } from '../../contracts/session';
import { CameraVideo } from '../../sources/session-video/camera-video';

/** Thumbnails kept; at 160 by 90 pixels some 9 MB. */
const MAX_KEPT = 160;
/** A time so long after a segment's end, or before the first, has no picture: a gap. */
const MAX_AWAY_US = 2_000_000;
/** Between two, so that what plays is decoded first. */
const REST_MS = 15;

/**
 * Small pictures of a session's video at some times, one after another. What is shown is the first picture of the segment that
 * belongs to a time: it is decoded by itself.
 */
export class Thumbnails {
  readonly #video: CameraVideo | null;
  readonly #heightPx: number;
  /** By segment; least recently asked for first. Null: cannot be decoded. */
  readonly #kept = new Map<number, ImageBitmap | null>();
  readonly #abort = new AbortController();
  #queue: Promise<void> = Promise.resolve();

  /** Of one camera of a session, `heightPx` high. */
  constructor(reader: SessionReader, cameraIndex: number, heightPx: number) {
    this.#heightPx = heightPx;
    const camera = reader.header.cameras[cameraIndex];
    const segments = reader.segments.filter(({ cameraId }) => cameraId === camera?.cameraId);
    this.#video =
      camera && segments.length > 0
        ? new CameraVideo({
            camera,
            segments,
            readPart: (name) => reader.part(name),
            // The player tells of damage; here the picture is left out.
            onDamage: () => undefined,
          })
        : null;
  }

  get hasVideo(): boolean {
    return this.#video !== null;
  }

  /** The picture for a time; it stays this object's own. Null: there is none, or `signal` aborted before it was begun. */
  at(timeUs: number, signal: AbortSignal): Promise<ImageBitmap | null> {
    const first = this.#video?.segments[0]?.startUs ?? Infinity;
    const isJustBefore = timeUs < first && first - timeUs <= MAX_AWAY_US;
    const number = isJustBefore ? 0 : (this.#video?.segmentAt(timeUs) ?? -1);
    const endUs = this.#video?.segments[number]?.endUs ?? -Infinity;
    if (timeUs > endUs + MAX_AWAY_US) return Promise.resolve(null);
    const kept = this.#kept.get(number);
    if (kept !== undefined) return Promise.resolve(kept);
    const made = this.#queue.then(() => this.#make(number, signal));
    this.#queue = made.then(
      () => new Promise((resolve) => setTimeout(resolve, REST_MS)),
      () => undefined,
    );
    return made;
  }

  /** Frees all pictures. */
  close(): void {
    this.#abort.abort();
    this.#video?.close();
    for (const picture of this.#kept.values()) picture?.close();
    this.#kept.clear();
  }

  async #make(number: number, signal: AbortSignal): Promise<ImageBitmap | null> {
    const known = this.#kept.get(number);
    const segment = this.#video?.segments[number];
    if (known !== undefined || !segment || !this.#video) return known ?? null;
    const isOver = (): boolean => signal.aborted || this.#abort.signal.aborted;
    if (isOver()) return null;
    const ref = await this.#video.at(segment.startUs);
    const frame = ref && (await this.#video.decode(ref, this.#abort.signal));
    if (!frame && isOver()) return null;
    const picture = frame && (await this.#shrink(frame));
    if (this.#abort.signal.aborted) {
      picture?.close();
      return null;
    }
    this.#keep(number, picture);
    return picture;
  }

  async #shrink(frame: VideoFrame): Promise<ImageBitmap> {
    try {
      const { displayWidth, displayHeight } = frame;
      return await createImageBitmap(frame, {
        resizeWidth: Math.max(1, Math.round((displayWidth / displayHeight) * this.#heightPx)),
        resizeHeight: this.#heightPx,
        resizeQuality: 'medium',
      });
    } finally {
      frame.close();
    }
  }

  #keep(number: number, picture: ImageBitmap | null): void {
    this.#kept.set(number, picture);
    for (const [oldest, old] of this.#kept) {
      if (this.#kept.size <= MAX_KEPT) break;
      old?.close();
      this.#kept.delete(oldest);
    }
  }
}
