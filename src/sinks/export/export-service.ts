import type {
  ExportApi,
  ExportDestination,
  Exporter,
  ExportRequest,
  ExportSummary,
  WrittenExport,
} from '../../contracts/export';
import type { SessionId, SessionReader } from '../../contracts/session';
import { AppError } from '../../core/app-error';
import type { ScratchFile } from './media-output';
import { toExportError, type ExportSink } from './run-export';

/** A temporary file that can be given away for downloading. */
export interface DownloadFile extends ScratchFile {
  read(): Promise<File>;
}

/** A file that is written where it lies. All methods throw AppError STORAGE_*. */
export interface PlacedFile {
  write(bytes: Uint8Array, position: number): void;
  truncate(byteCount: number): void;
  flush(): void;
  close(): void;
}

/** What exports are made with. */
export interface ExportServiceParts {
  /** All formats, in the order they are offered in. */
  readonly exporters: readonly Exporter[];
  /** Null: there is none. Throws AppError SESSION_DAMAGED, SESSION_IN_USE, STORAGE_*. */
  readonly openSession: (id: SessionId) => Promise<SessionReader | null>;
  readonly createDownload: () => Promise<DownloadFile>;
  /** For browsers that write private files in this way only. Throws AppError STORAGE_*. */
  readonly openInPlace: (handle: FileSystemFileHandle) => Promise<PlacedFile>;
}

/** A destination whose file may be removed: https://fs.spec.whatwg.org/#dom-filesystemhandle-remove is in Chromium 110. */
interface RemovableHandle extends FileSystemFileHandle {
  remove(): Promise<void>;
}

/** Finds sessions and exporters, and sees to it that nothing half-written remains. */
export class ExportService {
  readonly #parts: ExportServiceParts;
  #download: DownloadFile | null = null;

  constructor(parts: ExportServiceParts) {
    this.#parts = parts;
  }

  async offers(sessionId: SessionId): ReturnType<ExportApi['offers']> {
    const session = await this.#open(sessionId);
    const resultSet = session.header.resultSets[0]?.id ?? '';
    return this.#parts.exporters.map((exporter) => {
      const { format } = exporter;
      const request = { sessionId, resultSet, format, range: null, cameraId: null, without: [] };
      const refusal = exporter.refusal(session, request);
      return { format, refusal, file: exporter.file(session, request) };
    });
  }

  /** As {@link ExportApi.write}. */
  async write(
    request: ExportRequest,
    destination: ExportDestination,
    tell: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<WrittenExport> {
    await this.release();
    const session = await this.#open(request.sessionId);
    const exporter = this.#find(session, request);
    const write = (sink: ExportSink): Promise<ExportSummary> =>
      exporter.write(session, request, sink, tell, signal);
    if (destination !== null) {
      // Typed as always there: absent in Safari before 26.
      const { createWritable } = destination as Partial<FileSystemFileHandle>;
      const summary = createWritable
        ? await writeToChosen(destination, write)
        : await writeInPlace(await this.#parts.openInPlace(destination), write);
      return { summary, download: null };
    }
    const file = await this.#parts.createDownload();
    try {
      const summary = await write(appendingTo(file));
      const { name } = exporter.file(session, request);
      const contents = await file.read();
      this.#download = file;
      return { summary, download: { name, contents } };
    } catch (error) {
      await file.remove();
      throw error;
    }
  }

  /** Removes what was to be downloaded. */
  async release(): Promise<void> {
    const file = this.#download;
    this.#download = null;
    await file?.remove();
  }

  async #open(id: SessionId): Promise<SessionReader> {
    const session = await this.#parts.openSession(id);
    if (!session) throw new AppError('EXPORT_FAILED', `Expected session ${id}, found none`);
    return session;
  }

  #find(session: SessionReader, request: ExportRequest): Exporter {
    const exporter = this.#parts.exporters.find(({ format }) => format === request.format);
    if (!exporter) throw new RangeError(`Expected a known format, found "${request.format}"`);
    const refusal = exporter.refusal(session, request);
    if (refusal !== null) throw new AppError('EXPORT_FAILED', refusal);
    return exporter;
  }
}

/** The browser keeps what is written beside the file until it is closed: until then the file is as it was before. */
async function writeToChosen(
  handle: FileSystemFileHandle,
  write: (sink: ExportSink) => Promise<ExportSummary>,
): Promise<ExportSummary> {
  let sink: ExportSink;
  try {
    sink = await handle.createWritable();
  } catch (error) {
    throw toExportError(error);
  }
  try {
    return await write(sink);
  } catch (error) {
    await removeIfEmpty(handle);
    throw error;
  }
}

/** Empty again when it fails; half of it is there when the power fails. */
async function writeInPlace(
  file: PlacedFile,
  write: (sink: ExportSink) => Promise<ExportSummary>,
): Promise<ExportSummary> {
  try {
    file.truncate(0);
    const summary = await write(appendingTo(file));
    file.flush();
    return summary;
  } catch (error) {
    file.truncate(0);
    throw error;
  } finally {
    file.close();
  }
}

/** The dialog makes an empty file before anything is written; one that held something before stays. */
async function removeIfEmpty(handle: FileSystemFileHandle): Promise<void> {
  try {
    const { size } = await handle.getFile();
    const { remove } = handle as Partial<RemovableHandle>;
    if (size === 0) await remove?.call(handle);
  } catch {
    // The file is empty, gone, or not ours to remove: what went wrong first is what is told.
  }
}

function appendingTo(file: Pick<PlacedFile, 'write'>): ExportSink {
  let end = 0;
  return new WritableStream({
    write: (bytes) => {
      file.write(bytes, end);
      end += bytes.byteLength;
    },
  });
}
