import type { ExportRequest, ExportSummary, Exporter } from '../../src/contracts/export';
import type { SessionReader } from '../../src/contracts/session';
import { MADE_RESULT_SET } from './make-session';

/** An export that was written into memory, and what the stream saw of it. */
export interface CollectedExport {
  readonly blob: Blob;
  readonly summary: ExportSummary;
  /** Every fraction told. */
  readonly fractions: readonly number[];
  /** Bytes of the largest piece. */
  readonly largestPieceBytes: number;
}

/** A request for all of a made session, with some fields given. */
export function requestOf(
  session: SessionReader,
  exporter: Exporter,
  fields: Partial<ExportRequest> = {},
): ExportRequest {
  return {
    sessionId: session.header.id,
    resultSet: MADE_RESULT_SET,
    format: exporter.format,
    range: null,
    cameraId: null,
    without: [],
    ...fields,
  };
}

/** Runs an exporter into memory. */
export async function collectExport(
  exporter: Exporter,
  session: SessionReader,
  fields: Partial<ExportRequest> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<CollectedExport> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const fractions: number[] = [];
  const request = requestOf(session, exporter, fields);
  const summary = await exporter.write(
    session,
    request,
    new WritableStream({ write: (piece: Uint8Array<ArrayBuffer>) => void pieces.push(piece) }),
    (fraction) => fractions.push(fraction),
    signal,
  );
  return {
    blob: new Blob(pieces, { type: exporter.file(session, request).mimeType }),
    summary,
    fractions,
    largestPieceBytes: Math.max(0, ...pieces.map(({ byteLength }) => byteLength)),
  };
}
