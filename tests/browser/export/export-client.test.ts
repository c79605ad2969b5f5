import { parse } from 'csv-parse/browser/esm/sync';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExportFormat, ExportRequest } from '../../../src/contracts/export';
import { ExportClient } from '../../../src/runtime/export-client';
import { SESSIONS_DATABASE_NAME } from '../../../src/storage/session-changes';
import { makeSession, MADE_RESULT_SET } from '../../support/make-session';
import { unzip } from '../../support/unzip';
import { SessionBench } from '../storage/session-fixtures';
import { storeSession } from './store-session';

const bench = new SessionBench();
const clients: ExportClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.end();
  await bench.clear();
});

/** A client with the real worker, and what it handed to the browser's downloads. */
function openClient() {
  const downloads: { readonly name: string; readonly contents: File }[] = [];
  const client = new ExportClient(
    () =>
      new Worker(new URL('../../../workers/export.worker.ts', import.meta.url), {
        type: 'module',
      }),
    (name, contents) => {
      downloads.push({ name, contents });
      return () => undefined;
    },
  );
  clients.push(client);
  return { client, downloads };
}

async function stored(choice: Parameters<typeof makeSession>[0]): Promise<string> {
  const { remote } = await bench.host(SESSIONS_DATABASE_NAME);
  return storeSession(remote, makeSession(choice));
}

function request(sessionId: string, format: ExportFormat): ExportRequest {
  return {
    sessionId,
    resultSet: MADE_RESULT_SET,
    format,
    range: null,
    cameraId: null,
    without: [],
  };
}

async function temporaryNames(): Promise<readonly string[]> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('temporary', { create: true });
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}

async function chosenFile(name: string): Promise<FileSystemFileHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getFileHandle(name, { create: true });
}

const signal = new AbortController().signal;
const ignore = (): void => undefined;

