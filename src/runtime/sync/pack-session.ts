import type {
  ExportRequest,
  SessionFileContents,
  SessionFilesClient,
} from '../../contracts/export';
import type { SessionHeader, SessionsClient } from '../../contracts/session';
import type { UploadChoice } from '../../contracts/sync';
import type { UploadFacts } from '../../core/sync-format/sync-worker-api';
import { AppError, isAbort } from '../../core/app-error';

/** What packing needs: an export worker of its own, so that the user's exports are not kept waiting. */
export interface PackParts {
  readonly sessions: Pick<SessionsClient, 'open'>;
  readonly files: Pick<SessionFilesClient, 'contents' | 'export'>;
}

type Choice = Pick<UploadChoice, 'sessionId' | 'without'>;

/** Throws AppError SESSION_GONE, SESSION_*, STORAGE_*. */
export async function headerOf(
  { sessions }: Pick<PackParts, 'sessions'>,
  sessionId: string,
): Promise<SessionHeader> {
  const session = await sessions.open(sessionId);
  if (session) return session.header;
  throw new AppError('SESSION_GONE', `Expected session ${sessionId}, found none`);
}

/** What would be packed. Throws as {@link headerOf}. */
export async function describePacked(
  parts: PackParts,
  choice: Choice,
): Promise<SessionFileContents> {
  return parts.files.contents(requestOf(await headerOf(parts, choice.sessionId), choice));
}

/** Writes a session file into `destination`; not whole when it throws: AppError EXPORT_FAILED, SESSION_*, STORAGE_*; AbortError. Resolves with its size in bytes. */
export async function packSession(
  parts: PackParts,
  choice: Choice,
  destination: FileSystemFileHandle,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<number> {
  const request = requestOf(await headerOf(parts, choice.sessionId), choice);
  try {
    return (await parts.files.export(request, destination, onProgress, signal)).byteCount;
  } catch (error) {
    // Deleted meanwhile it fails in many ways, and this is the reason of all.
    if (!(error instanceof Error && isAbort(error))) await headerOf(parts, choice.sessionId);
    throw error;
  }
}

/** For the envelope. Throws as {@link headerOf}. */
export async function factsOf(
  parts: PackParts,
  choice: Choice,
  uploadId: string,
): Promise<UploadFacts> {
  const header = await headerOf(parts, choice.sessionId);
  const { hasPictures } = await parts.files.contents(requestOf(header, choice));
  const toUnixMs = (timeUs: number): number =>
    Math.max(0, Math.round(header.originUnixMs + timeUs / 1000));
  return {
    uploadId,
    sessionId: header.id,
    runId: header.runId,
    createdUnixMs: header.createdUnixMs,
    title: header.title,
    cameras: header.cameras.map(({ label }) => label),
    startUnixMs: toUnixMs(header.startUs),
    endUnixMs: toUnixMs(header.endUs),
    hasPictures,
  };
}

function requestOf(header: SessionHeader, { sessionId, without }: Choice): ExportRequest {
  return {
    sessionId,
    resultSet: header.resultSets[0]?.id ?? '',
    format: 'session-file',
    range: null,
    cameraId: null,
    without,
  };
}
