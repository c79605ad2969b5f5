/** Models and runtimes, megabytes each, and the Demo street's worker, which has its 3D library in the same file. */
const STORED_ON_FIRST_USE = /^(models\/|ort\/|assets\/street\.worker-)/;

/**
 * Whether a file of the build is no part of the app's install, but stored on the device when it is first used.
 * `path`: relative to the app's folder, as built.
 */
export function isStoredOnFirstUse(path: string): boolean {
  return STORED_ON_FIRST_USE.test(path);
}
