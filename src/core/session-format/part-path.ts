/*
 * Paths inside a session file. Only what every file system takes: a session file is unpacked by people, on systems that
 * read backslashes, drive letters or device names their own way.
 */

/** What the signature is over: the list of everything else. */
export const MANIFEST_PATH = 'manifest.json';
/** Beside the manifest, and not listed in it. */
export const SIGNATURE_PATH = 'signature.json';
/** Parts that a session is made of, and that an import reads, are below this, by their names within the session's folder. */
export const DATA_FOLDER = 'data/';
/** The same results for other programs. */
export const EXPORTS_FOLDER = 'exports/';

/** A manifest of 200,000 parts; more is not believed, so that a bad file cannot ask for all memory. */
export const MAX_MANIFEST_BYTES = 64 * 2 ** 20;

/** Longest path; many systems take no more than 260 characters with the folder it is unpacked to. */
const MAX_PATH_LENGTH = 180;
/** Folders and name: `exports/<result set>/<name>`. */
const MAX_DEPTH = 3;
/** Starts and ends with a letter or digit, so neither hidden, nor `..`, nor with the trailing dot that Windows drops. */
const STEP = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
/** Names of devices on Windows, whatever their extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;

/**
 * Why a path may not be in a session file, in words that follow "expected"; null: it may. Paths of a file are compared
 * without regard to letter case by {@link pathKey}.
 */
export function pathFault(path: string): string | null {
  if (path.length === 0 || path.length > MAX_PATH_LENGTH)
    return `a path of 1 to ${MAX_PATH_LENGTH} characters`;
  const steps = path.split('/');
  if (steps.length > MAX_DEPTH) return `at most ${MAX_DEPTH - 1} folders in a path`;
  if (!steps.every((step) => STEP.test(step)))
    return 'names of letters, digits, points, hyphens and underscores, divided by single slashes';
  if (steps.some((step) => DEVICE.test(step))) return 'no name of a device';
  return null;
}

/**
 * What is dangerous about a path in an archive that someone else packed, in words that follow "expected"; null: nothing. Milder
 * than {@link pathFault}: programs that pack archives add files of their own, which are not read.
 */
export function pathDanger(path: string): string | null {
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(path)) return 'a name without control characters';
  if (path.includes('\\')) return 'a name without backslashes';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'a path within the archive';
  const steps = path.replace(/\/$/, '').split('/');
  if (steps.some((step) => step === '' || step === '.' || step === '..'))
    return 'a path that leads straight down';
  return null;
}

/** Equal for paths that some file systems hold for the same. */
export function pathKey(path: string): string {
  return path.toLowerCase();
}

/** A path found in a file as it may be shown: no control characters, nothing that turns the writing direction, not endless. */
export function shownPath(path: string): string {
  const printable = path.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{FFFD}');
  return printable.length > MAX_PATH_LENGTH ? `${printable.slice(0, MAX_PATH_LENGTH)}…` : printable;
}

/** Name of a video segment within a session's folder. `cameraPlace`: the camera's place in the header's list, from 0. */
export function videoPartName(cameraPlace: number, index: number, mimeType: string): string {
  return `video-${cameraPlace}-${index}.${mimeType === 'video/webm' ? 'webm' : 'mp4'}`;
}

/** Name of a result set's file within a session's folder. */
export function resultsPartName(resultSetId: string): string {
  return `results-${resultSetId}.rsl`;
}
