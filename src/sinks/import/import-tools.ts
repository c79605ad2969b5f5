import type { ImportOutcome, VerificationReport } from '../../contracts/export';
import type { NewSession, SessionHeader, SessionWriter } from '../../contracts/session';
import { AppError } from '../../core/app-error';

/** What an import is done with. */
export interface ImportTools {
  readonly appVersion: string;
  readonly beginSession: (session: NewSession) => Promise<SessionWriter>;
  /** Checks a session file; see `src/sinks/verify`. */
  readonly verify: (
    file: Blob,
    progress: (fraction: number) => void,
    signal: AbortSignal,
  ) => Promise<VerificationReport>;
  /** Bytes that this site may still store. */
  readonly freeBytes: () => Promise<number>;
  /** A stored session of the same run that was begun at the same time; null: there is none. */
  readonly findTwin: (session: TwinKey) => Promise<SessionHeader | null>;
  readonly nowUnixMs: () => number;
}

/** What a session keeps wherever it goes; its id is another one on every device. */
export type TwinKey = Pick<SessionHeader, 'runId' | 'createdUnixMs'>;

/** One import under way. */
export interface ImportTask {
  readonly tools: ImportTools;
  /** [0, 1]. */
  readonly tell: (fraction: number) => void;
  readonly signal: AbortSignal;
}

/** Where something was found in a file, counted as people do. */
export interface Place {
  readonly file: string;
  /** From 1; null: not in a line. */
  readonly line: number | null;
}

/** The error of a file that is not what it should be. `expected` and `found` are completed to sentences. */
export function refused(place: Place, expected: string, found: string, cause?: unknown): AppError {
  const where = place.line === null ? place.file : `${place.file}, line ${place.line}`;
  return new AppError('IMPORT_REFUSED', `${where}: expected ${expected}, found ${found}`, {
    cause,
  });
}

/**
 * Begins a session, lets `write` fill it, and closes it. Whatever goes wrong, cancelling included, nothing of the session remains. Throws
 * what `write` throws, AppError STORAGE_*.
 */
export async function writeSession(
  task: ImportTask,
  session: NewSession,
  write: (writer: SessionWriter) => Promise<ImportedFacts>,
): Promise<ImportOutcome> {
  const twin = await task.tools.findTwin(session);
  const writer = await task.tools.beginSession(session);
  try {
    const { notes, endedBecause } = await write(writer);
    task.signal.throwIfAborted();
    const { id } = await writer.finish(endedBecause);
    return { sessionId: id, notes: [...twinNotes(twin), ...notes] };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** What is known of a session once it is filled. */
export interface ImportedFacts {
  readonly notes: readonly string[];
  readonly endedBecause: string | null;
}

/** Throws AppError STORAGE_FULL when this site may not store so much. */
export async function expectRoom({ tools }: ImportTask, byteCount: number): Promise<void> {
  const freeBytes = await tools.freeBytes();
  if (byteCount > freeBytes)
    throw new AppError(
      'STORAGE_FULL',
      `Expected room for ${byteCount} bytes, found ${freeBytes} bytes free for this site`,
    );
}

/** A second import makes a second copy: they may differ in what was left out, and only their owner knows which to keep. */
function twinNotes(twin: SessionHeader | null): readonly string[] {
  return twin === null
    ? []
    : [
        `This session was in the list already${twin.title === '' ? '' : ` as "${twin.title}"`}; this is another copy of it.`,
      ];
}
