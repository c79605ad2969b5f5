import type { SessionCamera, SessionGap } from '../../contracts/session';
import { type PictureRef, TIME_TOLERANCE_US } from '../../sources/session-video/camera-picture';
import type { CameraVideo } from '../../sources/session-video/camera-video';
import { PictureStream, type StreamClock } from './picture-stream';
import type { ResultPicker } from './result-picker';
import type { MissingPicture, ShownPicture } from './shown-picture';

/** A picture, or results without one, stand for so long until the next; then the view says that it has none. */
const MAX_STANDING_US = 2_000_000;
/** Results are read ahead by this, times the speed. */
const READ_AHEAD_US = 3_000_000;

/** What a lane is made of. */
export interface ReplayLaneParts {
  readonly camera: SessionCamera;
  /** Null: none was recorded. */
  readonly video: CameraVideo | null;
  readonly picker: ResultPicker;
  /** Of the result set it is compared with; null: none. */
  readonly comparedPicker: ResultPicker | null;
  readonly gaps: readonly SessionGap[];
  show(picture: ShownPicture): void;
}

/** How to show a time. */
export interface ShowOptions {
  /** The key picture before is enough: while somebody drags, it is there at once. */
  readonly isQuick: boolean;
  /** Pictures before this one will be asked for next. */
  readonly isSteppingBack: boolean;
}

/** One camera's view in a replay: finds picture and results of a time, and plays on from there. */
export class ReplayLane {
  readonly camera: SessionCamera;
  readonly #parts: ReplayLaneParts;
  #stream: PictureStream | null = null;
  /** Of the video, or null while there is nothing of it on the view. */
  #shownRef: PictureRef | null = null;
  /** What the view shows, so that the same is not shown again. */
  #shown: { readonly missing: MissingPicture | null; readonly timeUs: number } | null = null;

  constructor(parts: ReplayLaneParts) {
    this.camera = parts.camera;
    this.#parts = parts;
  }

  /** Exact time of what is shown; null: nothing is. */
  get shownTimeUs(): number | null {
    const { missing, timeUs } = this.#shown ?? { missing: 'gap', timeUs: 0 };
    return missing === 'gap' ? null : timeUs;
  }

  /** Shows the last picture at or before a time. Returns whether it is that very picture. Does nothing once `signal` aborted. */
  async showAt(timeUs: number, signal: AbortSignal, options: ShowOptions): Promise<boolean> {
    const { video } = this.#parts;
    const ref = (await video?.at(timeUs)) ?? null;
    if (signal.aborted) return false;
    if (!video || !ref || !this.#isStanding(ref, timeUs)) {
      return this.#showWithoutPicture(timeUs, signal);
    }
    const target = options.isQuick ? await video.keyOf(ref) : ref;
    if (!options.isSteppingBack) video.forgetKept();
    const image = await video.decode(target, signal, options.isSteppingBack);
    await this.#read(target.timeUs, target.timeUs);
    if (!signal.aborted) {
      this.#shownRef = target;
      this.#show(target.timeUs, image, image ? null : 'damaged');
    }
    image?.close();
    return !signal.aborted && target.index === ref.index;
  }

  /** The next thing to show after a time: a picture, or results where there is no video. Null: none. */
  async timeAfter(timeUs: number): Promise<number | null> {
    const { video, picker } = this.#parts;
    const next = await video?.after(timeUs);
    if (next && next.timeUs - timeUs < MAX_STANDING_US) return this.#exactTimeUs(next.timeUs);
    const result = await picker.results.after(this.camera.cameraId, timeUs);
    if (result && !(await video?.covers(result.captureTimeUs))) return result.captureTimeUs;
    return next ? this.#exactTimeUs(next.timeUs) : null;
  }

  /** As {@link timeAfter}, before a time. */
  async timeBefore(timeUs: number): Promise<number | null> {
    const { video, picker } = this.#parts;
    const previous = await video?.before(timeUs);
    if (previous && timeUs - previous.timeUs < MAX_STANDING_US) {
      return this.#exactTimeUs(previous.timeUs);
    }
    const result = await picker.results.before(this.camera.cameraId, timeUs);
    if (result && !(await video?.covers(result.captureTimeUs))) return result.captureTimeUs;
    return previous ? this.#exactTimeUs(previous.timeUs) : null;
  }

