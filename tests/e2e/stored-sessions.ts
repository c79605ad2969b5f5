import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import type { Page } from 'playwright-core';
import type { SegmentRow, SessionRow } from '../../src/storage/session-rows';

/* Looks at what the app stored with the browser's own means, past the app. */

const DATABASE_NAME = 'resight-sessions';

/** Rows of all sessions, newest first. */
export async function sessionRows(page: Page): Promise<readonly SessionRow[]> {
  const rows = (await rowsOf(page, 'sessions')) as readonly SessionRow[]; // as the app wrote them
  return [...rows].sort((a, b) => b.createdUnixMs - a.createdUnixMs);
}

/** Rows of a session's video segments by camera and index. */
export async function segmentRows(page: Page, sessionId: string): Promise<readonly SegmentRow[]> {
  const rows = (await rowsOf(page, 'segments')) as readonly SegmentRow[]; // as the app wrote them
  return rows.filter((row) => row.sessionId === sessionId);
}

function rowsOf(page: Page, storeName: string): Promise<readonly unknown[]> {
  return page.evaluate(
    ([database, store]) =>
      new Promise<unknown[]>((resolve, reject) => {
        const opening = indexedDB.open(database);
        opening.onerror = () => reject(opening.error ?? new Error('not opened'));
        opening.onsuccess = () => {
          const opened = opening.result;
          if (!opened.objectStoreNames.contains(store)) return resolve([]);
          const reading = opened.transaction(store).objectStore(store).getAll();
          reading.onerror = () => reject(reading.error ?? new Error('not read'));
          reading.onsuccess = () => {
            opened.close();
            resolve(reading.result as unknown[]);
          };
        };
      }),
    [DATABASE_NAME, storeName] as const,
  );
}

/** Names of what lies in a folder of the private file system. */
export function privateFiles(page: Page, folder: string): Promise<readonly string[]> {
  return page.evaluate(async (name) => {
    const root = await navigator.storage.getDirectory();
    const found: string[] = [];
    for await (const file of (await root.getDirectoryHandle(name)).keys()) found.push(file);
    return found;
  }, folder);
}

/** Bytes of a part in the private file system. */
export async function partBytes(page: Page, sessionId: string, part: string): Promise<Buffer> {
  const base64 = await page.evaluate(
    async ([id, name]) => {
      const root = await navigator.storage.getDirectory();
      const folder = await (await root.getDirectoryHandle('sessions')).getDirectoryHandle(id);
      const bytes = new Uint8Array(
        await (await (await folder.getFileHandle(name)).getFile()).arrayBuffer(),
      );
      let text = '';
      for (const byte of bytes) text += String.fromCharCode(byte);
      return btoa(text);
    },
    [sessionId, part] as const,
  );
  return Buffer.from(base64, 'base64');
}

/** Pictures in a video file by its own index; throws when the file cannot be read, or does not begin with a key picture. */
export async function packetCount(bytes: Buffer): Promise<number> {
  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (!track) throw new Error('Expected a video track, found none');
    let count = 0;
    for await (const packet of new EncodedPacketSink(track).packets()) {
      if (count === 0 && packet.type !== 'key') throw new Error('Expected a key picture first');
      count += 1;
    }
    return count;
  } finally {
    input.dispose();
  }
}

/** Pictures that ffprobe decodes out of the file; null: it is not there. */
export async function decodedCount(
  folder: string,
  part: string,
  bytes: Buffer,
): Promise<number | null> {
  const path = join(folder, part);
  await writeFile(path, bytes);
  const entries = ['-select_streams', 'v', '-show_entries', 'stream=nb_read_frames'];
  try {
    const { stdout, stderr } = await promisify(execFile)('ffprobe', [
      '-v',
      'error',
      '-count_frames',
      ...entries,
      '-of',
      'csv=p=0',
      path,
    ]);
    if (stderr !== '') throw new Error(`ffprobe says of ${part}: ${stderr}`);
    return Number.parseInt(stdout, 10);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null; // of execFile
    throw error;
  }
}
