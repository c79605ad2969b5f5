import { get, type IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { EventStreamParser } from '../../server/endpoint/viewer/page/event-stream.js';
import type { ReadersReport, ReadersTask } from './endpoint-messages';

/*
 * Readers of live results and the camera they watch, as a process of its own: uploads are made by another, so that this one has time to look at
 * its clock. Forked with an IPC channel: gets a `ReadersTask`, says `ready`, publishes until it is told `stop`, answers a `ReadersReport`.
 */

const CAMERA = 'camera-of-the-bench';
/** Opened at once. */
const BATCH = 50;
/** What may still be under way at the end. */
const DRAIN_MS = 15_000;

interface Reader {
  /** Number of the last event; null: none came. */
  last: number | null;
  lostCount: number;
  isCut: boolean;
}

const delaysMs: number[] = [];
let isStopped = false;

process.once('message', (task) => {
  // The first message is the task; see `endpoint.ts`.
  void run(task as ReadersTask).then((report) => {
    process.send?.(report);
    process.disconnect();
  });
});

async function run({
  url,
  tokens,
  publisherToken,
  eventsPerS,
}: ReadersTask): Promise<ReadersReport> {
  await publish(url, publisherToken);
  const readers: Reader[] = [];
  for (let start = 0; start < tokens.length; start += BATCH) {
    const batch = tokens.slice(start, start + BATCH);
    readers.push(...(await Promise.all(batch.map((token) => open(url, token)))));
  }
  process.once('message', () => (isStopped = true));
  process.send?.('ready');
  delaysMs.length = 0;
  const { last, count } = await publishUntilStopped(url, publisherToken, eventsPerS);
  const giveUpMs = performance.now() + DRAIN_MS;
  while (performance.now() < giveUpMs && readers.some((reader) => reader.last !== last)) {
    await wait(50);
  }
  const lostAtEnd = readers.reduce((sum, reader) => sum + last - (reader.last ?? 0), 0);
  delaysMs.sort((a, b) => a - b);
  return {
    eventCount: count,
    lostEvents: readers.reduce((sum, { lostCount }) => sum + lostCount, 0) + lostAtEnd,
    cutCount: readers.filter(({ isCut }) => isCut).length,
    eventP50Ms: quantile(0.5),
    eventP95Ms: quantile(0.95),
    eventMaxMs: quantile(1),
  };
}

/** At a steady pace: an event that is late does not put off the next one. */
async function publishUntilStopped(
  url: string,
  token: string,
  eventsPerS: number,
): Promise<{ readonly last: number; readonly count: number }> {
  const startMs = performance.now();
  const answers: Promise<number>[] = [];
  while (!isStopped) {
    answers.push(publish(url, token));
    await wait(Math.max(0, startMs + (answers.length * 1000) / eventsPerS - performance.now()));
  }
  return { last: Math.max(...(await Promise.all(answers))), count: answers.length };
}

async function publish(url: string, token: string): Promise<number> {
  const response = await fetch(`${url}/api/live/${CAMERA}/events`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      label: 'Bench',
      // Milliseconds of the same clock as the readers': they are in this process.
      events: [{ type: 'present', timeUnixMs: Date.now(), counts: { car: 3, truck: 1 } }],
    }),
  });
  if (!response.ok) throw new Error(`Publishing: ${response.status} ${await response.text()}`);
  // The endpoint's own answer.
  return ((await response.json()) as { sequence: number }).sequence;
}

/** Resolves once it gets events. A stream that is cut is not opened again: what it did not get is lost. */
function open(url: string, token: string): Promise<Reader> {
  const reader: Reader = { last: null, lostCount: 0, isCut: false };
  return new Promise((resolve, reject) => {
    const onEvent = ({ id, data }: { readonly id: string; readonly data: string }) => {
      const sequence = Number(id);
      reader.lostCount += reader.last === null ? 0 : Math.abs(sequence - reader.last - 1);
      reader.last = sequence;
      // The bench's own event.
      delaysMs.push(Date.now() - (JSON.parse(data) as { timeUnixMs: number }).timeUnixMs);
      resolve(reader);
    };
    const parser = new EventStreamParser(onEvent);
    const onResponse = (response: IncomingMessage) => {
      if (response.statusCode !== 200) reject(new Error(`Reading: ${response.statusCode}`));
      response.setEncoding('utf8');
      response.on('data', (text: string) => parser.push(text));
      response.on('close', () => (reader.isCut = !isStopped));
    };
    const headers = { Authorization: `Bearer ${token}` };
    get(`${url}/api/live/${CAMERA}/events`, { agent: false, headers }, onResponse).on(
      'error',
      (error) => {
        reader.isCut = true;
        reject(error);
      },
    );
  });
}

/** Of sorted delays, nearest rank; NaN of none. */
function quantile(share: number): number {
  return delaysMs[Math.max(0, Math.ceil(delaysMs.length * share) - 1)] ?? Number.NaN;
}
