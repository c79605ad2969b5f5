import type {
  NewResultSet,
  NewSession,
  PartFile,
  SessionEvent,
  SessionHeader,
  SessionWriter,
  VideoSegment,
} from '../../../src/contracts/session';
import { AppError } from '../../../src/core/app-error';

/** A session in memory. Fails as a full disk does once it holds too much. */
export class MemoryWriter implements SessionWriter {
  readonly id = 'memory-session';
  readonly resultSetIds: string[] = [];
  readonly events: SessionEvent[] = [];
  readonly segments: VideoSegment[] = [];
  readonly parts = new Map<string, Uint8Array>();
  readonly crops = new Map<string, Blob>();
  counts: Parameters<SessionWriter['setVideoCounts']>[0] | null = null;
  endedBecause: string | null | undefined = undefined;
  isDiscarded = false;
  readonly #session: NewSession;
  readonly #capacityBytes: number;

  constructor(session: NewSession, capacityBytes = Infinity) {
    this.#session = session;
    this.#capacityBytes = capacityBytes;
  }

  get byteCount(): number {
    return this.segments.reduce((sum, { byteCount }) => sum + byteCount, 0);
  }
  beginResultSet({ id }: NewResultSet): Promise<void> {
    this.resultSetIds.push(id);
    return Promise.resolve();
  }
  append(resultSet: string, events: readonly SessionEvent[]): Promise<void> {
    if (!this.resultSetIds.includes(resultSet))
      return Promise.reject(new Error(`Nobody began the result set ${resultSet}`));
    this.events.push(...events);
    return Promise.resolve();
  }
  appendResults(): Promise<void> {
    return Promise.reject(new Error('Nothing is imported here'));
  }
  openPart(name: string): Promise<PartFile> {
    return Promise.resolve({
      write: (bytes: Uint8Array) => {
        if (this.byteCount + bytes.length > this.#capacityBytes) {
          throw new AppError('STORAGE_FULL', `Expected room for ${bytes.length} bytes`);
        }
        this.parts.set(name, bytes);
      },
      close: () => Promise.resolve(this.parts.get(name)?.length ?? 0),
    });
  }
  addSegment(segment: VideoSegment): Promise<void> {
    this.segments.push(segment);
    return Promise.resolve();
  }
  addCrop(cropId: string, picture: Blob): Promise<string> {
    this.crops.set(cropId, picture);
    return Promise.resolve(`crops/${cropId}.jpg`);
  }
  setVideoCounts(counts: Parameters<SessionWriter['setVideoCounts']>[0]): void {
    this.counts = counts;
  }
  finish(endedBecause: string | null): Promise<SessionHeader> {
    this.endedBecause = endedBecause;
    return Promise.resolve({
      ...this.#session,
      id: this.id,
      state: 'complete',
      startUs: 0,
      endUs: 0,
      gaps: [],
      resultSets: [],
      videoFrameCount: 0,
      droppedAnalysedCount: 0,
      droppedOtherCount: 0,
      ...this.counts,
      byteCount: this.byteCount,
      endedBecause,
    });
  }
  discard(): Promise<void> {
    this.isDiscarded = true;
    return Promise.resolve();
  }

  /** A part's bytes as the reader gives them. */
  file(name: string): Blob {
    const bytes = this.parts.get(name);
    if (!bytes) throw new Error(`Expected a part ${name}, found none`);
    return new Blob([new Uint8Array(bytes)]);
  }
}
