import type { ImportOutcome, VerificationReport, VerifiedPart } from '../../contracts/export';
import type { NewSession, SessionWriter } from '../../contracts/session';
import { AppError } from '../../core/app-error';
import {
  openArchive,
  readWhole,
  type Archive,
  type ArchiveEntry,
} from '../../core/session-format/archive';
import { readManifest, type Manifest, type ManifestPart } from '../../core/session-format/manifest';
import {
  DATA_FOLDER,
  MANIFEST_PATH,
  MAX_MANIFEST_BYTES,
  resultsPartName,
} from '../../core/session-format/part-path';
import { ResultTally } from '../../core/session-format/result-tally';
import { ResultsFile } from '../../core/session-format/results-file';
import { ResultsCheck } from './check-results';
import { expectRoom, refused, writeSession, type ImportTask } from './import-tools';

/** How much of the work is checking; the rest is writing. */
const CHECK_SHARE = 0.6;

/** `crops/<id>.<extension>`; the id as the writer takes it. */
const CROP_NAME = /^crops\/([A-Za-z0-9-]{1,64})\.(webp|jpg)$/;

/** No crop of a vehicle is larger. */
const MAX_CROP_BYTES = 16 * 2 ** 20;

/**
 * Reads a session file: first it is checked whole, then its data parts are taken over as they are. Throws AppError IMPORT_REFUSED,
 * STORAGE_*; AbortError; nothing remains then.
 */
export async function importSessionFile(file: File, task: ImportTask): Promise<ImportOutcome> {
  const { tools, signal } = task;
  const report = await tools.verify(
    file,
    (done) => {
      task.tell(done * CHECK_SHARE);
    },
    signal,
  );
  expectIntact(report, file.name);
  const archive = await openArchive(file);
  const source = await SessionSource.open(archive, signal);
  await expectRoom(task, source.byteCount);
  await source.checkResults();
  return writeSession(task, source.newSession(), async (writer) => {
    await source.copyTo(writer, (done) => {
      task.tell(CHECK_SHARE + done * (1 - CHECK_SHARE));
    });
    return {
      notes: [...notesOf(report), ...leftOutNotes(source.manifest)],
      endedBecause: source.manifest.session.endedBecause,
    };
  });
}

/** A session file that was checked, as something to copy from. */
class SessionSource {
  readonly manifest: Manifest;
  /** Data parts by their names in the session's folder. */
  readonly #parts: ReadonlyMap<string, ManifestPart>;
  readonly #archive: Archive;
  readonly #entries: ReadonlyMap<string, ArchiveEntry>;
  readonly #signal: AbortSignal;

  private constructor(archive: Archive, manifest: Manifest, signal: AbortSignal) {
    this.manifest = manifest;
    this.#archive = archive;
    this.#entries = new Map(archive.entries.map((entry) => [entry.path, entry]));
    this.#signal = signal;
    const data = manifest.parts.filter(({ role }) => role === 'data');
    this.#parts = new Map(data.map((part) => [dataName(part), part]));
    this.#expectAllParts();
  }

  static async open(archive: Archive, signal: AbortSignal): Promise<SessionSource> {
    const entry = archive.entries.find(({ path }) => path === MANIFEST_PATH);
    if (!entry) throw refused(at(MANIFEST_PATH), 'a manifest', 'none');
    const bytes = await readWhole(archive, entry, MAX_MANIFEST_BYTES, signal);
    return new SessionSource(archive, readManifest(bytes), signal);
  }

  /** Of all that will be stored. */
  get byteCount(): number {
    return [...this.#parts.values()].reduce((sum, { byteCount }) => sum + byteCount, 0);
  }

  newSession(): NewSession {
    const { session } = this.manifest;
    return {
      origin: 'imported',
      title: session.title,
      kind: session.kind,
      sourceKind: session.sourceKind,
      sourceLabel: session.sourceLabel,
      runId: session.runId,
      cameras: session.cameras,
      originUnixMs: session.originUnixMs,
      timeBase: session.timeBase,
      createdUnixMs: session.createdUnixMs,
      appVersion: session.appVersion,
      masks: session.masks,
      blur: session.blur,
    };
  }

  /** Reads all results once: whether they can be read, are possible, and as many as the manifest says. */
  async checkResults(): Promise<void> {
    const { cameras, resultSets } = this.manifest.session;
    for (const set of resultSets) {
      const name = resultsPartName(set.id);
      const place = at(`${DATA_FOLDER}${name}`);
      const check = new ResultsCheck(cameras);
      const tally = new ResultTally();
      const results = new ResultsFile(await this.#contents(name, ''));
      try {
        const { tornByteCount } = await results.index();
        if (tornByteCount > 0)
          throw refused(place, 'whole blocks', `${tornByteCount} bytes of another`);
        for await (const event of results.events()) {
          check.add(event, place);
          tally.add(event);
        }
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'SESSION_DAMAGED') throw error;
        throw new AppError('IMPORT_REFUSED', `${place.file}: ${error.message}`, { cause: error });
      }
      this.#signal.throwIfAborted();
      const { frameCount, boxCount, trackCount, sightingCount } = set;
      const expected = countsText({ frameCount, boxCount, trackCount, sightingCount });
      const found = countsText(tally.counts);
      if (found !== expected) throw refused(place, expected, found);
    }
  }

  async copyTo(writer: SessionWriter, tell: (fraction: number) => void): Promise<void> {
    const { session } = this.manifest;
    let doneBytes = 0;
    const done = (byteCount: number): void => {
      this.#signal.throwIfAborted();
      doneBytes += byteCount;
      tell(doneBytes / Math.max(1, this.byteCount));
    };
    for (const { id, label, madeUnixMs, models, settings } of session.resultSets) {
      const results = await this.#contents(resultsPartName(id), '');
      await writer.beginResultSet({ id, label, madeUnixMs, models, settings });
      await writer.appendResults(id, results);
      done(results.size);
    }
    for (const name of this.#parts.keys()) {
      const crop = CROP_NAME.exec(name);
      if (crop) done(await this.#copyCrop(writer, name, crop));
    }
    for (const segment of session.segments) {
      const part = await writer.openPart(segment.part);
      let position = 0;
      await this.#archive.read(
        this.#entry(segment.part),
        (chunk) => {
          part.write(chunk, position);
          position += chunk.length;
          done(chunk.length);
        },
        this.#signal,
      );
      await part.close();
      await writer.addSegment(segment);
    }
    const { videoFrameCount, droppedAnalysedCount, droppedOtherCount } = session;
    writer.setVideoCounts({ videoFrameCount, droppedAnalysedCount, droppedOtherCount });
  }

  async #copyCrop(writer: SessionWriter, name: string, [, id = '', extension]: RegExpExecArray) {
    const mimeType = extension === 'webp' ? 'image/webp' : 'image/jpeg';
    const picture = await this.#contents(name, mimeType);
    const place = at(`${DATA_FOLDER}${name}`);
    if (!(await isPicture(picture))) throw refused(place, mimeType, 'something else');
    const written = await writer.addCrop(id, picture);
    if (written !== name) throw refused(place, `the name ${written}`, name);
    return picture.size;
  }

