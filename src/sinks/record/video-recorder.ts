import type { CameraId } from '../../contracts/frame';
import type { RecordingConfig } from '../../contracts/recording';
import type {
  RecordedFrame,
  RecorderPortCredit,
  RecorderPortMessage,
} from '../../contracts/recorder-tap';
import type { SessionWriter, VideoSegment } from '../../contracts/session';
import { videoPartName } from '../../core/session-format/part-path';
import { CameraRecorder } from './camera-recorder';
import type { EncodedPicture } from './encoded-picture';
import { chooseEncoder, evenSize } from './encoder-choice';
import { QUEUE_CAPACITY } from './frame-queue';
import { muxSegment } from './mux-segment';
import type { WriteQueue } from './write-queue';

/** Segments that wait for a slow disk, bytes: a quarter of a minute of a camera at 20 Mbit/s. Then pictures wait, or are dropped. */
const MAX_UNWRITTEN_BYTES = 40_000_000;

/** How long the pictures under way are waited for at the end: a worker that died sends no more. */
const END_WAIT_MS = 1_000;

/** As a session's header has them. */
export interface VideoCounts {
  videoFrameCount: number;
  droppedAnalysedCount: number;
  droppedOtherCount: number;
}

/** What the video of a recording works with. */
export interface VideoRecorderParts {
  readonly config: RecordingConfig;
  readonly writes: WriteQueue;
  /** After each segment that was stored. */
  onStored(): void;
  /** Called once: an encoder is given up. */
  onFailed(error: unknown): void;
}

/** Pictures of all cameras of a run, from the perception worker's port to stored segments. */
export class VideoRecorder {
  readonly counts: VideoCounts = {
    videoFrameCount: 0,
    droppedAnalysedCount: 0,
    droppedOtherCount: 0,
  };
  readonly #parts: VideoRecorderParts;
  readonly #cameras = new Map<CameraId, CameraRecorder>();
  readonly #nextIndex = new Map<CameraId, number>();
  #writer: SessionWriter | null = null;
  #port: MessagePort | null = null;
  /** Resolves when no more comes over the port. */
  #portEnded: Promise<void> = Promise.resolve();
  #isOver = false;
  #hasFailed = false;

  constructor(parts: VideoRecorderParts) {
    this.#parts = parts;
  }

  /** Throws AppError ENCODER_UNSUPPORTED when some camera's pictures cannot be encoded here. */
  async requireEncoders(): Promise<void> {
    const { cameras, framesPerSecond } = this.#parts.config;
    await Promise.all(cameras.map((camera) => chooseEncoder(evenSize(camera), framesPerSecond)));
  }