  /** Begins to decode what comes after what is shown. */
  async prepare(timeUs: number, clock: StreamClock, signal: AbortSignal): Promise<void> {
    const { video } = this.#parts;
    this.stop();
    video?.forgetKept();
    await this.#read(timeUs, timeUs + READ_AHEAD_US * clock.speed);
    const next = (await video?.after(this.#shownRef?.timeUs ?? timeUs)) ?? null;
    if (video && next && !signal.aborted) this.#stream = new PictureStream(video, clock, next);
  }

  /** The first picture after `prepare` is there, or none will come. */
  get isReady(): boolean {
    return this.#stream?.isReady ?? true;
  }

  /** Shows what is due. */
  play(nowUs: number, speed: number): void {
    void this.#read(nowUs, nowUs + READ_AHEAD_US * speed);
    const dueUs = this.#stream?.dueTimeUs(nowUs) ?? null;
    if (dueUs !== null) {
      // Not read yet: the picture waits for its results.
      if (!this.#parts.picker.results.peek(this.camera.cameraId, dueUs, dueUs)) return;
      const picture = this.#stream?.take(nowUs);
      if (!picture) return;
      this.#shownRef = picture.ref;
      this.#show(picture.ref.timeUs, picture.image, null);
      picture.image.close();
      return;
    }
    if (!this.#shownRef || !this.#isStanding(this.#shownRef, nowUs))
      this.#playWithoutPicture(nowUs);
  }

  /** Ends decoding; what is shown stays. */
  stop(): void {
    this.#stream?.stop();
    this.#stream = null;
  }

  /** Another result set: the same picture must be shown again with it. */
  withPickers(pickers: Pick<ReplayLaneParts, 'picker' | 'comparedPicker'>): ReplayLane {
    this.stop();
    return new ReplayLane({ ...this.#parts, ...pickers });
  }

  close(): void {
    this.stop();
    this.#parts.video?.close();
  }

  /** Whether a picture still belongs on the view at a time: it is not old, and no gap began after it. */
  #isStanding({ timeUs }: PictureRef, nowUs: number): boolean {
    const isCut = this.#parts.gaps.some(
      ({ startUs, endUs }) =>
        nowUs > startUs && nowUs < endUs && timeUs <= startUs + TIME_TOLERANCE_US,
    );
    return !isCut && nowUs - timeUs <= MAX_STANDING_US;
  }

  async #showWithoutPicture(timeUs: number, signal: AbortSignal): Promise<boolean> {
    await this.#read(timeUs, timeUs);
    if (signal.aborted) return false;
    this.#shown = null;
    this.#playWithoutPicture(timeUs);
    return true;
  }

  #playWithoutPicture(nowUs: number): void {
    this.#shownRef = null;
    const { camera, picker, gaps, video } = this.#parts;
    const isGap = gaps.some(({ startUs, endUs }) => nowUs > startUs && nowUs < endUs);
    const frames = picker.results.peek(
      camera.cameraId,
      nowUs - MAX_STANDING_US,
      nowUs + TIME_TOLERANCE_US,
    );
    if (!frames) return;
    const last = isGap ? undefined : frames.at(-1);
    const missing = this.#reason(isGap, last !== undefined, video !== null, nowUs);
    const timeUs = missing === 'gap' ? nowUs : (last?.captureTimeUs ?? nowUs);
    const { missing: shownMissing, timeUs: shownUs } = this.#shown ?? {};
    if (missing === shownMissing && (timeUs === shownUs || !last)) return;
    this.#show(timeUs, null, missing);
  }

  #reason(isGap: boolean, hasResults: boolean, hasVideo: boolean, nowUs: number): MissingPicture {
    if (isGap) return 'gap';
    if (!hasVideo) return hasResults ? 'results-only' : 'gap';
    const { video } = this.#parts;
    const segment = video?.segments[video.segmentAt(nowUs)];
    const isInSegment = segment !== undefined && nowUs <= segment.endUs + TIME_TOLERANCE_US;
    return isInSegment ? 'damaged' : 'not-recorded';
  }

  #show(pictureUs: number, image: VideoFrame | null, missing: MissingPicture | null): void {
    const { camera, picker, comparedPicker } = this.#parts;
    const isPicture = image !== null || missing === 'damaged';
    if (missing === 'gap') {
      picker.restart();
      comparedPicker?.restart();
    }
    const timeUs = picker.exactTimeUs(pictureUs);
    this.#shown = { missing, timeUs };
    const none = { exact: null, nearest: null, sinceLast: [], isNewStart: true };
    const isGap = missing === 'gap';
    this.#parts.show({
      camera,
      timeUs,
      image,
      missing,
      overlay: (isGap ? null : picker.pick(timeUs, isPicture)) ?? none,
      compared: comparedPicker && ((isGap ? null : comparedPicker.pick(timeUs, isPicture)) ?? none),
    });
  }

  async #exactTimeUs(pictureUs: number): Promise<number> {
    await this.#read(pictureUs, pictureUs);
    return this.#parts.picker.exactTimeUs(pictureUs);
  }

  async #read(fromUs: number, toUs: number): Promise<void> {
    const { picker, comparedPicker } = this.#parts;
    await Promise.all([picker.read(fromUs, toUs), comparedPicker?.read(fromUs, toUs)]);
  }
}
