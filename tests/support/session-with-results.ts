import type {
  SessionEvent,
  SessionHeader,
  SessionReader,
  VideoSegment,
} from '../../src/contracts/session';
import { encodeBlock } from '../../src/core/session-format/encode-block';
import { resultsPartName } from '../../src/core/session-format/part-path';

/** Microseconds of a block, as the recorder flushes them. */
const BLOCK_US = 2_000_000;

/** A made session with its results files beside, as a stored one has them, and with segments whose parts are given. */
export async function withResults(
  session: SessionReader,
  segments: readonly VideoSegment[] = [],
  video: ReadonlyMap<string, Blob> = new Map(),
): Promise<SessionReader> {
  const files = new Map<string, Blob>();
  for (const { id } of session.header.resultSets)
    files.set(resultsPartName(id), await resultsOf(session, id));
  return {
    header: segments.length === 0 ? session.header : videoHeader(session.header, segments),
    segments,
    frames: (set, range) => session.frames(set, range),
    tracks: (set) => session.tracks(set),
    sightings: (set) => session.sightings(set),
    partNames: async () => [...files.keys(), ...(await session.partNames())],
    part: async (name) => files.get(name) ?? video.get(name) ?? session.part(name),
  };
}

function videoHeader(header: SessionHeader, segments: readonly VideoSegment[]): SessionHeader {
  const videoFrameCount = segments.reduce((sum, { frameCount }) => sum + frameCount, 0);
  return { ...header, kind: 'video', videoFrameCount };
}

async function resultsOf(session: SessionReader, set: string): Promise<Blob> {
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  let events: SessionEvent[] = session.header.gaps.map((gap) => ({ type: 'gap', gap }));
  let blockEndUs = session.header.startUs + BLOCK_US;
  const flush = (): void => {
    if (events.length > 0) blocks.push(encodeBlock(events, blocks.length));
    events = [];
  };
  for await (const frame of session.frames(set, null)) {
    while (frame.captureTimeUs >= blockEndUs) {
      flush();
      blockEndUs += BLOCK_US;
    }
    events.push({ type: 'frame', frame });
  }
  for (const track of await session.tracks(set)) events.push({ type: 'track', track });
  for (const sighting of await session.sightings(set)) events.push({ type: 'sighting', sighting });
  flush();
  return new Blob(blocks);
}
