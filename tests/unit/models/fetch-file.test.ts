import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fetchFile } from '../../../models/tools/shelf/fetch-file';
import { PrepareError } from '../../../models/tools/prepare-error';
import { startFileServer, type FileServer } from './file-server';

/** Large enough not to leave the server in one piece. */
const CONTENTS = Buffer.from(
  Uint32Array.from({ length: 50_000 }, (_, index) => index * 7919).buffer,
);

let folder = '';
let part = '';
let server: FileServer;
const onProgress = vi.fn();

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'resight-fetch-'));
  part = path.join(folder, 'model.onnx.part');
  server = await startFileServer(CONTENTS);
  onProgress.mockReset();
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const get = () => fetchFile(server.url, part, { onProgress, retryDelayMs: 1 });

/** Leaves the first bytes behind, as an attempt that was stopped does. */
async function interrupt(bytes: number): Promise<void> {
  await writeFile(part, server.bytes.subarray(0, bytes));
  const origin = { url: server.url, validator: '"first"' };
  await writeFile(`${part}.from`, JSON.stringify(origin));
}

/** The connection breaks as soon as something has arrived. */
function breakOnce(): void {
  server.habits.stallsAfterBytes = 60_000;
  onProgress.mockImplementationOnce(() => server.breakOff());
}

test('a file arrives whole, with its progress, and leaves nothing else behind', async () => {
  await get();
  expect((await readFile(part)).equals(CONTENTS)).toBe(true);
  expect(onProgress).toHaveBeenLastCalledWith(CONTENTS.length, CONTENTS.length);
  expect(await readdir(folder)).toEqual(['model.onnx.part']);
});

test('a connection that breaks is taken up where it broke', async () => {
  breakOnce();
  await get();
  expect((await readFile(part)).equals(CONTENTS)).toBe(true);
  expect(server.seen[0]?.range).toBeUndefined();
  expect(server.seen[1]?.range).toMatch(/^bytes=[1-9]\d*-$/);
  expect(server.seen[1]?.ifRange).toBe('"first"');
});

test('what an earlier run left is continued', async () => {
  await interrupt(1000);
  await get();
  expect(server.seen).toEqual([{ range: 'bytes=1000-', ifRange: '"first"' }]);
  expect((await readFile(part)).equals(CONTENTS)).toBe(true);
});

test('a server that sends the whole whatever is asked for is taken at its word', async () => {
  await interrupt(1000);
  server.habits.ignoresRange = true;
  await get();
  expect((await readFile(part)).equals(CONTENTS)).toBe(true);
});

test('a part of an older file is not continued with a newer one', async () => {
  await interrupt(1000);
  server.bytes = Buffer.from(CONTENTS).reverse();
  server.habits.etag = '"second"';
  await get();
  expect((await readFile(part)).equals(server.bytes)).toBe(true);
});

test('a part from another address, or one that cannot be told from another, is not continued', async () => {
  await interrupt(1000);
  await writeFile(`${part}.from`, '{"url": "http://elsewhere.example/", "validator": "x"}');
  server.habits.etag = null;
  breakOnce();
  await get();
  expect(server.seen.map(({ range }) => range)).toEqual([undefined, undefined]);
  expect((await readFile(part)).equals(CONTENTS)).toBe(true);
});

test('a part that is longer than the file is thrown away', async () => {
  await interrupt(CONTENTS.length);
  await get();
  expect(server.seen.map(({ range }) => range)).toEqual([`bytes=${CONTENTS.length}-`, undefined]);
  expect((await readFile(part)).equals(CONTENTS)).toBe(true);
});

test('a file that is not there is told at once, with what to do', async () => {
  server.habits.status = 404;
  const error: unknown = await get().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(PrepareError);
  expect(error).toMatchObject({
    message: `${server.url}: expected the file, found HTTP 404 Not Found`,
    advice: expect.stringContaining('--mirror FOLDER') as string,
  });
  expect(server.seen).toHaveLength(1);
});

test('a server that stays busy is asked four times', async () => {
  server.habits.status = 503;
  await expect(get()).rejects.toThrow('the server answered HTTP 503 Service Unavailable, 4 times');
  expect(server.seen).toHaveLength(4);
});

test('without a network the address and the reason are told', async () => {
  await server.close();
  await expect(get()).rejects.toThrow(`${server.url} cannot be reached (ECONNREFUSED)`);
});
