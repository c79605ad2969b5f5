import type { ExportSummary } from '../../contracts/export';
import { AppError, isAbort } from '../../core/app-error';
import { TextOutput, WriterOutput, type ByteOutput } from './byte-output';

/** A stream that takes an export. */
export type ExportSink = WritableStream<Uint8Array<ArrayBuffer>>;

/** What an exporter's own part tells of what it wrote. */
export type ExportOutcome = Omit<ExportSummary, 'byteCount'>;

/**
 * Writes one export: closes the sink at the end and aborts it on failure, so that nothing half-written looks whole.
 * Throws AbortError on abort, even while the sink takes nothing; AppError STORAGE_FULL, EXPORT_FAILED, and what `write` throws as AppError.
 */
export async function runExport(
  sink: ExportSink,
  signal: AbortSignal,
  write: (output: ByteOutput) => Promise<ExportOutcome>,
): Promise<ExportSummary> {
  const writer = sink.getWriter();
  const output = new WriterOutput(writer);
  // Frees a write that waits for a slow disk. The rejection is the abort itself, which is thrown below.
  const stop = (): void => void writer.abort(signal.reason).catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    const outcome = await write(output);
    signal.throwIfAborted();
    await writer.close();
    return { ...outcome, byteCount: output.byteCount };
  } catch (error) {
    // The sink may have failed itself, and then cannot be aborted; what went wrong first is what is told.
    await writer.abort(error).catch(() => undefined);
    signal.throwIfAborted();
    throw toExportError(error);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** {@link runExport} for formats that are text. */
export function runTextExport(
  sink: ExportSink,
  signal: AbortSignal,
  write: (text: TextOutput) => Promise<ExportOutcome>,
): Promise<ExportSummary> {
  return runExport(sink, signal, async (output) => {
    const text = new TextOutput(output);
    const outcome = await write(text);
    await text.flush();
    return outcome;
  });
}

/** Reads what went wrong while writing into something that says what to do; an abort stays one. */
export function toExportError(error: unknown): Error {
  if (error instanceof AppError) return error;
  if (error instanceof Error && isAbort(error)) return error;
  if (error instanceof Error && error.name === 'QuotaExceededError') {
    return new AppError(
      'STORAGE_FULL',
      'Expected room for the export, found the disk or the storage of this site full',
      { cause: error },
    );
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new AppError('EXPORT_FAILED', `Expected the export to be written, got ${message}`, {
    cause: error,
  });
}
