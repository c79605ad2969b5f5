/**
 * Models and runtimes, megabytes each; the Demo street's worker and the one that learns, which have their large libraries in
 * the same file; the one that speaks with endpoints, which most people have none of; the one that exports, which is of no
 * use before something was recorded; what only headless evaluations use; the page that
 * goes into session files.
 */
const STORED_ON_FIRST_USE =
  /^(models\/|ort\/|assets\/(street|adaptation|export|sync|picture-embedder)\.worker-|verify\.html$)/;

/**
 * Whether a file of the build is no part of the app's install, but stored on the device when it is first used.
 * `path`: relative to the app's folder, as built.
 */
export function isStoredOnFirstUse(path: string): boolean {
  return STORED_ON_FIRST_USE.test(path);
}

/**
 * Whether a file of the build may change while it is served, as the list of added models does (`npm run models -- add`): what
 * is stored of it answers only without a network. `path` as above.
 */
export function isChangedInPlace(path: string): boolean {
  return path === 'models/installed.json';
}

/** Whether a file may be an added model's, which the build then knows nothing of. `path` as above. */
export function isAddedModel(path: string): boolean {
  return /^models\/[^/]+\.onnx$/.test(path);
}
