import type { CameraId } from '../../contracts/frame';
import type {
  SessionCamera,
  SessionEvent,
  SessionFrame,
  SessionSighting,
  SessionTrack,
} from '../../contracts/session';
import type { AppError } from '../../core/app-error';
import { refused, type Place } from './import-tools';

/** How far outside of its picture a box may reach, in pictures: predicted boxes leave, but do not fly away. */
const MAX_OUTSIDE = 10;

/** Nobody follows more vehicles in one picture. */
const MAX_BOX_COUNT = 10_000;

/** Characters of an id. */
const MAX_ID_LENGTH = 200;

/** Tracks and candidates of one sighting. */
const MAX_LIST_LENGTH = 10_000;

/** Numbers in a descriptor; those of this app have 128 to 512. */
const MAX_DESCRIPTOR_LENGTH = 65_536;

/** Looks at events one after the other and refuses those that no recording could have. */
export class ResultsCheck {
  readonly #cameras: ReadonlyMap<CameraId, SessionCamera>;
  readonly #lastTimeUs = new Map<CameraId, number>();

  constructor(cameras: readonly SessionCamera[]) {
    this.#cameras = new Map(cameras.map((camera) => [camera.cameraId, camera]));
  }

  /** Throws AppError IMPORT_REFUSED, which says what was expected and found, and at which `place`. */
  add(event: SessionEvent, place: Place): void {
    switch (event.type) {
      case 'frame':
        this.#checkFrame(event.frame, place);
        break;
      case 'track':
        this.#checkTrack(event.track, place);
        break;
      case 'sighting':
        this.#checkSighting(event.sighting, place);
        break;
      case 'gap':
        expectForward(event.gap.startUs, event.gap.endUs, 'the gap', place);
    }
  }

  #checkFrame({ cameraId, captureTimeUs, boxes }: SessionFrame, place: Place): void {
    const camera = this.#camera(cameraId, place);
    const lastUs = this.#lastTimeUs.get(cameraId) ?? -Infinity;
    if (captureTimeUs <= lastUs)
      throw refused(
        place,
        `a time after ${lastUs} us, that of the frame before`,
        `${captureTimeUs} us`,
      );
    this.#lastTimeUs.set(cameraId, captureTimeUs);
    if (boxes.length > MAX_BOX_COUNT)
      throw refused(place, `at most ${MAX_BOX_COUNT} boxes`, String(boxes.length));
    const trackIds = new Set<number>();
    for (const { trackId, box } of boxes) {
      if (trackIds.has(trackId)) throw refused(place, `one box of track ${trackId}`, 'two');
      trackIds.add(trackId);
      const isPlausible =
        box.x1 <= box.x2 &&
        box.y1 <= box.y2 &&
        isNear(box.x1, camera.widthPx) &&
        isNear(box.x2, camera.widthPx) &&
        isNear(box.y1, camera.heightPx) &&
        isNear(box.y2, camera.heightPx);
      if (!isPlausible)
        throw refused(
          place,
          `a box near a picture of ${camera.widthPx}x${camera.heightPx} px`,
          `${box.x1}, ${box.y1} to ${box.x2}, ${box.y2}`,
        );
    }
  }

  #checkTrack({ cameraId, trackId, firstSeenUs, lastSeenUs }: SessionTrack, place: Place): void {
    this.#camera(cameraId, place);
    expectForward(firstSeenUs, lastSeenUs, `track ${trackId}`, place);
  }

  #checkSighting(sighting: SessionSighting, place: Place): void {
    this.#camera(sighting.cameraId, place);
    expectForward(sighting.startUs, sighting.endUs, 'the sighting', place);
    for (const id of [sighting.id, sighting.vehicleId])
      if (id.length === 0 || id.length > MAX_ID_LENGTH)
        throw refused(place, `an id of 1 to ${MAX_ID_LENGTH} characters`, `${id.length}`);
    const { candidates, cropTimesUs } = sighting.decision;
    for (const list of [sighting.trackIds, candidates, cropTimesUs])
      if (list.length > MAX_LIST_LENGTH)
        throw refused(place, `lists of at most ${MAX_LIST_LENGTH}`, `one of ${list.length}`);
    const length = sighting.descriptor?.values.length ?? 0;
    if (length > MAX_DESCRIPTOR_LENGTH)
      throw refused(place, `a descriptor of at most ${MAX_DESCRIPTOR_LENGTH} numbers`, `${length}`);
  }

  #camera(cameraId: CameraId, place: Place): SessionCamera {
    const camera = this.#cameras.get(cameraId);
    if (!camera) throw unknownCamera(cameraId, place);
    return camera;
  }
}

function unknownCamera(cameraId: CameraId, place: Place): AppError {
  return refused(place, 'a camera of the session', `"${cameraId.slice(0, 100)}"`);
}

function expectForward(startUs: number, endUs: number, what: string, place: Place): void {
  if (startUs > endUs)
    throw refused(place, `${what} to end after its start`, `${startUs} us to ${endUs} us`);
}

function isNear(position: number, sizePx: number): boolean {
  return Math.abs(position) <= (MAX_OUTSIDE + 1) * sizePx;
}
