import { chmod, mkdir, readdir, stat } from 'node:fs/promises';

/** Nobody but the owner. */
const OWNER_ONLY = 0o700;
const OTHERS = 0o077;
/** What an endpoint has in its folder, and what a disk has at its top. */
const OWN_NAMES = /^(database(\.new)?|pieces|pairing-codes|endpoint\.lock.*|lost\+found)$/;

/**
 * Makes the data folder when it is missing, and closes it to the machine's other users, also when it was there before: PGlite makes its files
 * such that everybody may write to them (0.5.14, whatever the umask says), and whoever can may let himself in. Throws when it cannot be closed,
 * or is not the endpoint's own: closing a folder that others use would lock them out.
 */
export async function closeDataFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: OWNER_ONLY });
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
