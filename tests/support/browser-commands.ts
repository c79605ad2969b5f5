import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import type { BrowserCommand } from 'vitest/node';
import { sharedFolder } from './shared-folder.ts';

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** A file below the shared folder as base64; null when the folder is not there. */
    readShared: (path: string) => Promise<string | null>;
  }
}

/** Lets browser tests read real pictures, which lie outside of what the test server serves. */
export const readShared: BrowserCommand<[path: string]> = async (_context, path) => {
  const folder = sharedFolder();
  if (folder === null) return null;
  if (normalize(path).startsWith('..')) throw new RangeError(`Expected a path inside, got ${path}`);
  return (await readFile(join(folder, path))).toString('base64');
};
