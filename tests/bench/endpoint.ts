import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Scope } from '../../src/core/sync-api/access';
import type { Metrics } from './budgets';
import type { ReadersReport, ReadersTask } from './endpoint-messages';
import {
  forkScript,
  startEndpointProcess,
  startPlainServer,
  type EndpointProcess,
} from './endpoint-processes';
import { postPlain, uploadSessions } from './endpoint-uploads';

const OUT = join(import.meta.dirname, '../.out/bench');

const DEVICE_COUNT = 50;
const READER_COUNT = 500;
const EVENTS_PER_S = 5;
/** Odd: the middle one counts. */
const ROUND_COUNT = 3;

/**
 * Load on one endpoint: 50 devices send 20 MB each, all at once, while 500 readers follow a camera with five events a second. The plain POSTs that
 * uploads are compared with are made under the same load of readers, to a server of their own. Server, readers and uploads are processes on
 * one machine: with few cores they take time from each other, and delays are of all three.
 *
 * `seconds`: how long events are sent at least.
 */
export async function benchEndpoint(
  seconds: number,
  log: (line: string) => void,
): Promise<Metrics> {
  await mkdir(OUT, { recursive: true });
  const folder = await mkdtemp(join(OUT, 'endpoint-'));
  try {
    const dataFolder = join(folder, 'data');
    const tokens = await makeDevices(dataFolder);
    const endpoint = await startEndpointProcess(dataFolder);
    try {
      const load = await putUnderLoad(endpoint, tokens, seconds, folder, log);
      const serverPeakMB = await endpoint.peakMegabytes();
      return { ...load, serverPeakMB, firstStartPeakMB: tokens.firstStartPeakMB };
    } finally {
      await endpoint.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface BenchTokens {
  readonly devices: readonly string[];
  readonly publisher: string;
  readonly firstStartPeakMB: number | null;
}

/** The first start makes the database, once in its life: what that takes is told apart from what running takes. */
async function makeDevices(dataFolder: string): Promise<BenchTokens> {
  const endpoint = await startEndpointProcess(dataFolder);
  try {
    const pair = await createPairing(endpoint);
    return {
      devices: await repeat(DEVICE_COUNT, () => pair(['upload', 'read'])),
      publisher: await pair(['publish']),
      firstStartPeakMB: await endpoint.peakMegabytes(),
    };
  } finally {
    await endpoint.stop();
  }
}

async function putUnderLoad(
  { url }: EndpointProcess,
  { devices, publisher }: BenchTokens,
  seconds: number,
  folder: string,
  log: (line: string) => void,
): Promise<Metrics> {
  const readers = await startReaders({
    url,
    tokens: Array.from({ length: READER_COUNT }, (_, i) => devices[i % DEVICE_COUNT] ?? ''),
    publisherToken: publisher,
    eventsPerS: EVENTS_PER_S,
  });
  log(`${READER_COUNT} readers are there`);
  const until = wait(seconds * 1000);
  const uploads = await compareUploads(url, devices, folder, log);
  await until;
  return { ...(await readers.stop()), ...uploads };
}

/** In turns, so that what the machine does beside it meets both; what was sent is removed again, so that the disk is the same for all. */
async function compareUploads(
  url: string,
  devices: readonly string[],
  folder: string,
  log: (line: string) => void,
): Promise<Metrics> {
  const plainFolder = join(folder, 'plain');
  const rounds: { readonly plain: number; readonly upload: number }[] = [];
  while (rounds.length < ROUND_COUNT) {
    await mkdir(plainFolder);
    const server = await startPlainServer(plainFolder);
    const plain = await postPlain(server.url, devices.length).finally(() => server.stop());
    await rm(plainFolder, { recursive: true });
    const sent = await uploadSessions(url, devices);
    await sent.remove();
    rounds.push({ plain, upload: sent.bytesPerS });
    log(`plain POSTs: ${inMegabytes(plain)} MB/s, uploads: ${inMegabytes(sent.bytesPerS)} MB/s`);
  }
  return {
    plainMBPerS: inMegabytes(median(rounds.map(({ plain }) => plain))),
    uploadMBPerS: inMegabytes(median(rounds.map(({ upload }) => upload))),
    uploadOverPlainPost: median(rounds.map(({ plain, upload }) => upload / plain)),
  };
}

function inMegabytes(bytesPerS: number): number {
  return Math.round(bytesPerS / 1e5) / 10;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Makes devices; answers their tokens. */
async function createPairing({
  url,
  pairingCode,
}: EndpointProcess): Promise<(scopes: readonly Scope[]) => Promise<string>> {
  const post = async (path: string, token: string | null, json: object): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(json),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  // What both routes answer; see `core/sync-api/access.ts`.
  const redeem = async (code: string) =>
    ((await post('/api/pair', null, { code, deviceName: 'Bench' })) as { token: string }).token;
  if (pairingCode === null) throw new Error('Expected a new endpoint, found one with devices.');
  const admin = await redeem(pairingCode);
  return async (scopes) => {
    const { code } = (await post('/api/pairing-codes', admin, { scopes })) as { code: string };
    return redeem(code);
  };
}

async function startReaders(
  task: ReadersTask,
): Promise<{ readonly stop: () => Promise<ReadersReport> }> {
  const child = forkScript(new URL('./endpoint-readers.ts', import.meta.url));
  const ready = nextMessage(child);
  child.send(task);
  await ready;
  return {
    async stop() {
      const report = nextMessage(child);
      child.send('stop');
      // The second and last message.
      return (await report) as ReadersReport;
    },
  };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`The readers ended with ${code ?? 'a signal'}`)));
  });
}

async function repeat<T>(count: number, act: () => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  for (let i = 0; i < count; i += 1) results.push(await act());
  return results;
}
