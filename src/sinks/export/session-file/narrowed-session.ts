import type { ExportRequest } from '../../../contracts/export';
import type {
  SessionEvent,
  SessionFrame,
  SessionHeader,
  SessionReader,
  SessionSighting,
  SessionTrack,
  TimeRange,
  VideoSegment,
} from '../../../contracts/session';
import { encodeBlock } from '../../../core/session-format/encode-block';
import { resultsPartName, videoPartName } from '../../../core/session-format/part-path';
import { ResultTally, type ResultCounts } from '../../../core/session-format/result-tally';
import { ResultsFile } from '../../../core/session-format/results-file';
import { gapOf, type UnreadableVideo } from './unreadable-video';

/** What of a session goes into the file. */
type Choice = Pick<ExportRequest, 'range' | 'without'> & {
  readonly unreadable: readonly UnreadableVideo[];
};

/**
 * A session as if only what the request asks for, and can be read, had been recorded: all that is made of it leaves out the same; video that
 * cannot be read is a gap. The session itself when that is all of it. Tracks and sightings that reach into the range are told whole, and so is video that does.
 */
export async function narrowSession(
  session: SessionReader,
  { range, without }: Pick<ExportRequest, 'range' | 'without'>,
  unreadable: readonly UnreadableVideo[],
): Promise<SessionReader> {
  if (range === null && without.length === 0 && unreadable.length === 0) return session;
  const narrowed = new NarrowedSession(session, { range, without, unreadable });
  await narrowed.load();
  return narrowed;
}

/** One result set of what is left. */
interface NarrowedResults {
  readonly file: Blob;
  readonly counts: ResultCounts;
  readonly span: TimeRange | null;
}

class NarrowedSession implements SessionReader {
  header: SessionHeader;
  readonly segments: readonly VideoSegment[];
  readonly #whole: SessionReader;
  readonly #choice: Choice;
  /** Names of segments in the session, by their names here: both count from 0. */
  readonly #videoNames = new Map<string, string>();
  readonly #results = new Map<string, NarrowedResults>();

  constructor(session: SessionReader, choice: Choice) {
    this.#whole = session;
    this.#choice = choice;
    this.header = session.header;
    this.segments = choice.without.includes('video') ? [] : this.#numberSegments();
  }

  /** Makes the results that are left: must have ended before anything is read. */
  async load(): Promise<void> {
    const { header, segments } = this.#whole;
    for (const { id } of header.resultSets)
      this.#results.set(resultsPartName(id), await this.#narrowResults(id));
    const isCut = this.segments.length < segments.length;
    this.header = {
      ...header,
      ...this.#span(),
      kind: this.#kind(),
      gaps: this.#gaps(),
      resultSets: header.resultSets.map((set) => ({
        ...set,
        ...this.#results.get(resultsPartName(set.id))?.counts,
      })),
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
    const results = this.#results.get(name);
    return results
      ? Promise.resolve(results.file)
      : this.#whole.part(this.#videoNames.get(name) ?? name);
  }

  /** As whoever imports it will find it: from the first to the last frame or picture. */
  #span(): TimeRange {
    const { startUs, endUs } = this.#whole.header;
    const spans = [...this.#results.values()].flatMap(({ span }) => (span ? [span] : []));
    const all = [...spans, ...this.segments];
    return all.length === 0
      ? { startUs, endUs }
      : {
          startUs: all.reduce((least, span) => Math.min(least, span.startUs), Infinity),
          endUs: all.reduce((most, span) => Math.max(most, span.endUs), -Infinity),
        };
  }

  #gaps(): SessionHeader['gaps'] {
    const { range, unreadable } = this.#choice;
    const { gaps } = this.#whole.header;
    const kept = gaps.filter(({ startUs, endUs }) => reaches(startUs, endUs, range));
    return [...kept, ...unreadable.map(gapOf)].sort((a, b) => a.startUs - b.startUs);
  }

  #kind(): SessionHeader['kind'] {
    const { kind } = this.#whole.header;
    const { without } = this.#choice;
    if (kind === 'video' && this.segments.length > 0) return kind;
    return kind === 'results' || without.includes('crops') ? 'results' : 'crops';
  }

  #numberSegments(): readonly VideoSegment[] {
    const { header, segments } = this.#whole;
    const unreadable = new Set(this.#choice.unreadable.map(({ part }) => part));
    return header.cameras.flatMap(({ cameraId }, place) =>
      segments
        .filter((segment) => segment.cameraId === cameraId && !unreadable.has(segment.part))
        .filter(({ startUs, endUs }) => reaches(startUs, endUs, this.#choice.range))
        .map((segment, index) => {
          const part = videoPartName(place, index, segment.mimeType);
          this.#videoNames.set(part, segment.part);
          return { ...segment, index, part };
        }),
    );
  }

  /** Block by block, so that memory holds one block beside what comes out. */
  async #narrowResults(setId: string): Promise<NarrowedResults> {
    const whole = await this.#whole.part(resultsPartName(setId));
    const { range, without } = this.#choice;
    const isChanged = range !== null || without.includes('descriptors');
    const tally = new ResultTally();
    const written: Blob[] = [];
    for await (const events of new ResultsFile(whole).blocks()) {
      const kept = events.flatMap((event) => narrowEvent(event, this.#choice));
      for (const event of kept) tally.add(event);
      if (isChanged && kept.length > 0) written.push(new Blob([encodeBlock(kept, written.length)]));
    }
    const file = isChanged ? new Blob(written) : whole;
    return { file, counts: tally.counts, span: tally.span };
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
