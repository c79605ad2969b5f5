import type { SessionCamera } from '../../contracts/session';
import { TIME_TOLERANCE_US } from '../../sources/session-video/camera-picture';
import type { StoredResults } from '../../sources/session-video/stored-results';
import type { ShownResults } from './shown-picture';

/** Older results say nothing about a picture any more: half a second, as far as the live view lets boxes run on. */
const MAX_HELD_US = 500_000;
/** Trails reach back so far when the view begins anew. */
const TRAIL_US = 6_000_000;
/** A longer step is a jump, and trails begin anew. */
const MAX_STEP_US = 2_000_000;

/** Finds the results that belong to the pictures of one camera. */
export class ResultPicker {
  readonly results: StoredResults;
  readonly #camera: SessionCamera;
  #lastUs: number | null = null;

  constructor(results: StoredResults, camera: SessionCamera) {
    this.results = results;
    this.#camera = camera;
  }

  /** Reads what {@link pick} needs for pictures from `fromUs` to `toUs`. */
  read(fromUs: number, toUs: number): Promise<void> {
    return this.results.read(fromUs - TRAIL_US, toUs + TIME_TOLERANCE_US);
  }

  /** The capture time of a picture: that of its results, or what the container kept where it has none. After `read`. */
  exactTimeUs(pictureUs: number): number {
    return this.results.exact(this.#camera.cameraId, pictureUs)?.captureTimeUs ?? pictureUs;
  }

  /** What belongs to a picture; null: not read yet. Without `isPicture` the nearest results of any age up to two seconds. */
  pick(timeUs: number, isPicture: boolean): ShownResults | null {
    const { cameraId } = this.#camera;
    const before = this.results.peek(cameraId, timeUs - TRAIL_US, timeUs + TIME_TOLERANCE_US);
    if (!before) return null;
    const exact = this.results.exact(cameraId, timeUs);
    const maxAgeUs = isPicture ? MAX_HELD_US : MAX_STEP_US;
    const last = exact ?? before.findLast(({ captureTimeUs }) => captureTimeUs <= timeUs) ?? null;
    const isOld = last !== null && timeUs - last.captureTimeUs > maxAgeUs;
    const nearest = isOld ? null : last;
    const lastUs = this.#lastUs;
    const isNewStart =
      lastUs === null ||
      !nearest ||
      nearest.captureTimeUs < lastUs ||
      timeUs - lastUs > MAX_STEP_US;
    this.#lastUs = nearest?.captureTimeUs ?? null;
    const sinceLast = nearest
      ? before.filter(
          ({ captureTimeUs }) =>
            captureTimeUs <= nearest.captureTimeUs &&
            (isNewStart || captureTimeUs > lastUs || captureTimeUs === nearest.captureTimeUs),
        )
      : [];
    return { exact, nearest, sinceLast, isNewStart };
  }

  /** The view shows something else now: trails begin anew. */
  restart(): void {
    this.#lastUs = null;
  }
}
