import type {
  ResultSetId,
  SessionFrame,
  SessionHeader,
  SessionId,
  SessionReader,
  SessionSighting,
  SessionTrack,
  TimeRange,
  VideoSegment,
} from '../contracts/session';
import { AppError } from '../core/app-error';
import { resultsPartName } from '../core/session-format/part-path';
import { ResultsFile } from '../core/session-format/results-file';
import type { SessionPlace } from './session-place';
import { cropsOf, getSession, segmentsOf } from './session-queries';
import { headerOf, type SegmentRow, type SessionCropRow, type SessionRow } from './session-rows';

/**
 * Opens a session for reading, on the page or in a worker; null: there is none. An interrupted one is read as far as it was written. Throws
 * AppError SESSION_IN_USE while it is recorded, SESSION_DAMAGED when its row cannot be read, STORAGE_*.
 */
export async function openSession(
  place: SessionPlace,
  id: SessionId,
): Promise<SessionReader | null> {
  const lockedIds = await place.lockedIds();
  const found = await place.database.read('open a session', async (transaction) => {
    const isThere = (await transaction.objectStore('sessions').getKey(id)) !== undefined;
    const row = await getSession(transaction, id);
    const [segments, crops] = await Promise.all([
      segmentsOf(transaction, id),
      cropsOf(transaction, id),
    ]);
    return { isThere, row, segments, crops };
  });
  if (!found.isThere) return null;
  const { row, segments, crops } = found;
  if (!row)
    throw new AppError('SESSION_DAMAGED', `Expected the row of session ${id}, found another`);
  if (row.isOpen && lockedIds.has(id))
    throw new AppError(
      'SESSION_IN_USE',
      `Expected session ${id} to be closed, it is being recorded`,
    );
  return new StoredSessionReader(place, row, segments, crops);
}

class StoredSessionReader implements SessionReader {
  readonly header: SessionHeader;
  readonly segments: readonly VideoSegment[];
  readonly #place: SessionPlace;
  readonly #row: SessionRow;
  readonly #cropParts: ReadonlySet<string>;
  readonly #results = new Map<ResultSetId, Promise<ResultsFile>>();

  constructor(
    place: SessionPlace,
    row: SessionRow,
    segments: readonly SegmentRow[],
    crops: readonly SessionCropRow[],
  ) {
    this.#place = place;
    this.#row = row;
    this.header = headerOf(row, false);
    this.segments = segments.map(({ sessionId: _, ...segment }) => segment);
    this.#cropParts = new Set(crops.map(({ part }) => part));
  }

  async *frames(
    resultSet: ResultSetId,
    range: TimeRange | null,
  ): AsyncGenerator<SessionFrame, void, undefined> {
    yield* (await this.#resultsOf(resultSet)).frames(range);
  }

  async tracks(resultSet: ResultSetId): Promise<readonly SessionTrack[]> {
    return (await this.#resultsOf(resultSet)).tracks();
  }

  async sightings(resultSet: ResultSetId): Promise<readonly SessionSighting[]> {
    const sightings = await (await this.#resultsOf(resultSet)).sightings();
    return sightings.map((sighting) =>
      sighting.cropPart === null || this.#cropParts.has(sighting.cropPart)
        ? sighting
        : { ...sighting, cropPart: null },
    );
  }

  async partNames(): Promise<readonly string[]> {
    const results = this.#row.resultFiles.map(({ resultSet }) => resultsPartName(resultSet));
    return [...results, ...this.#cropParts];
  }

  async part(name: string): Promise<Blob> {
    const { resultFiles } = this.#row;
    const results = resultFiles.find(({ resultSet }) => resultsPartName(resultSet) === name);
    if (results) return this.#file(results.fileName, this.#row.isOpen ? null : results.byteCount);
    const segment = this.segments.find(({ part }) => part === name);
    if (segment) return this.#file(name, segment.byteCount);
    if (this.#cropParts.has(name)) return this.#file(name, null);
    throw new RangeError(`Expected a part of session ${this.header.id}, got ${name}`);
  }

  #resultsOf(resultSet: ResultSetId): Promise<ResultsFile> {
    let results = this.#results.get(resultSet);
    if (!results) {
      results = this.part(resultsPartName(resultSet)).then((file) => new ResultsFile(file));
      this.#results.set(resultSet, results);
    }
    return results;
  }

  /** `byteCount`: what it must have; null: not known. */
  async #file(name: string, byteCount: number | null): Promise<File> {
    const file = await this.#place.files.read(this.header.id, name);
    if (!file) throw new AppError('SESSION_DAMAGED', `Expected ${name}, found no such file`);
    if (byteCount !== null && file.size !== byteCount)
      throw new AppError(
        'SESSION_DAMAGED',
        `Expected ${byteCount} bytes of ${name}, found ${file.size}`,
      );
    return file;
  }
}
