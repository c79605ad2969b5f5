import { EncodedPacketSink, type Input, type InputVideoTrack } from 'mediabunny';
import { type VideoSample, VideoSampleSink } from 'mediabunny';
import { AppError } from '../core/app-error';

/** The demuxer hands at most 40 packets to the decoder ahead of the first picture (mediabunny 1.61). */
const MAX_LOST_FRAMES = 48;
/** The index lists every picture: only rounding may keep the last from ending where it says. */
const INDEX_TOLERANCE_S = 0.25;
/** A file may state its length, a number of its own, that much too long before it counts as cut off. */
const STATED_TOLERANCE_S = 1;

/**
 * After a decoding error: the pictures that come after `afterS` (container seconds) and before the
 * damaged place. The decoder throws them away together with the damaged one, so they are decoded
 * again, up to the last that can be had.
 */
export async function* decodeUpToDamage(
  track: InputVideoTrack,
  afterS: number,
): AsyncGenerator<VideoSample, void, undefined> {
  const sink = new VideoSampleSink(track);
  const times = await timesAfter(track, afterS);
  let intactCount = 0;
  let unknownEnd = times.length;
  while (intactCount < unknownEnd) {
    const middle = (intactCount + unknownEnd + 1) >> 1;
    if (await isDecodable(sink, times[middle - 1])) intactCount = middle;
    else unknownEnd = middle - 1;
  }
  for await (const sample of sink.samplesAtTimestamps(times.slice(0, intactCount))) {
    if (sample) yield sample;
  }
}

async function isDecodable(sink: VideoSampleSink, timeS: number | undefined): Promise<boolean> {
  if (timeS === undefined) return false;
  try {
    const sample = await sink.getSample(timeS);
    sample?.close();
    return sample !== null;
  } catch {
    return false; // the damage begins at or before this picture: that is the answer asked for
  }
}

/** Presentation times of the next pictures, as far as the container's index can be read. */
async function timesAfter(track: InputVideoTrack, afterS: number): Promise<readonly number[]> {
  const packets = new EncodedPacketSink(track);
  const options = { metadataOnly: true };
  const times: number[] = [];
  try {
    let packet = Number.isFinite(afterS) ? await packets.getPacket(afterS, options) : null;
    packet ??= await packets.getFirstPacket(options);
    for (; packet && times.length < MAX_LOST_FRAMES;) {
      if (packet.timestamp > afterS) times.push(packet.timestamp);
      packet = await packets.getNextPacket(packet, options);
    }
  } catch {
    // the index itself ends here: what was read of it is used
  }
  return times.sort((a, b) => a - b);
}

/**
 * Whether a file that was read to its end holds less than it promises. `lastEndS`: end of the last
 * picture, container seconds. Returns what is missing, or null.
 */
export async function findMissingEnd(
  input: Input,
  track: InputVideoTrack,
  lastEndS: number,
): Promise<AppError | null> {
  const indexedEndS = await track.computeDuration();
  const statedEndS = (await input.getDurationFromMetadata()) ?? 0;
  // Containers that state only one length for all tracks: sound may go on after the last picture.
  const readableEndS = Math.max(lastEndS, await input.computeDuration());
  const isIndexedMissing = indexedEndS - lastEndS > INDEX_TOLERANCE_S;
  const isStatedMissing = statedEndS - readableEndS > STATED_TOLERANCE_S;
  if (!isIndexedMissing && !isStatedMissing) return null;
  const expectedS = isIndexedMissing ? indexedEndS : statedEndS;
  return new AppError(
    'VIDEO_DAMAGED',
    `Expected pictures up to ${expectedS.toFixed(1)} s, found the last at ${lastEndS.toFixed(1)} s: the file is cut off`,
  );
}
