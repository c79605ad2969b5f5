import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Nobody but the owner. */
const OWNER_ONLY = 0o700;
const OTHERS = 0o077;
/** What an endpoint has in its folder, and what a disk has at its top. */
const OWN_NAMES = /^(database(\.new)?|pieces|pairing-codes|endpoint\.lock.*|lost\+found)$/;

/**
 * Makes the data folder when it is missing, and closes it to the machine's other users, also when it was there before: PGlite makes its files
 * such that everybody may write to them (0.5.14, whatever the umask says), and whoever can may let himself in. Throws when it cannot be closed,
 * cannot be written to, or is not the endpoint's own: closing a folder that others use would lock them out.
 */
export async function closeDataFolder(path: string): Promise<void> {
  await makeWritable(path);
  // Windows has no such bits: who may what there follows from the folder's own place.
  if (process.platform === 'win32' || !(await isOpen(path))) return;
  const strange = (await readdir(path)).find((name) => !OWN_NAMES.test(name));
  if (strange !== undefined) throw notClosed(path, `there is "${strange}" in it`);
  try {
    await chmod(path, OWNER_ONLY);
  } catch (error) {
    throw notClosed(path, 'it cannot be made so', error);
  }
  // Some file systems take the wish and do nothing.
  if (await isOpen(path)) throw notClosed(path, 'it cannot be made so');
}

async function makeWritable(path: string): Promise<void> {
  const probe = join(path, `endpoint.lock.probe-${process.pid}`);
  try {
    await makeFolder(resolve(path));
    await writeFile(probe, '', { mode: 0o600 });
    await rm(probe);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new Error(
      `RESIGHT_DATA: expected a folder that the endpoint can make and write to, found ${path}: ${found}.`,
      { cause: error },
    );
  }
}

/** Not by `recursive`: where nothing can be made, such as in /proc, that tries for ever (Node 20.20). */
async function makeFolder(path: string): Promise<void> {
  if (await exists(path)) return;
  const above = dirname(path);
  if (above !== path) await makeFolder(above);
  try {
    await mkdir(path, { mode: OWNER_ONLY });
  } catch (error) {
    // Another start made it meanwhile.
    if (!(await exists(path))) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

async function isOpen(path: string): Promise<boolean> {
  return ((await stat(path)).mode & OTHERS) !== 0;
}

function notClosed(path: string, reason: string, cause?: unknown): Error {
  return new Error(
    `Expected the data folder ${path} to be for its owner only, and ${reason}. ` +
      'Give the endpoint a folder of its own by RESIGHT_DATA (chmod 700).',
    { cause },
  );
}
