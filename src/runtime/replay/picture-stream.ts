import type { CameraPicture, PictureRef } from '../../sources/session-video/camera-picture';
import type { CameraVideo } from '../../sources/session-video/camera-video';

/** Decoded pictures that wait for their time: a tenth of a second at 30 a second, and few enough for any decoder. */
const LOOK_AHEAD_PICTURES = 3;
/** So late, in wall-clock milliseconds, the decoder leaves pictures out rather than showing all too late. */
const MAX_LATE_MS = 250;
/** A key picture that is due within this is worth waiting for. */
const MAX_WAIT_MS = 1000;

/** Where playback is and how fast it goes, for deciding what is late. */
export interface StreamClock {
  positionUs(): number;
  readonly speed: number;
}

/**
 * Pictures of one camera in order, decoded a little ahead of a clock. Those that would be shown too late are closed unseen; when decoding
 * itself is too slow, it goes on from a key picture further on.
 */
export class PictureStream {
  readonly #video: CameraVideo;
  readonly #clock: StreamClock;
  readonly #waiting: CameraPicture[] = [];
  #isStopped = false;
  #isEnded = false;
  #wake: (() => void) | null = null;

  constructor(video: CameraVideo, clock: StreamClock, from: PictureRef) {
    this.#video = video;
    this.#clock = clock;
    void this.#run(from);
  }

  /** A picture is there, or none will come any more: playing may begin. */
  get isReady(): boolean {
    return this.#waiting.length > 0 || this.#isEnded;
  }

  /** Time of the newest picture that is due; null: none. */
  dueTimeUs(nowUs: number): number | null {
    const due = this.#waiting.findLast(({ ref }) => ref.timeUs <= nowUs);
    return due ? due.ref.timeUs : null;
  }

  /** The newest picture that is due, for the caller to close; null: none since the last. */
  take(nowUs: number): CameraPicture | null {
    const index = this.#waiting.findLastIndex(({ ref }) => ref.timeUs <= nowUs);
    if (index < 0) return null;
    const due = this.#waiting.splice(0, index + 1);
    const newest = due.pop() ?? null;
    for (const { image } of due) image.close();
    this.#wake?.();
    return newest;
  }

  stop(): void {
    this.#isStopped = true;
    for (const { image } of this.#waiting.splice(0)) image.close();
    this.#wake?.();
  }

  async #run(from: PictureRef): Promise<void> {
    let start: PictureRef | null = from;
    while (start && !this.#isStopped) {
      const pictures: AsyncGenerator<CameraPicture, void, undefined> = this.#video.pictures(start);
      start = null;
      for await (const picture of pictures) {
        if (this.#isStopped) {
          picture.image.close();
          break;
        }
        this.#waiting.push(picture);
        this.#closeLate();
        await this.#room();
        start = await this.#catchUp(picture.ref);
        if (start) break;
      }
    }
    this.#isEnded = true;
  }

  /** Of several that are due only the newest will be shown: the others would keep the decoder waiting. */
  #closeLate(): void {
    const nowUs = this.#clock.positionUs();
    while ((this.#waiting[1]?.ref.timeUs ?? Infinity) <= nowUs)
      this.#waiting.shift()?.image.close();
  }

  async #room(): Promise<void> {
    while (this.#waiting.length >= LOOK_AHEAD_PICTURES && !this.#isStopped) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Where to go on instead, when the decoder is late; null: as it is. */
  async #catchUp({ timeUs }: PictureRef): Promise<PictureRef | null> {
    const { speed } = this.#clock;
    const nowUs = this.#clock.positionUs();
    if (this.#isStopped || nowUs - timeUs < MAX_LATE_MS * 1000 * speed) return null;
    const due = await this.#video.at(nowUs);
    const key = due && (await this.#video.keyOf(due));
    if (key && key.timeUs > timeUs) return key;
    const ahead = await this.#video.keyAfter(nowUs);
    return ahead && ahead.timeUs - nowUs < MAX_WAIT_MS * 1000 * speed ? ahead : null;
  }
}
