import type {
  NewResultSet,
  NewSession,
  PartFile,
  SessionEvent,
  SessionHeader,
  SessionReader,
  SessionWriter,
  VideoSegment,
} from '../../src/contracts/session';
import { encodeBlock } from '../../src/core/session-format/encode-block';
import { resultsPartName } from '../../src/core/session-format/part-path';
import { ResultTally } from '../../src/core/session-format/result-tally';
import { ResultsFile } from '../../src/core/session-format/results-file';

/** What a {@link MemoryWriter} was asked to do, in the end. */
export type WriterFate = 'open' | 'finished' | 'discarded';

/** A session writer without a disk, for tests that run where there is none; the real one is tested in a browser. */
export class MemoryWriter implements SessionWriter {
  readonly id: string;
  fate: WriterFate = 'open';
  readonly #session: NewSession;
  readonly #sets: NewResultSet[] = [];
  readonly #parts = new Map<string, Blob[]>();
  readonly #segments: VideoSegment[] = [];
  #counts: Parameters<SessionWriter['setVideoCounts']>[0] | null = null;
  #header: SessionHeader | null = null;

  constructor(session: NewSession, id: string) {
    this.#session = session;
    this.id = id;
  }

  get byteCount(): number {
    return [...this.#parts.values()].flat().reduce((sum, { size }) => sum + size, 0);
  }

  beginResultSet(set: NewResultSet): Promise<void> {
    this.#sets.push(set);
    this.#parts.set(resultsPartName(set.id), []);
    return Promise.resolve();
  }

  append(resultSet: string, events: readonly SessionEvent[]): Promise<void> {
    const blocks = this.#part(resultsPartName(resultSet));
    blocks.push(new Blob([encodeBlock(events, blocks.length)]));
    return Promise.resolve();
  }

  appendResults(resultSet: string, results: Blob): Promise<void> {
    this.#part(resultsPartName(resultSet)).push(results);
    return Promise.resolve();
  }

  openPart(name: string): Promise<PartFile> {
    const written: Uint8Array<ArrayBuffer>[] = [];
    let byteCount = 0;
    return Promise.resolve({
      write: (bytes: Uint8Array, position: number) => {
        if (position !== byteCount) throw new RangeError(`Expected byte ${byteCount} next`);
        written.push(bytes.slice());
        byteCount += bytes.length;
      },
      close: () => {
        this.#parts.set(name, [new Blob(written)]);
        return Promise.resolve(byteCount);
      },
    });
  }

  addSegment(segment: VideoSegment): Promise<void> {
    this.#segments.push(segment);
    return Promise.resolve();
  }

  addCrop(cropId: string, picture: Blob): Promise<string> {
    const name = `crops/${cropId}.${picture.type === 'image/webp' ? 'webp' : 'jpg'}`;
    this.#parts.set(name, [picture]);
    return Promise.resolve(name);
  }

  setVideoCounts(counts: Parameters<SessionWriter['setVideoCounts']>[0]): void {
    this.#counts = counts;
  }

  async finish(endedBecause: string | null): Promise<SessionHeader> {
    const spans: { readonly startUs: number; readonly endUs: number }[] = [...this.#segments];
    const resultSets = [];
    let gaps: SessionHeader['gaps'] = [];
    for (const set of this.#sets) {
      const tally = new ResultTally();
      const events: SessionEvent[] = [];
      for await (const event of this.results(set.id).events()) {
        tally.add(event);
        events.push(event);
      }
      if (tally.span) spans.push(tally.span);
      if (resultSets.length === 0)
        gaps = events.flatMap((event) => (event.type === 'gap' ? [event.gap] : []));
      resultSets.push({ ...set, ...tally.counts });
    }
    this.fate = 'finished';
    this.#header = {
      ...this.#session,
      ...(this.#counts ?? { videoFrameCount: 0, droppedAnalysedCount: 0, droppedOtherCount: 0 }),
      id: this.id,
      state: 'complete',
      startUs: Math.min(...spans.map(({ startUs }) => startUs)),
      endUs: Math.max(...spans.map(({ endUs }) => endUs)),
      gaps,
      resultSets,
      byteCount: this.byteCount,
      endedBecause,
    };
    return this.#header;
  }

  discard(): Promise<void> {
    this.fate = 'discarded';
    this.#parts.clear();
    return Promise.resolve();
  }

  /** A result set that was written. */
  results(set: string): ResultsFile {
    return new ResultsFile(new Blob(this.#part(resultsPartName(set))));
  }

  /** The session as it was written, once it is finished. */
  reader(): SessionReader {
    const header = this.#header;
    if (!header) throw new RangeError('Expected a finished session');
    return {
      header,
      segments: this.#segments,
      frames: (set, range) => this.results(set).frames(range),
      tracks: (set) => this.results(set).tracks(),
      sightings: (set) => this.results(set).sightings(),
      partNames: () => {
        const video = new Set(this.#segments.map(({ part }) => part));
        return Promise.resolve([...this.#parts.keys()].filter((name) => !video.has(name)));
      },
      part: (name) => Promise.resolve(new Blob(this.#part(name))),
    };
  }

  #part(name: string): Blob[] {
    const part = this.#parts.get(name);
    if (!part) throw new RangeError(`Expected a part that was begun, found none called ${name}`);
    return part;
  }
}
