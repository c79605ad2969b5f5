import type { ExportRequest } from '../../../contracts/export';
import type { SessionGap, SessionHeader, SessionReader } from '../../../contracts/session';
import { AppError } from '../../../core/app-error';
import { isoTime } from '../written-time';

/** A piece of video that is missing, cut short, or refused by the disk. */
export interface UnreadableVideo {
  /** Name of the part within the session's folder. */
  readonly part: string;
  readonly cameraId: string;
  readonly startUs: number;
  readonly endUs: number;
  /** What was expected and what was found. */
  readonly reason: string;
}

/**
 * Looks whether the video that is asked for is there: one bad piece must not cost all others. Looks at lengths and at both ends of each
 * piece; what cannot be decoded is no concern here. Throws AppError STORAGE_*.
 */
export async function findUnreadableVideo(
  session: SessionReader,
  { range, without }: Pick<ExportRequest, 'range' | 'without'>,
): Promise<readonly UnreadableVideo[]> {
  if (without.includes('video')) return [];
  const found: UnreadableVideo[] = [];
  for (const { part, cameraId, startUs, endUs } of session.segments) {
    if (range && (startUs > range.endUs || endUs < range.startUs)) continue;
    const reason = await faultOf(session, part);
    if (reason !== null) found.push({ part, cameraId, startUs, endUs, reason });
  }
  return found;
}

/** As the session file's manifest tells of it. */
export function gapOf({ startUs, endUs, reason }: UnreadableVideo): SessionGap {
  return { startUs, endUs, reason: `video-unreadable: ${reason}` };
}

/** A sentence for the person who exports. */
export function unreadableNote(
  header: SessionHeader,
  { cameraId, startUs, endUs, reason }: UnreadableVideo,
): string {
  const camera = header.cameras.find((each) => each.cameraId === cameraId)?.label ?? cameraId;
  const stretch = `${isoTime(header, startUs)} to ${isoTime(header, endUs)}`;
  return `The video of ${camera} from ${stretch} cannot be read and is left out (${reason}).`;
}

/** Null: it can be read. */
async function faultOf(session: SessionReader, part: string): Promise<string | null> {
  try {
    const video = await session.part(part);
    await Promise.all([video.slice(0, 1).arrayBuffer(), video.slice(-1).arrayBuffer()]);
    return null;
  } catch (error) {
    const isDamaged = error instanceof AppError && error.code === 'SESSION_DAMAGED';
    // What a browser says of a file that went away or cannot be read: https://w3c.github.io/FileAPI/#dfn-error-codes
    const isRefused =
      error instanceof DOMException && ['NotFoundError', 'NotReadableError'].includes(error.name);
    if (isDamaged || isRefused) return error.message;
    throw error;
  }
}
