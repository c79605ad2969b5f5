import type { ErrorData } from './errors';
import type { ResultSetId, SessionId, SessionReader, TimeRange } from './session';

/** Closed: a new format needs an exporter in `src/sinks/export` and a sentence in the export dialog. */
export const EXPORT_FORMATS = [
  /** ZIP with everything, a manifest and a signature; can be imported. */
  'session-file',
  'sightings-csv',
  'tracks-csv',
  /** One versioned event a line; schema in `src/sinks/export/session-events.schema.json`; can be imported. */
  'json-lines',
  /** MOTChallenge text, one file a camera (ZIP when there are several). */
  'mot',
  'coco',
  /** Metadata track for a video element: one cue a frame, JSON payload. */
  'webvtt',
  /** ZIP of crops named as in Market-1501. */
  'reid-crops',
  /** As recorded, cut to the range without encoding again where the cut allows. */
  'video-clip',
  /** Encoded again with boxes and numbers in the picture. */
  'video-overlay',
  'geojson',
  /** One page with pictures that opens anywhere. */
  'html-report',
] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportRequest {
  readonly sessionId: SessionId;
  readonly resultSet: ResultSetId;
  readonly format: ExportFormat;
  /** Null: all of it. */
  readonly range: TimeRange | null;
  /** For video formats; null: the first. */
  readonly cameraId: string | null;
  /** Session file only: parts the user left out. */
  readonly without: readonly ('video' | 'crops' | 'descriptors')[];
}

export interface ExportSummary {
  readonly byteCount: number;
  /** Rows, lines, cues or pictures written, by the format's own measure. */
  readonly recordCount: number;
  /** Something the user should know, such as a cut that was moved to the key frame before. Plain sentences. */
  readonly notes: readonly string[];
}

export interface ExportFile {
  /** With extension, no folder; made of camera and time. */
  readonly name: string;
  readonly mimeType: string;
}

/** Writes one format. Thread-neutral; runs in the export worker. Memory stays flat whatever the length. */
export interface Exporter {
  readonly format: ExportFormat;
  /** Why this session cannot be exported so ("no video was recorded"); null: it can. */
  refusal(session: SessionReader, request: ExportRequest): string | null;
  file(session: SessionReader, request: ExportRequest): ExportFile;
  /** Closes `sink` at the end, aborts it on failure. `progress` in [0, 1]. AbortError on abort. */
  write(
    session: SessionReader,
    request: ExportRequest,
    sink: WritableStream<Uint8Array<ArrayBuffer>>,
    progress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<ExportSummary>;
}

/** An export that is written. */
export interface WrittenExport {
  readonly summary: ExportSummary;
  /** To be downloaded under `name`, when no destination was chosen: a temporary file, there until `release`. */
  readonly download: { readonly name: string; readonly contents: File } | null;
}

/** What a session file is going to hold, told before it is written. */
export interface SessionFileContents {
  /** What is not in it is left out. */
  readonly groups: readonly {
    readonly kind: 'results' | 'crops' | 'video' | 'exports' | 'documents';
    readonly partCount: number;
    readonly byteCount: number;
  }[];
  /** Of the file, about: texts are packed. */
  readonly byteCount: number;
  /** Whether anyone who opens it sees pictures: video, crops, or a report with crops. */
  readonly hasPictures: boolean;
}

/** The export worker: exports, imports, verifies. One at a time; `cancel` ends what goes on with AbortError. */
export interface ExportApi {
  /** Which formats this session can be exported in, and why not. */
  offers(sessionId: SessionId): Promise<
    readonly {
      readonly format: ExportFormat;
      readonly refusal: string | null;
      readonly file: ExportFile;
    }[]
  >;
  /** What a session file would hold; quick, and so by estimate. Throws AppError EXPORT_FAILED, STORAGE_*, SESSION_DAMAGED. */
  contents(request: ExportRequest): Promise<SessionFileContents>;
  /** On failure nothing of the file remains. Throws AppError EXPORT_FAILED, STORAGE_*, SESSION_DAMAGED. */
  write(
    request: ExportRequest,
    destination: ExportDestination,
    onProgress: (fraction: number) => void,
  ): Promise<WrittenExport>;
  /** Removes what was to be downloaded. */
  release(): Promise<void>;
  /** A session file, JSON Lines, or MOTChallenge text with its video. Throws AppError IMPORT_REFUSED with the reason. */
  import(files: readonly File[], onProgress: (fraction: number) => void): Promise<ImportOutcome>;
  /** {@link VerificationReport.keyFingerprint} of what this device signs. Throws AppError STORAGE_*. */
  deviceFingerprint(): Promise<string>;
  /** Checks every part of a session file against its manifest and the signature. Never throws for a bad file. */
  verify(file: Blob, onProgress: (fraction: number) => void): Promise<VerificationReport>;
  cancel(): void;
  /** Holds a lock of this name as long as the worker lives; resolves once it has it. */
  holdLock(name: string): Promise<void>;
}

export interface ImportOutcome {
  readonly sessionId: SessionId;
  /** Things that were left out or mended, for people. */
  readonly notes: readonly string[];
}

/**
 * - `intact`: exactly as it was written.
 * - `repacked`: its contents are, but not the bytes around them: another program has packed the archive again, or someone changed a byte
 *   that means nothing.
 * - `changed`: its contents are not what the manifest says.
 * - `missing`: in the manifest, not in the file.
 * - `unlisted`: in the file, not in the manifest.
 */
export type PartVerdict = 'intact' | 'repacked' | 'changed' | 'missing' | 'unlisted';

export interface VerifiedPart {
  readonly name: string;
  readonly byteCount: number;
  readonly verdict: PartVerdict;
  /** What was expected and what was found; null for an intact one. For the details fold. */
  readonly problem: string | null;
}

export interface VerificationReport {
  /** Unreadable as a session file: why; null: it could be read. */
  readonly error: ErrorData | null;
  /** Every part, `manifest.json` and `signature.json` included. */
  readonly parts: readonly VerifiedPart[];
  /** Of the manifest, by the key in it; whose key that is only people can tell. */
  readonly signature: 'valid' | 'invalid' | 'missing';
  /** SHA-256 of the public key in hexadecimal: the same for all sessions of one device. */
  readonly keyFingerprint: string | null;
  readonly signedUnixMs: number | null;
  readonly appVersion: string | null;
}

/** Where an export goes: a file the user chose, or null for the browser's downloads. */
export type ExportDestination = FileSystemFileHandle | null;

/** Exports, imports and checks as the screen sees them; each is ended by its signal with AbortError. */
export interface SessionFilesClient {
  offers(sessionId: SessionId): ReturnType<ExportApi['offers']>;
  contents(request: ExportRequest): Promise<SessionFileContents>;
  deviceFingerprint(): Promise<string>;
  /** To the file the user chose, or to the browser's downloads. Throws AppError EXPORT_FAILED, STORAGE_FULL, SESSION_DAMAGED. */
  export(
    request: ExportRequest,
    destination: ExportDestination,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<ExportSummary>;
  /** Throws AppError IMPORT_REFUSED, STORAGE_FULL. */
  import(
    files: readonly File[],
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<ImportOutcome>;
  verify(
    file: Blob,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<VerificationReport>;
}
