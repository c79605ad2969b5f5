import { Refusal } from './refusal';

/** Of Node for a disk without room and for a user's share that is used up, and of PostgreSQL for either (`disk_full`). */
const CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', '53100']);

/** Whether something failed for want of room on the endpoint's disk. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && CODES.has(error.code)) || isDiskFull(error.cause);
}

/** What a device is told then. */
export function diskFullRefusal(): Refusal {
  return new Refusal(
    'QUOTA_EXCEEDED',
    'The disk of the endpoint is full. Remove sessions there, or give it more room.',
  );
}
