import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ExportClient } from '../../../src/runtime/export-client';
import { packSession } from '../../../src/runtime/sync/pack-session';
import { SESSIONS_DATABASE_NAME } from '../../../src/storage/session-changes';
import { openSession } from '../../../src/storage/session-reader';
import { SessionPlace } from '../../../src/storage/session-place';
import { SyncFiles } from '../../../src/storage/sync-files';
import { makeSession } from '../../support/make-session';
import { unzip } from '../../support/unzip';
import { storeSession } from '../export/store-session';
import { SessionBench } from '../storage/session-fixtures';
import { makeSmallDisk, removeSmallDisk, smallDiskFolder } from '../storage/small-disk';

const WORKERS = [
  {
    how: 'by streams',
    create: () =>
      new Worker(new URL('../../../workers/export.worker.ts', import.meta.url), { type: 'module' }),
  },
  {
    how: 'where streams are missing, as in Safari before 26',
    create: () =>
      new Worker(new URL('./export-without-writable.worker.ts', import.meta.url), {
        type: 'module',
      }),
  },
];

const bench = new SessionBench();
const files = new SyncFiles();
const never = new AbortController().signal;
let sessionId: string;
let place: SessionPlace;

beforeEach(async () => {
  const { remote } = await bench.host(SESSIONS_DATABASE_NAME);
  sessionId = await storeSession(remote, makeSession({ durationS: 30, kind: 'crops' }));
  place = new SessionPlace(SESSIONS_DATABASE_NAME);
});

afterEach(async () => {
  place.close();
  await bench.clear();
  await files.tidy([]);
});

describe.each(WORKERS)('a session packed $how', ({ create }) => {
  const choice = { without: [] } as const;
  const ignore = (): void => undefined;
  const client = new ExportClient(create);
  const parts = { files: client, sessions: { open: (id: string) => openSession(place, id) } };

  afterEach(() => client.end());

  it('is a session file, whole', async () => {
    const handle = await files.sessionHandle('upload-whole');
    const told: number[] = [];
    const tell = (fraction: number) => told.push(fraction);
    const byteCount = await packSession(parts, { sessionId, ...choice }, handle, tell, never);
    // From another thread: the last may come after the end.
    await vi.waitFor(() => expect(told.at(-1)).toBe(1));
    expect(told).toEqual([...told].sort((a, b) => a - b));
    const file = await files.sessionFile('upload-whole');
    expect(file?.size).toBe(byteCount);
    const names = [...(await unzip(file!)).keys()];
    expect(names).toContain('manifest.json');
  });

  it('and ended leaves nothing of it', async () => {
    const handle = await files.sessionHandle('upload-ended');
    const ending = new AbortController();
    const packing = packSession(parts, { sessionId, ...choice }, handle, ignore, ending.signal);
    ending.abort();
    await expect(packing).rejects.toMatchObject({ name: 'AbortError' });
    expect(await files.sessionFile('upload-ended')).toBeNull();
  });

  it('on a disk that is too small says so, leaves nothing, and goes on one that has room', async () => {
    const disk = `small-${crypto.randomUUID()}`;
    await makeSmallDisk(disk, 20_000);
    try {
      const folder = await smallDiskFolder(disk);
      const handle = await folder.getFileHandle('session.zip', { create: true });
      await expect(
        packSession(parts, { sessionId, ...choice }, handle, ignore, never),
      ).rejects.toMatchObject({ code: 'STORAGE_FULL' });
      const left = await folder
        .getFileHandle('session.zip')
        .then(async (found) => (await found.getFile()).size)
        .catch(() => 0); // not there
      expect(left).toBe(0);
    } finally {
      await removeSmallDisk(disk);
    }
    const handle = await files.sessionHandle('upload-again');
    const byteCount = await packSession(parts, { sessionId, ...choice }, handle, ignore, never);
    expect((await files.sessionFile('upload-again'))?.size).toBe(byteCount);
  });
});