  /** Pictures come from here; the port before is closed. Owns the port. */
  connect(port: MessagePort): void {
    this.#port?.close();
    this.#port = port;
    this.#portEnded = new Promise((resolve) => {
      port.onmessage = ({ data }: MessageEvent<RecorderPortMessage>) => {
        if (data.type === 'frame') this.#take(data.frame);
        else if (data.type === 'dropped') this.#noteDropped(data.isAnalysed);
        else resolve();
      };
    });
    this.#grant(QUEUE_CAPACITY);
  }

  /** The recording begins at this moment: what is kept now stays until `beginWriting`. */
  hold(): void {
    for (const camera of this.#cameras.values()) camera.hold();
  }

  /** From here on segments are stored. */
  beginWriting(writer: SessionWriter): void {
    this.#writer = writer;
    // What was left out while nobody recorded is nothing to tell of.
    Object.assign(this.counts, { droppedAnalysedCount: 0, droppedOtherCount: 0 });
    for (const camera of this.#cameras.values()) camera.beginWriting();
  }

  lookAfter(nowMs: number): void {
    for (const camera of this.#cameras.values()) camera.lookAfter(nowMs);
  }

  /** Takes the pictures under way, no more, and hands out the last segments to be written. The tap was taken away before. */
  async finish(): Promise<void> {
    await Promise.race([
      this.#portEnded,
      new Promise((resolve) => setTimeout(resolve, END_WAIT_MS)),
    ]);
    this.#isOver = true;
    await Promise.all([...this.#cameras.values()].map((camera) => camera.finish()));
  }

  /** Drops everything. */
  dispose(): void {
    // The port is closed from the other side: what still comes must be closed here.
    this.#isOver = true;
    for (const camera of this.#cameras.values()) camera.dispose();
  }

  #take(frame: RecordedFrame): void {
    if (this.#isOver) {
      frame.image.close();
      // Whoever still sends must not wait for what is over.
      this.#grant(1);
      return;
    }
    this.#cameraOf(frame.cameraId).add(frame);
  }

  #cameraOf(cameraId: CameraId): CameraRecorder {
    let camera = this.#cameras.get(cameraId);
    if (!camera) {
      camera = this.#createCamera(cameraId);
      this.#cameras.set(cameraId, camera);
      if (this.#writer) camera.beginWriting();
    }
    return camera;
  }

  #createCamera(cameraId: CameraId): CameraRecorder {
    const { config, writes } = this.#parts;
    return new CameraRecorder({
      pace: config.pace,
      preRollUs: config.options.preRollS * 1e6,
      chooseEncoder: (size) => chooseEncoder(size, config.framesPerSecond),
      whenWritable: () => writes.whenBelow(MAX_UNWRITTEN_BYTES),
      onSegment: (pictures) => {
        this.#store(cameraId, pictures);
      },
      onDone: () => {
        this.#grant(1);
      },
      onDropped: (isAnalysed) => {
        this.#noteDropped(isAnalysed);
      },
      onFailed: (error) => {
        if (this.#hasFailed) return;
        this.#hasFailed = true;
        this.#parts.onFailed(error);
      },
    });
  }

  #grant(count: number): void {
    const credit: RecorderPortCredit = { type: 'credit', count };
    this.#port?.postMessage(credit);
  }

  #noteDropped(isAnalysed: boolean): void {
    if (isAnalysed) this.counts.droppedAnalysedCount += 1;
    else this.counts.droppedOtherCount += 1;
  }

  #store(cameraId: CameraId, pictures: readonly EncodedPicture[]): void {
    const writer = this.#writer;
    if (!writer) return;
    this.counts.videoFrameCount += pictures.length;
    const index = this.#nextIndex.get(cameraId) ?? 0;
    this.#nextIndex.set(cameraId, index + 1);
    const place = this.#parts.config.cameras.findIndex((camera) => camera.cameraId === cameraId);
    const byteCount = pictures.reduce((sum, { data }) => sum + data.byteLength, 0);
    this.#parts.writes.add(byteCount, async () => {
      writer.setVideoCounts({ ...this.counts });
      await storeSegment(writer, { cameraId, index }, place, pictures);
      this.#parts.onStored();
    });
  }
}

async function storeSegment(
  writer: SessionWriter,
  id: Pick<VideoSegment, 'cameraId' | 'index'>,
  cameraPlace: number,
  pictures: readonly EncodedPicture[],
): Promise<void> {
  const [first, last] = [pictures[0], pictures.at(-1)];
  if (!first || !last) return;
  const { choice, decoderConfig } = first.stream;
  const mimeType = choice.container === 'mp4' ? 'video/mp4' : 'video/webm';
  const part = videoPartName(cameraPlace, id.index, mimeType);
  const file = await writer.openPart(part);
  file.write(await muxSegment(pictures), 0);
  const byteCount = await file.close();
  await writer.addSegment({
    ...id,
    part,
    startUs: first.captureTimeUs,
    endUs: last.captureTimeUs,
    frameCount: pictures.length,
    byteCount,
    mimeType,
    codec: decoderConfig.codec,
    offsetUs: first.captureTimeUs,
  });
}
