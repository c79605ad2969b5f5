import { ZipWriter, type ZipWriterAddDataOptions } from '@zip.js/zip.js/lib/zip-core-writer.js';
import { openArchive, readWhole } from '../../src/core/session-format/archive';

/** An entry of an archive to make; its contents are text. */
export interface MadeEntry {
  readonly path: string;
  readonly text?: string;
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly options?: ZipWriterAddDataOptions;
}

/** An archive as any program could make it. */
export async function makeArchive(entries: readonly MadeEntry[]): Promise<File> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const sink = new WritableStream<Uint8Array<ArrayBuffer>>({
    write: (chunk) => void chunks.push(chunk.slice()),
  });
  const writer = new ZipWriter(sink, { useWebWorkers: false });
  for (const { path, text = '', bytes, options } of entries) {
    const contents = new Blob([bytes ?? text]);
    await writer.add(path, { readable: contents.stream(), size: contents.size }, options);
  }
  await writer.close();
  return new File(chunks, 'made.zip');
}

/** What another program makes of an archive that is unpacked and packed again, with changes on the way. */
export async function packAgain(
  file: Blob,
  change: (entry: MadeEntry) => readonly MadeEntry[] = (entry) => [entry],
): Promise<File> {
  const archive = await openArchive(file);
  const entries: MadeEntry[] = [];
  for (const entry of archive.entries) {
    const bytes = await readWhole(archive, entry, 1e9, new AbortController().signal);
    entries.push(...change({ path: entry.path, bytes }));
  }
  return makeArchive(entries);
}

/** Replaces a name of the same length wherever it stands in the file, in headers and directory: what no writer would write. */
export async function rename(file: Blob, from: string, to: string): Promise<File> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const [wanted, given] = [from, to].map((text) => new TextEncoder().encode(text));
  if (!wanted || !given || wanted.length !== given.length)
    throw new RangeError('Expected names of the same length');
  for (let at = 0; at + wanted.length <= bytes.length; at += 1)
    if (wanted.every((byte, place) => bytes[at + place] === byte)) bytes.set(given, at);
  return new File([bytes], 'renamed.zip');
}
