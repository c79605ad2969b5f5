import { canEncodeVideo, Quality, VideoSample, VideoSampleSource, type Output } from 'mediabunny';
import type { Exporter, ExportRequest } from '../../contracts/export';
import type {
  SessionCamera,
  SessionFrame,
  SessionHeader,
  SessionReader,
  SessionSighting,
  TimeRange,
} from '../../contracts/session';
import { AppError } from '../../core/app-error';
import { cameraLabel, cameraOf, findCamera } from './camera-choice';
import { exportFile } from './export-name';
import { readResults, spanOf, TimeProgress, type ExportedResults } from './exported-results';
import { STREAMED_NOTE, writeMedia, type MediaContainer, type OpenScratch } from './media-output';
import { MAX_HELD_US, PictureResults } from './picture-results';
import { runExport } from './run-export';
import { recordedPictures } from './recorded-pictures';
import { segmentsOf, videoRefusal } from './video-segments';

/** Seconds between key pictures: a player jumps that exactly. */
const KEY_PICTURE_INTERVAL_S = 2;
/** What the last picture, which has none after it, is shown for. */
const LAST_PICTURE_US = 40_000;

/** Draws boxes and numbers over the pictures of one camera. */
export interface BoxPainter {
  /** Takes the results of the next analysed frame; null: what was taken does not count any more. */
  update(frame: SessionFrame | null): void;
  /** The drawing for what was taken last, to be laid over the picture; it changes with the next call. */
  paint(): CanvasImageSource;
  dispose(): void;
}

/** Makes a painter for pictures of a camera; `sightings` name the vehicles, in order of their start. */
export type OpenBoxPainter = (
  header: SessionHeader,
  camera: SessionCamera,
  sightings: readonly SessionSighting[],
) => BoxPainter;

/** What the video with boxes is made with. */
export interface OverlayTools {
  readonly openScratch: OpenScratch;
  readonly openPainter: OpenBoxPainter;
  /** What this browser can encode: `avc` gives MP4, else WebM. Null: nothing. */
  readonly codec: OverlayCodec | null;
}

/** Codecs that a video with boxes can have, best first. */
export type OverlayCodec = 'avc' | 'vp9';

/** What this browser can encode at a size; null: neither. */
export async function encodableCodec(
  widthPx: number,
  heightPx: number,
): Promise<OverlayCodec | null> {
  const options = { width: widthPx, height: heightPx, quality: new Quality('high') };
  if (await canEncodeVideo('avc', options)) return 'avc';
  return (await canEncodeVideo('vp9', options)) ? 'vp9' : null;
}

/** The video of one camera with boxes and numbers burned in, encoded anew; cut exactly. */
export function createVideoOverlayExporter(tools: OverlayTools): Exporter {
  const container: MediaContainer = tools.codec === 'avc' ? 'mp4' : 'webm';
  return {
    format: 'video-overlay',
    refusal: (session, request) =>
      tools.codec === null ? 'This browser cannot encode video.' : videoRefusal(session, request),
    file: (session, request) =>
      exportFile(session, request, {
        suffix: `boxes.${container}`,
        mimeType: `video/${container}`,
        label: cameraLabel(session, cameraOf(session, request)),
      }),
    write: (session, request, sink, tell, signal) =>
      runExport(sink, signal, async (output) => {
        const segments = segmentsOf(session, request);
        const size = {
          byteCount: segments.reduce((total, { byteCount }) => total + byteCount, 0),
          packetCount: segments.reduce((total, { frameCount }) => total + frameCount, 0),
        };
        let recordCount = 0;
        const isWhole = await writeMedia(
          output,
          container,
          size,
          tools.openScratch,
          async (media) => {
            const results = await readResults(session, request);
            const burning = new OverlayBurner(session, request, tools, media, results);
            recordCount = await burning.burn(size.packetCount, tell, signal);
          },
        );
        tell(1);
        return { recordCount, notes: isWhole ? [] : [STREAMED_NOTE] };
      }),
  };
}

/** Decodes, draws and encodes one camera's pictures. */
class OverlayBurner {
  readonly #session: SessionReader;
  readonly #request: ExportRequest;
  readonly #tools: OverlayTools;
  readonly #media: Output;
  readonly #results: ExportedResults;
  readonly #camera: SessionCamera;
  readonly #span: TimeRange;
  readonly #canvas: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;
  #source: VideoSampleSource | null = null;
  #startUs = 0;
  #pictureCount = 0;

