import { EncodedVideoPacketSource, type Output, type VideoCodec } from 'mediabunny';
import type { Exporter, ExportRequest } from '../../contracts/export';
import type { SessionReader, TimeRange, VideoSegment } from '../../contracts/session';
import { AppError } from '../../core/app-error';
import { mediaPosition } from '../../core/time-text';
import { cameraLabel, cameraOf } from './camera-choice';
import { exportFile } from './export-name';
import { spanOf, TimeProgress } from './exported-results';
import { STREAMED_NOTE, writeMedia, type MediaContainer, type OpenScratch } from './media-output';
import { runExport, type ExportOutcome } from './run-export';
import {
  firstPictureUs,
  openSegment,
  packetsOf,
  segmentsOf,
  videoRefusal,
  type OpenSegment,
} from './video-segments';

/** A cut that moved by less is not worth a word: a picture or two. */
const MENTIONED_MOVE_US = 50_000;

/**
 * The recorded video of one camera without encoding it again: packets are copied from the key picture at or before the in
 * point on. Times within the clip are those of the recording less that of the first picture; gaps stay, the picture stands still.
 */
export function createVideoClipExporter(openScratch: OpenScratch): Exporter {
  return {
    format: 'video-clip',
    refusal: videoRefusal,
    file: (session, request) => {
      const container = containerOf(session, request);
      return exportFile(session, request, {
        suffix: `clip.${container}`,
        mimeType: `video/${container}`,
        label: cameraLabel(session, cameraOf(session, request)),
      });
    },
    write: (session, request, sink, tell, signal) =>
      runExport(sink, signal, async (output) => {
        const segments = segmentsOf(session, request);
        const size = {
          byteCount: sum(segments, ({ byteCount }) => byteCount),
          packetCount: sum(segments, ({ frameCount }) => frameCount),
        };
        let outcome: ExportOutcome = { recordCount: 0, notes: [] };
        const container = containerOf(session, request);
        const isWhole = await writeMedia(output, container, size, openScratch, async (media) => {
          const copying = new PacketCopier(session, request, media, size.packetCount);
          outcome = await copying.copy(segments, tell, signal);
        });
        tell(1);
        return isWhole ? outcome : { ...outcome, notes: [...outcome.notes, STREAMED_NOTE] };
      }),
  };
}

/**
 * The moment that time 0 of a request's clip is; where there is no video, the range's own start. Throws AppError
 * SESSION_DAMAGED.
 */
export async function clipStartUs(session: SessionReader, request: ExportRequest): Promise<number> {
  const { startUs } = spanOf(session, request);
  const [first] = segmentsOf(session, request);
  if (!first) return startUs;
  const open = await openSegment(session, first);
  try {
    return (await firstPictureUs(open, startUs)) ?? startUs;
  } finally {
    open.close();
  }
}

/** As it was recorded; all segments of a camera are alike. */
function containerOf(session: SessionReader, request: ExportRequest): MediaContainer {
  return segmentsOf(session, request)[0]?.mimeType === 'video/webm' ? 'webm' : 'mp4';
}

function sum(segments: readonly VideoSegment[], count: (segment: VideoSegment) => number): number {
  return segments.reduce((total, segment) => total + count(segment), 0);
}

/** Copies segments one after the other into one track. */
class PacketCopier {
  readonly #session: SessionReader;
  readonly #span: TimeRange;
  readonly #media: Output;
  readonly #maxPacketCount: number;
  #source: EncodedVideoPacketSource | null = null;
  #firstConfig: VideoDecoderConfig | null = null;
  #startUs = 0;
  #endUs = 0;
  #packetCount = 0;

  constructor(
    session: SessionReader,
    request: ExportRequest,
    media: Output,
    maxPacketCount: number,
  ) {
    this.#session = session;
    this.#span = spanOf(session, request);
    this.#media = media;
    this.#maxPacketCount = maxPacketCount;
  }

  async copy(
    segments: readonly VideoSegment[],
    tell: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<ExportOutcome> {
    // The rest is for the copy from the scratch file.
    const progress = new TimeProgress(this.#span, tell, { from: 0, to: 0.9 });
    for (const segment of segments) {
      const open = await openSegment(this.#session, segment);
      try {
        await this.#copySegment(open, progress, signal);
      } finally {
        open.close();
      }
    }
    if (this.#packetCount === 0)
      throw new AppError('EXPORT_FAILED', 'Expected pictures in this stretch, found none');
    return { recordCount: this.#packetCount, notes: this.#notes() };
  }

  async #copySegment(
    open: OpenSegment,
    progress: TimeProgress,
    signal: AbortSignal,
  ): Promise<void> {
    for await (const { packet, captureTimeUs } of packetsOf(open, this.#span, signal)) {
      const isFirst = this.#source === null;
      if (isFirst) this.#startUs = captureTimeUs;
      const source = this.#source ?? (await this.#begin(open));
      if (this.#firstConfig && !isSameStream(this.#firstConfig, open.config)) {
        throw changedFormat(open.segment, this.#startUs);
      }
      const timestamp = (captureTimeUs - this.#startUs) / 1e6;
      await source.add(
        packet.clone({ timestamp }),
        isFirst ? { decoderConfig: open.config } : undefined,
      );
      this.#packetCount += 1;
      this.#endUs = Math.max(this.#endUs, captureTimeUs);
      progress.reach(captureTimeUs);
    }
  }

  async #begin({ track, config }: OpenSegment): Promise<EncodedVideoPacketSource> {
    const codec = await track.getCodec();
    if (codec === null) throw new AppError('EXPORT_FAILED', 'Expected a known codec, found none');
    const source = new EncodedVideoPacketSource(codec satisfies VideoCodec);
    this.#media.addVideoTrack(source, {
      rotation: await track.getRotation(),
      flip: await track.getFlip(),
      maximumPacketCount: this.#maxPacketCount,
    });
    await this.#media.start();
    this.#source = source;
    this.#firstConfig = config;
    return source;
  }

  #notes(): readonly string[] {
    const movedUs = this.#span.startUs - this.#startUs;
    if (Math.abs(movedUs) < MENTIONED_MOVE_US) return [];
    const seconds = (Math.abs(movedUs) / 1e6).toFixed(1);
    return movedUs > 0
      ? [
          `The clip begins ${seconds} s before the in point: a video can only be cut at a key picture without encoding it again.`,
        ]
      : [`The clip begins ${seconds} s after the in point: the video begins there.`];
  }
}

/** Whether pictures of both can stand in one track: a player is told once what they are. */
function isSameStream(a: VideoDecoderConfig, b: VideoDecoderConfig): boolean {
  if (a === b) return true;
  const isAlike =
    a.codedWidth === b.codedWidth &&
    a.codedHeight === b.codedHeight &&
    a.codec.split('.')[0] === b.codec.split('.')[0];
  return isAlike && isSameBytes(bytesOf(a.description), bytesOf(b.description));
}

function bytesOf(description: AllowSharedBufferSource | undefined): Uint8Array {
  if (description === undefined) return new Uint8Array();
  return ArrayBuffer.isView(description)
    ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
    : new Uint8Array(description);
}

function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function changedFormat(segment: VideoSegment, startUs: number): AppError {
  const position = mediaPosition(segment.startUs - startUs);
  return new AppError(
    'EXPORT_FAILED',
    `Expected video of one format, found another from ${position} on (${segment.codec}). Export the time before or after it, or the video with boxes, which is encoded anew.`,
  );
}