  /** Everything the manifest tells of must be there, and nothing else is taken. */
  #expectAllParts(): void {
    const { resultSets, segments } = this.manifest.session;
    const expected = new Set(resultSets.map(({ id }) => resultsPartName(id)));
    for (const { part, byteCount } of segments) {
      expected.add(part);
      const found = this.#parts.get(part)?.byteCount;
      if (found !== byteCount)
        throw refused(at(`${DATA_FOLDER}${part}`), `${byteCount} bytes`, `${found ?? 'none'}`);
    }
    for (const name of expected)
      if (!this.#parts.has(name)) throw refused(at(`${DATA_FOLDER}${name}`), 'this part', 'none');
    for (const [name, { byteCount, path }] of this.#parts) {
      if (expected.has(name)) continue;
      if (!CROP_NAME.test(name)) throw refused(at(path), 'results, crops or video', 'another part');
      if (byteCount > MAX_CROP_BYTES)
        throw refused(at(path), `a picture of at most ${MAX_CROP_BYTES} bytes`, `${byteCount}`);
    }
  }

  #contents(name: string, mimeType: string): Promise<Blob> {
    return this.#archive.contents(this.#entry(name), mimeType, this.#signal);
  }

  #entry(name: string): ArchiveEntry {
    const path = `${DATA_FOLDER}${name}`;
    const entry = this.#entries.get(path);
    if (!entry) throw refused(at(path), 'this part', 'none');
    return entry;
  }
}

function dataName({ path }: ManifestPart): string {
  if (!path.startsWith(DATA_FOLDER)) throw refused(at(path), `a data part in ${DATA_FOLDER}`, 'it');
  return path.slice(DATA_FOLDER.length);
}

function at(file: string) {
  return { file, line: null };
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return JSON.stringify(counts);
}

/** By the first bytes, as every browser tells pictures apart. */
async function isPicture(picture: Blob): Promise<boolean> {
  const bytes = new Uint8Array(await picture.slice(0, 12).arrayBuffer());
  const text = String.fromCharCode(...bytes);
  return picture.type === 'image/webp'
    ? text.startsWith('RIFF') && text.endsWith('WEBP')
    : text.startsWith('\u00ff\u00d8\u00ff');
}

function expectIntact({ error, parts, signature }: VerificationReport, file: string): void {
  if (error) throw new AppError('IMPORT_REFUSED', error.message);
  const bad = parts.find(({ verdict }) => verdict === 'changed' || verdict === 'missing');
  if (bad) throw new AppError('IMPORT_REFUSED', `${bad.name}: ${bad.problem ?? bad.verdict}`);
  if (signature === 'invalid') throw refused(at(file), 'a valid signature', 'another one');
}

function notesOf({ parts, signature }: VerificationReport): readonly string[] {
  const has = (verdict: VerifiedPart['verdict']): boolean =>
    parts.some((part) => part.verdict === verdict);
  return [
    ...(has('repacked')
      ? ['The file was packed again by another program. Its contents are as they were.']
      : []),
    ...(has('unlisted')
      ? ['The file has parts that were not there when it was exported. They were not read.']
      : []),
    ...(signature === 'missing' ? ['The file is not signed: who made it cannot be checked.'] : []),
  ];
}

function leftOutNotes({ leftOut, range }: Manifest): readonly string[] {
  return [
    ...(leftOut.length > 0 ? [`Left out when it was exported: ${leftOut.join(', ')}.`] : []),
    ...(range ? ['It is a part of a longer session.'] : []),
  ];
}
