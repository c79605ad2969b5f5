import type { ExportSummary } from '../../contracts/export';
import { AppError, isAbort } from '../../core/app-error';
import { TextOutput, WriterOutput, type ByteOutput } from './byte-output';

/** A stream that takes an export. */
export type ExportSink = WritableStream<Uint8Array<ArrayBuffer>>;

/** What an exporter's own part tells of what it wrote. */
export type ExportOutcome = Omit<ExportSummary, 'byteCount'>;

/** A cancelled export puts its things away first; but whoever cancelled does not wait for a disk that takes nothing. */
const MAX_CANCEL_MS = 300;

/**
 * Writes one export: closes the sink at the end and aborts it on failure, so that nothing half-written looks whole.
 * Throws AbortError soon after an abort, even while the sink takes nothing; AppError STORAGE_FULL, EXPORT_FAILED, and what
 * `write` throws as AppError.
 */
export async function runExport(
  sink: ExportSink,
  signal: AbortSignal,
  write: (output: ByteOutput) => Promise<ExportOutcome>,
): Promise<ExportSummary> {
  const writer = sink.getWriter();
  const output = new WriterOutput(writer);
  let reject: (reason: Error) => void = () => undefined;
  const stopped = new Promise<never>((_resolve, rejectStopped) => {
    reject = rejectStopped;
  });
  const cancel = (): void => {
    // Frees a write that waits for its turn. What was being written is the sink's to end.
    void giveUp(writer, signal.reason);
    setTimeout(
      () => reject(new DOMException('The export was cancelled', 'AbortError')),
      MAX_CANCEL_MS,
    );
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    signal.throwIfAborted();
    const outcome = await Promise.race([writeAll(writer, output, write), stopped]);
    return { ...outcome, byteCount: output.byteCount };
  } catch (error) {
    await giveUp(writer, error);
    signal.throwIfAborted();
    throw toExportError(error);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

async function writeAll(
  writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>,
  output: ByteOutput,
  write: (output: ByteOutput) => Promise<ExportOutcome>,
): Promise<ExportOutcome> {
  const outcome = await write(output);
  await writer.close();
  return outcome;
}

/** Resolves when the sink has put away what it had; or soon, when it does not answer. */
async function giveUp(
  writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>,
  reason: unknown,
): Promise<void> {
  // One that failed itself cannot be aborted: what went wrong first is what is told.
  const aborted = writer.abort(reason).catch(() => undefined);
  await Promise.race([aborted, new Promise((resolve) => setTimeout(resolve, MAX_CANCEL_MS))]);
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