  constructor(
    session: SessionReader,
    request: ExportRequest,
    tools: OverlayTools,
    media: Output,
    results: ExportedResults,
  ) {
    const camera = findCamera(session, cameraOf(session, request));
    if (!camera) throw new AppError('EXPORT_FAILED', 'Expected a camera of the session');
    this.#session = session;
    this.#request = request;
    this.#tools = tools;
    this.#media = media;
    this.#results = results;
    this.#camera = camera;
    this.#span = spanOf(session, request);
    // Encoders take even sides only.
    this.#canvas = new OffscreenCanvas(evenPx(camera.widthPx), evenPx(camera.heightPx));
    const context = this.#canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('Expected a 2D context, got none');
    this.#context = context;
  }

  /** Returns how many pictures were written. */
  async burn(
    maxPacketCount: number,
    tell: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<number> {
    await this.#begin(maxPacketCount);
    const { header } = this.#session;
    const painter = this.#tools.openPainter(header, this.#camera, this.#results.sightings);
    const results = new PictureResults(this.#frames());
    const progress = new TimeProgress(this.#span, tell, { from: 0, to: 0.95 });
    // Each picture is kept until the next one is there: only then is it known how long it is shown.
    let waiting: VideoSample | null = null;
    try {
      for await (const frame of recordedPictures(this.#session, this.#request, signal)) {
        const timeUs = frame.timestamp;
        try {
          await this.#draw(frame, painter, results);
        } finally {
          frame.close();
        }
        if (waiting) await this.#encode(waiting, timeUs);
        waiting = this.#sampleAt(timeUs);
        progress.reach(timeUs);
      }
      if (waiting) await this.#encode(waiting, null);
    } finally {
      waiting?.close();
      await results.end();
      painter.dispose();
    }
    if (this.#pictureCount === 0)
      throw new AppError('EXPORT_FAILED', 'Expected pictures in this stretch, found none');
    return this.#pictureCount;
  }

  async #begin(maxPacketCount: number): Promise<void> {
    const { width, height } = this.#canvas;
    const codec = await encodableCodec(width, height);
    if (codec === null || codec !== this.#tools.codec) {
      throw new AppError(
        'ENCODER_UNSUPPORTED',
        `Expected an encoder for ${this.#tools.codec} at ${width}x${height}, found ${codec}`,
      );
    }
    this.#source = new VideoSampleSource({
      codec,
      quality: new Quality('high'),
      keyFrameInterval: KEY_PICTURE_INTERVAL_S,
    });
    this.#media.addVideoTrack(this.#source, { maximumPacketCount: maxPacketCount });
    await this.#media.start();
  }

  async *#frames(): AsyncGenerator<SessionFrame> {
    const { startUs, endUs } = this.#span;
    const range = { startUs: startUs - MAX_HELD_US, endUs };
    for await (const frame of this.#session.frames(this.#request.resultSet, range)) {
      if (frame.cameraId === this.#camera.cameraId) yield frame;
    }
  }

  async #draw(frame: VideoFrame, painter: BoxPainter, results: PictureResults): Promise<void> {
    const { passed, isCurrent } = await results.until(frame.timestamp);
    for (const result of passed) painter.update(result);
    if (!isCurrent) painter.update(null);
    const { widthPx, heightPx } = this.#camera;
    this.#context.drawImage(frame, 0, 0, widthPx, heightPx);
    this.#context.drawImage(painter.paint(), 0, 0, widthPx, heightPx);
  }

  #sampleAt(timeUs: number): VideoSample {
    if (this.#pictureCount === 0) this.#startUs = timeUs;
    this.#pictureCount += 1;
    return new VideoSample(this.#canvas, { timestamp: (timeUs - this.#startUs) / 1e6 });
  }

  /** `nextUs`: when the next one was taken. */
  async #encode(sample: VideoSample, nextUs: number | null): Promise<void> {
    const endS = nextUs === null ? null : (nextUs - this.#startUs) / 1e6;
    sample.setDuration(endS === null ? LAST_PICTURE_US / 1e6 : endS - sample.timestamp);
    await this.#source?.add(sample);
    sample.close();
  }
}

function evenPx(lengthPx: number): number {
  return Math.max(2, lengthPx - (lengthPx % 2));
}
