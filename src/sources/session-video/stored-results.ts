import type { CameraId } from '../../contracts/frame';
import type { ResultSetId, SessionFrame, SessionReader, TimeRange } from '../../contracts/session';
import { TIME_TOLERANCE_US } from './camera-picture';

/** What is read at once. Ten seconds of 20 boxes at 30 frames a second take some MB, and are read in some milliseconds. */
const CHUNK_US = 10_000_000;
/** Chunks kept: what is shown, its trails, and what comes next at eight times the speed. */
const MAX_CHUNKS = 8;
/** How far back a first look for an earlier frame goes; it doubles until one is found. */
const FIRST_LOOK_US = CHUNK_US;

/** Frames of each camera, in order of time. */
type Chunk = ReadonlyMap<CameraId, readonly SessionFrame[]>;

/** A window over the stored results of one result set: only what is near the position is in memory. */
export class StoredResults {
  readonly resultSet: ResultSetId;
  readonly #reader: SessionReader;
  readonly #onDamage: (range: TimeRange, error: unknown) => void;
  /** Read ones; least recently used first. */
  readonly #chunks = new Map<number, Chunk>();
  readonly #reading = new Map<number, Promise<void>>();

  /** `onDamage` is told of every stretch that cannot be read; it then counts as empty. */
  constructor(
    reader: SessionReader,
    resultSet: ResultSetId,
    onDamage: (range: TimeRange, error: unknown) => void,
  ) {
    this.#reader = reader;
    this.resultSet = resultSet;
    this.#onDamage = onDamage;
  }

  /** A camera's frames in a stretch of time, both ends included; null: not all of it was read yet, see {@link read}. */
  peek(cameraId: CameraId, fromUs: number, toUs: number): readonly SessionFrame[] | null {
    const found: SessionFrame[] = [];
    for (let number = chunkOf(fromUs); number <= chunkOf(toUs); number += 1) {
      const chunk = this.#chunks.get(number);
      if (!chunk) return null;
      for (const frame of chunk.get(cameraId) ?? []) {
        if (frame.captureTimeUs >= fromUs && frame.captureTimeUs <= toUs) found.push(frame);
      }
    }
    return found;
  }

  /** The frame of exactly the picture at a time as its container keeps it; null: it has none, or it was not read yet. */
  exact(cameraId: CameraId, pictureUs: number): SessionFrame | null {
    const [fromUs, toUs] = [pictureUs - TIME_TOLERANCE_US, pictureUs + TIME_TOLERANCE_US];
    const distance = ({ captureTimeUs }: SessionFrame): number =>
      Math.abs(captureTimeUs - pictureUs);
    let best: SessionFrame | null = null;
    for (const frame of this.peek(cameraId, fromUs, toUs) ?? []) {
      if (!best || distance(frame) < distance(best)) best = frame;
    }
    return best;
  }

  /** Reads what is missing of a stretch of time. */
  async read(fromUs: number, toUs: number): Promise<void> {
    const missing: Promise<void>[] = [];
    for (let number = chunkOf(fromUs); number <= chunkOf(toUs); number += 1) {
      const chunk = this.#chunks.get(number);
      if (chunk) {
        this.#chunks.delete(number);
        this.#chunks.set(number, chunk);
      } else missing.push(this.#reading.get(number) ?? this.#readChunk(number));
    }
    await Promise.all(missing);
  }

  /** The first frame of a camera after a time; null: none. Throws AppError SESSION_DAMAGED. */
  async after(cameraId: CameraId, timeUs: number): Promise<SessionFrame | null> {
    const range = { startUs: timeUs + 1, endUs: Math.max(timeUs + 1, this.#reader.header.endUs) };
    for await (const frame of this.#reader.frames(this.resultSet, range)) {
      if (frame.cameraId === cameraId) return frame;
    }
    return null;
  }

  /** The last frame of a camera before a time; null: none. Throws AppError SESSION_DAMAGED. */
  async before(cameraId: CameraId, timeUs: number): Promise<SessionFrame | null> {
    const { startUs } = this.#reader.header;
    let endUs = timeUs - 1;
    for (let lookUs = FIRST_LOOK_US; endUs >= startUs; lookUs *= 2) {
      let last: SessionFrame | null = null;
      const range = { startUs: Math.max(startUs, endUs - lookUs), endUs };
      for await (const frame of this.#reader.frames(this.resultSet, range)) {
        if (frame.cameraId === cameraId) last = frame;
      }
      if (last) return last;
      endUs = range.startUs - 1;
    }
    return null;
  }

  #readChunk(number: number): Promise<void> {
    const reading = this.#collect(number).finally(() => this.#reading.delete(number));
    this.#reading.set(number, reading);
    return reading;
  }

  async #collect(number: number): Promise<void> {
    const chunk = new Map<CameraId, SessionFrame[]>();
    const range = { startUs: number * CHUNK_US, endUs: (number + 1) * CHUNK_US - 1 };
    try {
      for await (const frame of this.#reader.frames(this.resultSet, range)) {
        const frames = chunk.get(frame.cameraId);
        if (frames) frames.push(frame);
        else chunk.set(frame.cameraId, [frame]);
      }
    } catch (error) {
      this.#onDamage(range, error);
    }
    this.#chunks.set(number, chunk);
    for (const oldest of this.#chunks.keys()) {
      if (this.#chunks.size <= MAX_CHUNKS) break;
      this.#chunks.delete(oldest);
    }
  }
}

function chunkOf(timeUs: number): number {
  return Math.floor(timeUs / CHUNK_US);
}
