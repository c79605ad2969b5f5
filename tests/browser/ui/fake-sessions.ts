import type {
  GeoPosition,
  SessionHeader,
  SessionReader,
  SessionRemoval,
  SessionRetention,
  SessionsClient,
  SessionUsage,
} from '../../../src/contracts/session';

const NOTHING: SessionRemoval = {
  sessionCount: 0,
  videoSegmentCount: 0,
  cropCount: 0,
  sightingCount: 0,
  byteCount: 0,
};

/** Sessions in memory: what a screen does to them is done at once. */
export class FakeSessions implements SessionsClient {
  readonly calls: string[] = [];
  /** What is forgotten, rejects or is removed by retention does so by these. */
  nextError: Error | null = null;
  retention: SessionRetention | null = null;
  /** What a new limit removes. */
  overLimit = NOTHING;
  /** The settings keep it. */
  onRetention: (retention: SessionRetention) => void = () => undefined;
  /** Sessions that still show a forgotten vehicle. */
  withVideo: readonly string[] = [];
  readonly #readers = new Map<string, SessionReader>();
  readonly #listeners = new Set<() => void>();

  /** Puts sessions there, as a recording or an import would. */
  add(...readers: readonly SessionReader[]): void {
    for (const reader of readers) this.#readers.set(reader.header.id, reader);
    this.#tell();
  }

  async list(range: {
    readonly offset: number;
    readonly count: number;
  }): Promise<{ readonly sessions: readonly SessionHeader[]; readonly totalCount: number }> {
    const all = this.#headers().sort((a, b) => b.createdUnixMs - a.createdUnixMs);
    const { offset, count } = range;
    return { sessions: all.slice(offset, offset + count), totalCount: all.length };
  }

  async open(id: string): Promise<SessionReader | null> {
    this.#throwIfAsked();
    return this.#readers.get(id) ?? null;
  }

  async rename(id: string, title: string): Promise<void> {
    this.#change(id, (header) => ({ ...header, title }));
  }

  async setCameraPosition(
    id: string,
    cameraId: string,
    position: GeoPosition | null,
  ): Promise<void> {
    this.#change(id, (header) => ({
      ...header,
      cameras: header.cameras.map((camera) =>
        camera.cameraId === cameraId ? { ...camera, position } : camera,
      ),
    }));
  }

  async recover(id: string): Promise<SessionHeader> {
    const recovered = this.#change(id, (header) => ({ ...header, state: 'complete' }));
    if (!recovered) throw new RangeError(`Expected a session ${id}, found none`);
    return recovered;
  }

  async remove(ids: readonly string[]): Promise<SessionRemoval> {
    this.calls.push(`remove ${ids.join(' ')}`);
    this.#throwIfAsked();
    let removal = NOTHING;
    for (const id of ids) {
      const reader = this.#readers.get(id);
      if (!reader) continue;
      this.#readers.delete(id);
      const { sessionCount, videoSegmentCount, byteCount } = removal;
      removal = {
        ...removal,
        sessionCount: sessionCount + 1,
        videoSegmentCount: videoSegmentCount + reader.segments.length,
        byteCount: byteCount + reader.header.byteCount,
      };
    }
    this.#tell();
    return removal;
  }

  async forgetVehicle(
    id: string,
  ): Promise<SessionRemoval & { readonly sessionsWithVideo: readonly string[] }> {
    this.calls.push(`forget ${id}`);
    this.#throwIfAsked();
    return { ...NOTHING, sessionsWithVideo: this.withVideo };
  }

  async removeResultSet(id: string, resultSet: string): Promise<SessionRemoval> {
    this.calls.push(`remove result set ${id} ${resultSet}`);
    const removed = this.#readers.get(id)?.header.resultSets.find((set) => set.id === resultSet);
    this.#change(id, (header) => ({
      ...header,
      resultSets: header.resultSets.filter((set) => set !== removed),
    }));
    return { ...NOTHING, sightingCount: removed?.sightingCount ?? 0 };
  }

  /** A session is analysed again, with the results of its first analysis. */
  addResultSet(id: string, resultSet: string, label: string): SessionHeader {
    const reader = this.#readers.get(id);
    const [first] = reader?.header.resultSets ?? [];
    if (!reader || !first) throw new RangeError(`Expected a session ${id} with results`);
    const { header } = reader;
    const resultSets = [...header.resultSets, { ...first, id: resultSet, label }];
    const both = withHeader(reader, { ...header, resultSets });
    const idOf = (set: string): string => (set === resultSet ? first.id : set);
    this.add({
      ...both,
      frames: (set, range) => both.frames(idOf(set), range),
      tracks: (set) => both.tracks(idOf(set)),
      sightings: (set) => both.sightings(idOf(set)),
    });
    return both.header;
  }

  async setRetention(retention: SessionRetention): Promise<SessionRemoval> {
    this.retention = retention;
    this.onRetention(retention);
    return this.overLimit;
  }

  async usage(): Promise<SessionUsage> {
    const sessionBytes = this.#headers().reduce((sum, { byteCount }) => sum + byteCount, 0);
    return {
      usedBytes: sessionBytes,
      quotaBytes: 10_000_000_000,
      isPersistent: true,
      sessionCount: this.#readers.size,
      sessionBytes,
    };
  }

  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #headers(): SessionHeader[] {
    return [...this.#readers.values()].map(({ header }) => header);
  }

  #change(id: string, change: (header: SessionHeader) => SessionHeader): SessionHeader | null {
    this.#throwIfAsked();
    const reader = this.#readers.get(id);
    if (!reader) return null;
    const header = change(reader.header);
    this.#readers.set(id, withHeader(reader, header));
    this.#tell();
    return header;
  }

  #throwIfAsked(): void {
    const error = this.nextError;
    this.nextError = null;
    if (error) throw error;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function withHeader(reader: SessionReader, header: SessionHeader): SessionReader {
  return {
    header,
    segments: reader.segments,
    frames: (set, range) => reader.frames(set, range),
    tracks: (set) => reader.tracks(set),
    sightings: (set) => reader.sightings(set),
    partNames: () => reader.partNames(),
    part: (name) => reader.part(name),
  };
}
