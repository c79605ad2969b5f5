import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Real clips and labels that are not part of the repository; null when they are not there. */
export function sharedFolder(): string | null {
  const folder = process.env['RESIGHT_SHARED'] ?? join(import.meta.dirname, '../../../shared');
  return existsSync(join(folder, 'clips')) ? folder : null;
}
