import type { VideoSegment } from '../../contracts/session';
import { AppError } from '../../core/app-error';

/** An AppError SESSION_DAMAGED that names the part. */
export function damaged({ part }: VideoSegment, expected: string, found: string): AppError {
  return new AppError('SESSION_DAMAGED', `Expected ${expected} in ${part}, found ${found}`);
}

/** What reading or decoding a segment raised, as SESSION_DAMAGED unless it says already what is wrong. */
export function asDamage(error: unknown, segment: VideoSegment): AppError {
  if (error instanceof AppError) return error;
  const found = error instanceof Error ? error.message : String(error);
  return new AppError(
    'SESSION_DAMAGED',
    `Expected readable video in ${segment.part}, found: ${found}`,
    { cause: error },
  );
}
