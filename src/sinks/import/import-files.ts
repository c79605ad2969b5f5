import type { ImportOutcome } from '../../contracts/export';
import { importJsonLines } from './import-json-lines';
import { importMot } from './import-mot';
import { importSessionFile } from './import-session-file';
import { refused, type ImportTask } from './import-tools';

/** What a file is, by its first bytes; only text is told apart by what is read later. */
type FileKind = 'archive' | 'video' | 'json' | 'text';

/** Enough to know every container. */
const SNIFF_BYTES = 64;

/**
 * Imports a session file, JSON Lines, or MOTChallenge text with its video: which of them, the files tell. Throws AppError
 * IMPORT_REFUSED, STORAGE_*; AbortError; nothing remains then.
 */
export async function importFiles(
  files: readonly File[],
  task: ImportTask,
): Promise<ImportOutcome> {
  task.signal.throwIfAborted();
  const kinds = await Promise.all(files.map(kindOf));
  const [first, ...others] = files;
  if (!first) throw new RangeError('Expected a file to import');
  if (others.length === 0) {
    if (kinds[0] === 'archive') return importSessionFile(first, task);
    if (kinds[0] === 'json') return importJsonLines(first, task);
    throw refused(
      { file: first.name, line: null },
      'a session file or JSON Lines, or MOTChallenge text and its video together',
      kinds[0] === 'video' ? 'a video alone' : 'something else alone',
    );
  }
  const text = files.find((_, place) => kinds[place] === 'text');
  const video = files.find((_, place) => kinds[place] === 'video');
  if (files.length === 2 && text && video) return importMot(text, video, task);
  throw refused(
    { file: first.name, line: null },
    'one session file, one JSON Lines file, or one MOTChallenge text and its video',
    kinds.join(', '),
  );
}

async function kindOf(file: File): Promise<FileKind> {
  const bytes = new Uint8Array(await file.slice(0, SNIFF_BYTES).arrayBuffer());
  const start = String.fromCharCode(...bytes);
  if (start.startsWith('PK\u0003\u0004') || start.startsWith('PK\u0005\u0006')) return 'archive';
  // MP4 and QuickTime; WebM and Matroska (EBML); MPEG transport stream.
  const isVideo =
    /^.{4}(?:ftyp|moov|mdat|wide|free|skip)/s.test(start) ||
    start.startsWith('\u001a\u0045\u00df\u00a3') ||
    start.startsWith('G');
  if (isVideo) return 'video';
  return /^(?:\u00ef\u00bb\u00bf)?\s*\{/.test(start) ? 'json' : 'text';
}
