import type { CameraId } from '../../contracts/frame';
import type { SessionCamera, SessionReader } from '../../contracts/session';
import type { SourceFrame } from '../../contracts/source';
import { type CameraPicture, TIME_TOLERANCE_US } from './camera-picture';
import { CameraVideo } from './camera-video';
import { StoredResults } from './stored-results';

/** One camera's pictures, of which the next is decoded already. */
interface Row {
  readonly camera: SessionCamera;
  readonly pictures: AsyncGenerator<CameraPicture, void, undefined>;
  next: CameraPicture | null;
}

/** All pictures of a session in order of time, each with its capture time. One at a time. */
export class SessionFrames {
  readonly #session: SessionReader;
  readonly #isAnalysedOnly: boolean;
  readonly #videos: readonly { readonly camera: SessionCamera; readonly video: CameraVideo }[];
  readonly #results: StoredResults | null;
  #decodeMsTotal = 0;
  #damagedSegmentCount = 0;
  #isClosed = false;

  constructor(session: SessionReader, isAnalysedOnly: boolean) {
    this.#session = session;
    this.#isAnalysedOnly = isAnalysedOnly;
    const { cameras, resultSets } = session.header;
    this.#videos = cameras.map((camera) => ({ camera, video: this.#videoOf(camera) }));
    const [first] = resultSets;
    // Results that cannot be read tell no times: the container's own are near enough to be told apart.
    this.#results = first ? new StoredResults(session, first.id, () => undefined) : null;
  }

  get decodeMsTotal(): number {
    return this.#decodeMsTotal;
  }

  get damagedSegmentCount(): number {
    return this.#damagedSegmentCount;
  }

  /** Ends the iteration at its next picture, and frees what is decoded. */
  close(): void {
    this.#isClosed = true;
    for (const { video } of this.#videos) video.close();
  }

  /** The caller owns each picture. */
  async *frames(): AsyncGenerator<SourceFrame, void, undefined> {
    const rows: Row[] = [];
    try {
      for (const { camera, video } of this.#videos) {
        const from = await video.after(-Infinity);
        if (!from) continue;
        const row: Row = { camera, pictures: video.pictures(from), next: null };
        rows.push(row);
        await this.#advance(row);
      }
      for (let row = earliest(rows); row?.next && !this.#isClosed; row = earliest(rows)) {
        const { ref, image } = row.next;
        row.next = null;
        const exactUs = await this.#analysedTime(row.camera.cameraId, ref.timeUs);
        if (exactUs === null && this.#isAnalysedOnly) image.close();
        else yield { image, captureTimeUs: exactUs ?? ref.timeUs, cameraId: row.camera.cameraId };
        await this.#advance(row);
      }
    } finally {
      for (const { pictures, next } of rows) {
        next?.image.close();
        await pictures.return();
      }
    }
  }

  async #advance(row: Row): Promise<void> {
    const startMs = performance.now();
    const { value } = await row.pictures.next();
    this.#decodeMsTotal += performance.now() - startMs;
    row.next = value ?? null;
  }

  /** The capture time of the results of a picture; null: it has none. */
  async #analysedTime(cameraId: CameraId, timeUs: number): Promise<number | null> {
    await this.#results?.read(timeUs - TIME_TOLERANCE_US, timeUs + TIME_TOLERANCE_US);
    return this.#results?.exact(cameraId, timeUs)?.captureTimeUs ?? null;
  }

  #videoOf(camera: SessionCamera): CameraVideo {
    return new CameraVideo({
      camera,
      segments: this.#session.segments.filter(({ cameraId }) => cameraId === camera.cameraId),
      readPart: (name) => this.#session.part(name),
      onDamage: () => {
        this.#damagedSegmentCount += 1;
      },
    });
  }
}

function earliest(rows: readonly Row[]): Row | undefined {
  const waiting = rows.filter(({ next }) => next !== null);
  return waiting.sort((a, b) => (a.next?.ref.timeUs ?? 0) - (b.next?.ref.timeUs ?? 0))[0];
}