describe('exports from stored sessions', () => {
  it('offers every format with a file name, and says why one cannot be had', async () => {
    const { client } = openClient();
    const offers = await client.offers(await stored({ durationS: 5 }));
    const refusals = new Map(offers.map(({ format, refusal }) => [format, refusal]));
    expect(refusals.get('sightings-csv')).toBeNull();
    expect(refusals.get('session-file')).toBeNull();
    expect(refusals.get('video-clip')).toMatch(/No video was recorded/u);
    expect(refusals.get('reid-crops')).toMatch(/pictures/u);
    expect(refusals.get('geojson')).toMatch(/position/u);
    for (const { file } of offers) {
      expect(file.name).toMatch(/^resight_Camera-A_2026-05-12T120005Z_[\w.]+$/u);
    }
  });

  it('are written to the file the user chose', async () => {
    const id = await stored({ durationS: 30 });
    const { client, downloads } = openClient();
    const handle = await chosenFile('chosen.csv');
    const fractions: number[] = [];
    const summary = await client.export(
      request(id, 'sightings-csv'),
      handle,
      (fraction) => fractions.push(fraction),
      signal,
    );
    const file = await handle.getFile();
    expect(file.size).toBe(summary.byteCount);
    expect(parse(await file.text(), { columns: true })).toHaveLength(summary.recordCount);
    expect(downloads).toEqual([]);
    expect(fractions.at(-1)).toBe(1);
    await (await navigator.storage.getDirectory()).removeEntry('chosen.csv');
  });

  it('are downloaded from a temporary file that goes away afterwards', async () => {
    const id = await stored({ durationS: 30, kind: 'crops' });
    const { client, downloads } = openClient();
    const summary = await client.export(request(id, 'reid-crops'), null, ignore, signal);
    expect(downloads).toHaveLength(1);
    const [download] = downloads;
    expect(download?.name).toMatch(/_market1501\.zip$/u);
    expect(download?.contents.size).toBe(summary.byteCount);
    expect((await unzip(download?.contents ?? new Blob())).size).toBe(summary.recordCount);
    expect(await temporaryNames()).toHaveLength(1);
    await client.end();
    expect(await temporaryNames()).toEqual([]);
  });

  it('replace the temporary file of the export before', async () => {
    const id = await stored({ durationS: 5 });
    const { client, downloads } = openClient();
    await client.export(request(id, 'json-lines'), null, ignore, signal);
    await client.export(request(id, 'coco'), null, ignore, signal);
    expect(downloads.map(({ name }) => name.split('_').at(-1))).toEqual([
      'events.jsonl',
      'coco.json',
    ]);
    expect(await temporaryNames()).toHaveLength(1);
  });

  it('end soon after they are cancelled, and leave no part of a file behind', async () => {
    const id = await stored({ durationS: 600, objectCount: 24 });
    const { client } = openClient();
    const handle = await chosenFile('cancelled.json');
    for (const destination of [handle, null]) {
      const abort = new AbortController();
      let cancelledMs = 0;
      const writing = client.export(
        request(id, 'coco'),
        destination,
        (fraction) => {
          if (fraction < 0.1 || abort.signal.aborted) return;
          cancelledMs = performance.now();
          abort.abort();
        },
        abort.signal,
      );
      await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
      expect(cancelledMs).toBeGreaterThan(0);
      expect(performance.now() - cancelledMs).toBeLessThan(1000);
    }
    expect(await temporaryNames()).toEqual([]);
    await expect(handle.getFile()).rejects.toMatchObject({ name: 'NotFoundError' });
    // The next one is not disturbed.
    const summary = await client.export(request(id, 'tracks-csv'), null, ignore, signal);
    expect(summary.recordCount).toBeGreaterThan(0);
  });

  it('leave what was in a chosen file before when they fail', async () => {
    const id = await stored({ durationS: 5 });
    const { client } = openClient();
    const handle = await chosenFile('before.json');
    const writable = await handle.createWritable();
    await writable.write('from before');
    await writable.close();
    const bad = { ...request(id, 'json-lines'), resultSet: 'none' };
    await expect(client.export(bad, handle, ignore, signal)).rejects.toMatchObject({
      code: 'EXPORT_FAILED',
    });
    expect(await (await handle.getFile()).text()).toBe('from before');
    await (await navigator.storage.getDirectory()).removeEntry('before.json');
  });

  it('that a crash left behind are removed at the next start, those of others are not', async () => {
    const id = await stored({ durationS: 5 });
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('temporary', { create: true });
    await folder.getFileHandle('left-behind', { create: true });
    const { client } = openClient();
    await client.export(request(id, 'coco'), null, ignore, signal);
    expect(await temporaryNames()).toHaveLength(2);
    await openClient().client.start();
    const names = await temporaryNames();
    expect(names).toHaveLength(1);
    expect(names).not.toContain('left-behind');
  });
});

describe('an export worker that the browser ended without a word', () => {
  it('is noticed: what it wrote fails, and the next goes to another one', async () => {
    const id = await stored({ durationS: 5 });
    let workerCount = 0;
    const client = new ExportClient(() => {
      workerCount += 1;
      return workerCount === 1
        ? new Worker(new URL('./dying-export.worker.ts', import.meta.url), { type: 'module' })
        : new Worker(new URL('../../../workers/export.worker.ts', import.meta.url), {
            type: 'module',
          });
    });
    clients.push(client);
    const handle = await chosenFile('after-a-death.json');
    const writing = client.export(request(id, 'coco'), handle, ignore, signal);
    await expect(writing).rejects.toMatchObject({ code: 'WORKER_GONE' });
    const { byteCount } = await client.export(request(id, 'coco'), handle, ignore, signal);
    expect((await handle.getFile()).size).toBe(byteCount);
    expect(workerCount).toBe(2);
    await (await navigator.storage.getDirectory()).removeEntry('after-a-death.json');
  });
});
