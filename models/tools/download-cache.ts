import { readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { PackageFile } from '../detect-nanodet/source';
import { sha256Of, writeWhole } from './files';

/** Where a cache folder may be named; the process's own by default. */
export interface CacheSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/**
 * The folder downloads are kept in. It is the user's, not the working copy's, so that a fresh clone or a
 * removed `node_modules` needs no network. `RESIGHT_CACHE` overrides it.
 */
export function cacheFolder(
  { env, platform, home }: CacheSurroundings = {
    env: process.env,
    platform: process.platform,
    home: os.homedir(),
  },
): string {
  if (env['RESIGHT_CACHE']) return path.resolve(env['RESIGHT_CACHE']);
  if (env['XDG_CACHE_HOME']) return path.join(env['XDG_CACHE_HOME'], 'resight');
  if (platform === 'win32') {
    return path.join(env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'), 'resight');
  }
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'resight');
  return path.join(home, '.cache', 'resight');
}

/** The path a file is kept under: named by its contents, so that versions cannot be mixed up. */
export function cachedPath(folder: string, file: PackageFile): string {
  return path.join(folder, `${file.sha256}${path.extname(file.path)}`);
}

/**
 * Reads a kept file and checks its SHA-256. A damaged one is removed and counts as absent, and so does one in a
 * folder that cannot be read: the cache only ever saves a download.
 */
export async function readCached(folder: string, file: PackageFile): Promise<Buffer | null> {
  const bytes = await readFile(cachedPath(folder, file)).catch(() => null);
  if (bytes === null || sha256Of(bytes) === file.sha256) return bytes;
  await rm(cachedPath(folder, file), { force: true });
  return null;
}

/** Keeps a file; false when the folder cannot be written, which only costs the next install a download. */
export async function writeCached(
  folder: string,
  file: PackageFile,
  bytes: Uint8Array,
): Promise<boolean> {
  try {
    await writeWhole(cachedPath(folder, file), bytes);
    return true;
  } catch {
    return false;
  }
}
