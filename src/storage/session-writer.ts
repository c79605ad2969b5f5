import type { VehicleId } from '../contracts/match';
import type {
  NewResultSet,
  PartFile,
  ResultSetId,
  SessionEvent,
  SessionHeader,
  SessionId,
  SessionWriter,
  VideoSegment,
} from '../contracts/session';
import { resultsPartName } from '../core/session-format/part-path';
import type { HeldLock } from './exclusive-lock';
import { ResultPart } from './result-part';
import { SessionDraft } from './session-draft';
import type { SessionPlace } from './session-place';
import { getSession } from './session-queries';
import { headerOf, type SessionRow, type SessionWrite } from './session-rows';
import { dropSession, tidySession } from './session-tidying';
import type { SyncFile } from './sync-file';

/** Part of a file name, and told apart from what a rewriting adds to it, which has a point. */
const RESULT_SET_ID = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/;

/** `video-<camera's place>-<index>.mp4` or `.webm`. */
const VIDEO_PART = /^video-\d+-\d+\.(mp4|webm)$/;

const CROP_ID = /^[A-Za-z0-9-]{1,64}$/;

const CROP_EXTENSIONS: Readonly<Record<string, string>> = {
  'image/webp': 'webp',
  'image/jpeg': 'jpg',
};

/**
 * Writes one session, whose lock it holds. Files first, made durable, then the rows that make them count: whatever is cut short
 * leaves files that no row tells of, and those are removed by `finish`, by recovery, or at the next start.
 */
export class StoredSessionWriter implements SessionWriter {
  readonly id: SessionId;
  readonly #place: SessionPlace;
  readonly #lock: HeldLock;
  /** False: a further result set of a session that stays as it is until `finish`. */
  readonly #isNew: boolean;
  readonly #takenSetIds: ReadonlySet<ResultSetId>;
  readonly #draft: SessionDraft;
  readonly #openFiles = new Set<SyncFile>();
  /** Parts that no segment was told of: their bytes, null while they are written. */
  readonly #looseParts = new Map<string, number | null>();
  readonly #vehicleIds = new Set<VehicleId>();
  #queue: Promise<unknown> = Promise.resolve();
  #isOver = false;

  /** `lock` of the session is released by `finish` or `discard`. `row` as it is in the database. */
  constructor(place: SessionPlace, lock: HeldLock, row: SessionRow) {
    this.id = row.id;
    this.#place = place;
    this.#lock = lock;
    this.#isNew = row.isOpen;
    this.#takenSetIds = new Set(row.resultSets.map(({ id }) => id));
    this.#draft = new SessionDraft(row);
  }

  get byteCount(): number {
    return this.#draft.byteCount;
  }

