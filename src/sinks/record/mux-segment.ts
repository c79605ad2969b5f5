import {
  BufferTarget,
  EncodedPacket,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
} from 'mediabunny';
import type { EncodedPicture } from './encoded-picture';

/** How long a picture is shown when no other follows to tell. */
const LONE_PICTURE_US = 40_000;
/** The last picture of a segment is shown as long as the one before, but not through a gap. */
const MAX_LAST_PICTURE_US = 1_000_000;

/**
 * A complete file of these pictures, its time 0 at the first. MP4 keeps times to 1/57,600 of a second, WebM to a millisecond:
 * rounded, so at most half of that away. `pictures`: at least one, the first a key picture, of one stream.
 */
export async function muxSegment(pictures: readonly EncodedPicture[]): Promise<Uint8Array> {
  const first = pictures[0];
  if (!first) throw new RangeError('Expected at least one picture, found none');
  const { choice, decoderConfig } = first.stream;
  const isMp4 = choice.container === 'mp4';
  const target = new BufferTarget();
  const output = new Output({
    // A few megabytes at most: written at once, with its index in front.
    format: isMp4 ? new Mp4OutputFormat({ fastStart: 'in-memory' }) : new WebMOutputFormat(),
    target,
  });
  const source = new EncodedVideoPacketSource(isMp4 ? 'avc' : 'vp9');
  output.addVideoTrack(source);
  await output.start();
  for (const [index, picture] of pictures.entries()) {
    const packet = new EncodedPacket(
      picture.data,
      picture.isKey ? 'key' : 'delta',
      (picture.captureTimeUs - first.captureTimeUs) / 1e6,
      durationUs(pictures, index) / 1e6,
    );
    await source.add(packet, index === 0 ? { decoderConfig } : undefined);
  }
  await output.finalize();
  if (!target.buffer) throw new Error('Expected a finished file, found none');
  return new Uint8Array(target.buffer);
}

function durationUs(pictures: readonly EncodedPicture[], index: number): number {
  const timeUs = (at: number): number | null => pictures[at]?.captureTimeUs ?? null;
  const [before, now, next] = [timeUs(index - 1), timeUs(index) ?? 0, timeUs(index + 1)];
  if (next !== null) return next - now;
  return before === null ? LONE_PICTURE_US : Math.min(now - before, MAX_LAST_PICTURE_US);
}
