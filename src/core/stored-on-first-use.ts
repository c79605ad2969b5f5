/**
 * Models and runtimes, megabytes each; the Demo street's worker and the one that learns, which have their large libraries in
 * the same file; what only headless evaluations use.
 */
const STORED_ON_FIRST_USE =
  /^(models\/|ort\/|assets\/(street|adaptation|picture-embedder)\.worker-)/;

/**
 * Whether a file of the build is no part of the app's install, but stored on the device when it is first used.
 * `path`: relative to the app's folder, as built.
 */
export function isStoredOnFirstUse(path: string): boolean {
  return STORED_ON_FIRST_USE.test(path);
}
