import {
  BlobSource,
  EncodedPacketSink,
  Input,
  MATROSKA,
  MP4,
  QTFF,
  WEBM,
  type EncodedPacket,
  type InputVideoTrack,
} from 'mediabunny';
import type { ExportRequest } from '../../contracts/export';
import type { SessionReader, TimeRange, VideoSegment } from '../../contracts/session';
import { AppError } from '../../core/app-error';
import { cameraLabel, cameraOf } from './camera-choice';
import { spanOf } from './exported-results';

/** Containers round: a picture's time is the capture time at most this far from the container's; see {@link VideoSegment.offsetUs}. */
export const TIME_TOLERANCE_US = 500;

/** What segments are recorded as, and what video comes with imported results. */
const FORMATS = [MP4, QTFF, WEBM, MATROSKA];

/** One segment opened for reading. */
export interface OpenSegment {
  readonly segment: VideoSegment;
  readonly track: InputVideoTrack;
  readonly config: VideoDecoderConfig;
  close(): void;
}

/** An encoded picture of a session, and when it was taken. */
export interface RecordedPacket {
  readonly packet: EncodedPacket;
  readonly captureTimeUs: number;
}

/** Segments of the requested camera that reach into the requested range, in order of time. */
export function segmentsOf(
  session: SessionReader,
  request: ExportRequest,
): readonly VideoSegment[] {
  const cameraId = cameraOf(session, request);
  const { startUs, endUs } = spanOf(session, request);
  return session.segments.filter(
    (segment) =>
      segment.cameraId === cameraId && segment.startUs <= endUs && segment.endUs >= startUs,
  );
}

/** Why there is no video to export; null: there is some. */
export function videoRefusal(session: SessionReader, request: ExportRequest): string | null {
  if (segmentsOf(session, request).length > 0) return null;
  const camera = cameraLabel(session, cameraOf(session, request));
  if (session.segments.length > 0) return `There is no video of ${camera} in this stretch.`;
  return session.header.kind === 'video'
    ? 'The video of this session was removed.'
    : 'No video was recorded. Choose results with video before recording.';
}

/** Opens a segment; `close` it. Throws AppError SESSION_DAMAGED. */
export async function openSegment(
  session: SessionReader,
  segment: VideoSegment,
): Promise<OpenSegment> {
  const input = new Input({
    source: new BlobSource(await session.part(segment.part)),
    formats: FORMATS,
  });
  try {
    const track = await input.getPrimaryVideoTrack();
    const config = await track?.getDecoderConfig();
    if (!track || !config) throw new Error('no video track was found in it');
    return { segment, track, config, close: () => input.dispose() };
  } catch (error) {
    input.dispose();
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'SESSION_DAMAGED',
      `Expected ${segment.part} to be a video, found: ${reason}. Export the time before or after it.`,
      { cause: error },
    );
  }
}

/**
 * Pictures of a segment that a range needs, in order of decoding: from the key picture at or before its start to its
 * end. A picture that is shown before that key picture would lack what it is made from, and is left out.
 */
export async function* packetsOf(
  { segment, track }: OpenSegment,
  range: TimeRange,
  signal: AbortSignal,
): AsyncGenerator<RecordedPacket> {
  const sink = new EncodedPacketSink(track);
  const key = await keyPacket(sink, segment, range.startUs);
  if (!key) return;
  for await (const packet of sink.packets(key)) {
    signal.throwIfAborted();
    const captureTimeUs = captureTime(segment, packet);
    if (captureTimeUs > range.endUs + TIME_TOLERANCE_US) return;
    if (packet.timestamp >= key.timestamp) yield { packet, captureTimeUs };
  }
}

/** When the first picture of {@link packetsOf} was taken; null: there is none. */
export async function firstPictureUs(open: OpenSegment, startUs: number): Promise<number | null> {
  const key = await keyPacket(new EncodedPacketSink(open.track), open.segment, startUs);
  return key && captureTime(open.segment, key);
}

async function keyPacket(
  sink: EncodedPacketSink,
  segment: VideoSegment,
  startUs: number,
): Promise<EncodedPacket | null> {
  const containerS = (startUs - segment.offsetUs + TIME_TOLERANCE_US) / 1e6;
  const options = { verifyKeyPackets: true };
  return (await sink.getKeyPacket(containerS, options)) ?? (await sink.getFirstKeyPacket(options));
}

function captureTime(segment: VideoSegment, packet: EncodedPacket): number {
  return Math.round(packet.timestamp * 1e6) + segment.offsetUs;
}