  beginResultSet(set: NewResultSet): Promise<void> {
    return this.#inTurn(async () => {
      const { sets } = this.#draft;
      if (!RESULT_SET_ID.test(set.id) || this.#takenSetIds.has(set.id) || sets.has(set.id))
        throw new RangeError(`Expected a new id of letters and digits, got result set ${set.id}`);
      const fileName = resultsPartName(set.id);
      const file = await this.#open(fileName);
      sets.set(set.id, { set, part: new ResultPart(file, fileName) });
      await this.#write('begin a result set', async () => undefined);
    });
  }

  append(resultSet: ResultSetId, events: readonly SessionEvent[]): Promise<void> {
    return this.#inTurn(async () => {
      const part = this.#part(resultSet);
      const block = part.encode(events);
      await this.#note(
        events.flatMap((event) => (event.type === 'sighting' ? [event.sighting.vehicleId] : [])),
      );
      part.append(block, events);
    });
  }

  appendResults(resultSet: ResultSetId, results: Blob): Promise<void> {
    return this.#inTurn(async () => {
      const part = this.#part(resultSet);
      await part.copy(results);
      await this.#note([...part.counter.vehicleIds]);
    });
  }

  openPart(name: string): Promise<PartFile> {
    return this.#inTurn(async () => {
      if (!VIDEO_PART.test(name)) throw new RangeError(`Expected a video part, got ${name}`);
      const file = await this.#open(name);
      this.#looseParts.set(name, null);
      file.truncate(0);
      return {
        write: (bytes, position) => {
          file.write(bytes, position);
        },
        close: async () => {
          const { byteCount } = file;
          file.flush();
          this.#close(file);
          this.#looseParts.set(name, byteCount);
          return byteCount;
        },
      };
    });
  }

  addSegment(segment: VideoSegment): Promise<void> {
    return this.#inTurn(async () => {
      const { part, byteCount } = segment;
      const found = this.#looseParts.get(part);
      if (found !== byteCount)
        throw new RangeError(
          `Expected ${part} closed with ${byteCount} bytes, found ${found ?? 0}`,
        );
      const { segments } = this.#draft;
      segments.push(segment);
      try {
        await this.#write('keep a video segment', async (transaction) => {
          await transaction.objectStore('segments').add({ ...segment, sessionId: this.id });
        });
      } catch (error) {
        segments.pop();
        throw error;
      }
      this.#looseParts.delete(part);
    });
  }

  addCrop(cropId: string, picture: Blob): Promise<string> {
    return this.#inTurn(async () => {
      const extension = CROP_EXTENSIONS[picture.type];
      if (!CROP_ID.test(cropId) || extension === undefined)
        throw new RangeError(`Expected a WebP or JPEG picture, got ${cropId} of ${picture.type}`);
      const part = `crops/${cropId}.${extension}`;
      const bytes = new Uint8Array(await picture.arrayBuffer());
      const file = await this.#open(part);
      try {
        file.truncate(0);
        file.write(bytes, 0);
        file.flush();
      } finally {
        this.#close(file);
      }
      const { crops } = this.#draft;
      crops.set(part, bytes.length);
      try {
        await this.#write('keep a picture', async (transaction) => {
          // One of a further result set counts with that: a crash would leave it in a session that is complete.
          if (this.#isNew) await this.#putCrop(transaction, part, bytes.length);
        });
      } catch (error) {
        crops.delete(part);
        throw error;
      }
      return part;
    });
  }

  setVideoCounts(counts: Parameters<SessionWriter['setVideoCounts']>[0]): void {
    this.#draft.videoCounts = counts;
  }

  finish(endedBecause: string | null): Promise<SessionHeader> {
    return this.#inTurn(async () => {
      this.#closeFiles();
      // Before anything is written: on a full disk it is what makes room.
      for (const name of this.#looseParts.keys()) await this.#place.files.remove(this.id, name);
      const { crops, strayCrops } = this.#draft;
      for (const part of strayCrops) crops.delete(part);
      const row = await this.#place.database.write('finish a session', async (transaction) => {
        for (const part of strayCrops)
          await transaction.objectStore('crops').delete([this.id, part]);
        if (!this.#isNew)
          for (const [part, byteCount] of crops) await this.#putCrop(transaction, part, byteCount);
        const found = await this.#row(transaction);
        const finished: SessionRow = {
          ...this.#draft.describe(found),
          endedBecause: this.#isNew ? endedBecause : found.endedBecause,
          isOpen: false,
        };
        await transaction.objectStore('sessions').put(finished);
        return finished;
      });
      await tidySession(this.#place, this.id);
      this.#end();
      this.#place.changes.tell('finished');
      return headerOf(row, false);
    });
  }

  discard(): Promise<void> {
    return this.#inTurn(async () => {
      this.#closeFiles();
      if (this.#isNew) await dropSession(this.#place, this.id);
      else await this.#takeBack();
      this.#end();
      this.#place.changes.tell('changed');
    });
  }

  /** What was added to a session that was complete before. */
  async #takeBack(): Promise<void> {
    await this.#place.database.write('take back a result set', async (transaction) => {
      for (const { cameraId, index } of this.#draft.segments)
        await transaction.objectStore('segments').delete([this.id, cameraId, index]);
    });
    await tidySession(this.#place, this.id);
  }

  async #putCrop(transaction: SessionWrite, part: string, byteCount: number): Promise<void> {
    await transaction.objectStore('crops').put({ sessionId: this.id, part, byteCount });
  }

  /** A vehicle must be found in every session that tells of it: so its row comes before the results do. */
  async #note(vehicleIds: readonly VehicleId[]): Promise<void> {
    const fresh = new Set(vehicleIds.filter((id) => !this.#vehicleIds.has(id)));
    await this.#write('keep results', async (transaction) => {
      for (const vehicleId of fresh)
        await transaction.objectStore('sessionVehicles').put({ sessionId: this.id, vehicleId });
    });
    for (const id of fresh) this.#vehicleIds.add(id);
  }

  /** One transaction, in which a new session's row is brought up to date as well. */
  #write(doing: string, work: (transaction: SessionWrite) => Promise<void>): Promise<void> {
    return this.#place.database.write(doing, async (transaction) => {
      await work(transaction);
      if (!this.#isNew) return;
      const row = this.#draft.describe(await this.#row(transaction));
      await transaction.objectStore('sessions').put(row);
    });
  }

  async #row(transaction: SessionWrite): Promise<SessionRow> {
    const row = await getSession(transaction, this.id);
    if (!row) throw new RangeError(`Expected the row of session ${this.id}, found none`);
    return row;
  }

  #part(resultSet: ResultSetId): ResultPart {
    const found = this.#draft.sets.get(resultSet);
    if (!found) throw new RangeError(`Expected a result set that was begun, got ${resultSet}`);
    return found.part;
  }

  async #open(name: string): Promise<SyncFile> {
    const file = await this.#place.files.open(this.id, name);
    this.#openFiles.add(file);
    return file;
  }

  #close(file: SyncFile): void {
    file.close();
    this.#openFiles.delete(file);
  }

  #closeFiles(): void {
    for (const file of [...this.#openFiles]) this.#close(file);
  }

  #end(): void {
    this.#isOver = true;
    this.#lock.release();
  }

  /** One thing after the other, as it was asked for; a failure does not keep the next from being tried. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => {
      if (this.#isOver)
        throw new RangeError(`Expected a session being written, ${this.id} is closed`);
      return work();
    });
    this.#queue = result.catch(() => undefined); // told to whoever asked
    return result;
  }
}
