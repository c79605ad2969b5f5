import type { ExportRequest } from '../../../contracts/export';
import type {
  ResultSet,
  SessionEvent,
  SessionFrame,
  SessionHeader,
  SessionReader,
  SessionSighting,
  SessionTrack,
  TimeRange,
  VideoSegment,
} from '../../../contracts/session';
import { BlobWindow } from '../../../core/session-format/blob-window';
import { indexBlocks, readPayload } from '../../../core/session-format/block-index';
import { decodeEvents } from '../../../core/session-format/decode-block';
import { encodeBlock } from '../../../core/session-format/encode-block';
import { resultsPartName, videoPartName } from '../../../core/session-format/part-path';

/** What of a session goes into the file. */
type Choice = Pick<ExportRequest, 'range' | 'without'>;

/**
 * A session as if only what the request asks for had been recorded: all that is made of it leaves out the same. The session itself when
 * that is all of it. Tracks and sightings that reach into the range are told whole, and so is video that does.
 */
export async function narrowSession(
  session: SessionReader,
  { range, without }: Choice,
): Promise<SessionReader> {
  if (range === null && without.length === 0) return session;
  const narrowed = new NarrowedSession(session, { range, without });
  await narrowed.load();
  return narrowed;
}

class NarrowedSession implements SessionReader {
  header: SessionHeader;
  readonly segments: readonly VideoSegment[];
  readonly #whole: SessionReader;
  readonly #choice: Choice;
  /** Names of segments in the session, by their names here: both count from 0. */
  readonly #videoNames = new Map<string, string>();
  readonly #results = new Map<string, Promise<Blob>>();

  constructor(session: SessionReader, choice: Choice) {
    this.#whole = session;
    this.#choice = choice;
    this.header = session.header;
    this.segments = choice.without.includes('video') ? [] : this.#numberSegments();
  }

  /** Counts what is left: must have ended before anything is read. */
  async load(): Promise<void> {
    const { header } = this.#whole;
    const { range } = this.#choice;
    const resultSets: ResultSet[] = [];
    for (const set of header.resultSets)
      resultSets.push(range === null ? set : { ...set, ...(await this.#count(set.id)) });
    const isCut = this.segments.length < this.#whole.segments.length;
    this.header = {
      ...header,
      ...(range && {
        startUs: Math.max(range.startUs, header.startUs),
        endUs: Math.min(range.endUs, header.endUs),
      }),
      kind: this.#kind(),
      gaps: header.gaps.filter((gap) => reaches(gap.startUs, gap.endUs, range)),
      resultSets,
      ...(isCut && {
        videoFrameCount: this.segments.reduce((sum, { frameCount }) => sum + frameCount, 0),
        // Counted for the whole recording: nobody knows how many of them in this stretch.
        droppedAnalysedCount: 0,
        droppedOtherCount: 0,
      }),
    };
  }

  frames(resultSet: string, range: TimeRange | null): AsyncIterable<SessionFrame> {
    return this.#whole.frames(resultSet, intersection(this.#choice.range, range));
  }

  async tracks(resultSet: string): Promise<readonly SessionTrack[]> {
    const tracks = await this.#whole.tracks(resultSet);
    return tracks.filter((track) => isTrackWithin(track, this.#choice.range));
  }

  async sightings(resultSet: string): Promise<readonly SessionSighting[]> {
    const { range, without } = this.#choice;
    const sightings = await this.#whole.sightings(resultSet);
    return sightings
      .filter(({ startUs, endUs }) => reaches(startUs, endUs, range))
      .map((sighting) => ({
        ...sighting,
        cropPart: without.includes('crops') ? null : sighting.cropPart,
        descriptor: without.includes('descriptors') ? null : sighting.descriptor,
      }));
  }

  async partNames(): Promise<readonly string[]> {
    const names = new Set<string>();
    for (const { id } of this.header.resultSets) {
      names.add(resultsPartName(id));
      for (const { cropPart } of await this.sightings(id)) if (cropPart) names.add(cropPart);
    }
    return [...names];
  }

  part(name: string): Promise<Blob> {
    const set = this.header.resultSets.find(({ id }) => resultsPartName(id) === name);
    if (!set) return this.#whole.part(this.#videoNames.get(name) ?? name);
    let results = this.#results.get(set.id);
    if (!results) {
      results = this.#narrowResults(name);
      this.#results.set(set.id, results);
    }
    return results;
  }

  #kind(): SessionHeader['kind'] {
    const { kind } = this.#whole.header;
    const { without } = this.#choice;
    if (kind === 'video' && !without.includes('video')) return kind;
    return kind === 'results' || without.includes('crops') ? 'results' : 'crops';
  }

  #numberSegments(): readonly VideoSegment[] {
    const { header, segments } = this.#whole;
    return header.cameras.flatMap(({ cameraId }, place) =>
      segments
        .filter((segment) => segment.cameraId === cameraId)
        .filter(({ startUs, endUs }) => reaches(startUs, endUs, this.#choice.range))
        .map((segment, index) => {
          const part = videoPartName(place, index, segment.mimeType);
          this.#videoNames.set(part, segment.part);
          return { ...segment, index, part };
        }),
    );
  }

  async #count(setId: string) {
    let frameCount = 0;
    let boxCount = 0;
    for await (const { boxes } of this.frames(setId, null)) {
      frameCount += 1;
      for (const { state } of boxes) if (state === 'confirmed') boxCount += 1;
    }
    const [tracks, sightings] = await Promise.all([this.tracks(setId), this.sightings(setId)]);
    return {
      frameCount,
      boxCount,
      trackCount: tracks.length,
      sightingCount: sightings.length,
    };
  }

  /** Block by block, so that memory holds one block beside what comes out. */
  async #narrowResults(name: string): Promise<Blob> {
    const whole = await this.#whole.part(name);
    const { blocks } = await indexBlocks(whole);
    const window = new BlobWindow(whole);
    const written: Blob[] = [];
    for (const block of blocks) {
      const events = decodeEvents(block.header, await readPayload(window, block));
      const kept = events.flatMap((event) => narrowEvent(event, this.#choice));
      if (kept.length > 0) written.push(new Blob([encodeBlock(kept, written.length)]));
    }
    return new Blob(written);
  }
}

function narrowEvent(event: SessionEvent, { range, without }: Choice): readonly SessionEvent[] {
  switch (event.type) {
    case 'frame': {
      const { captureTimeUs } = event.frame;
      return reaches(captureTimeUs, captureTimeUs, range) ? [event] : [];
    }
    case 'track':
      return isTrackWithin(event.track, range) ? [event] : [];
    case 'gap':
      return reaches(event.gap.startUs, event.gap.endUs, range) ? [event] : [];
    case 'sighting': {
      const { sighting } = event;
      if (!reaches(sighting.startUs, sighting.endUs, range)) return [];
      if (!without.includes('descriptors')) return [event];
      return [{ type: 'sighting', sighting: { ...sighting, descriptor: null } }];
    }
  }
}

function isTrackWithin(track: SessionTrack, range: TimeRange | null): boolean {
  return reaches(track.firstSeenUs, track.lastSeenUs, range);
}

function reaches(startUs: number, endUs: number, range: TimeRange | null): boolean {
  return range === null || (startUs <= range.endUs && endUs >= range.startUs);
}

function intersection(a: TimeRange | null, b: TimeRange | null): TimeRange | null {
  if (!a || !b) return a ?? b;
  return { startUs: Math.max(a.startUs, b.startUs), endUs: Math.min(a.endUs, b.endUs) };
}
