import * as v from 'valibot';
import { editsPageSchema, type EditsPage } from '../../core/sync-api/edits';
import { AppError } from '../../core/app-error';
import { fromBase64, toBase64 } from '../../core/sync-format/base64';
import { readEditEntry, type Edit } from '../../core/sync-format/edits';
import type {
  EditLogPlace,
  PulledEdits,
  SyncWorkerApi,
} from '../../core/sync-format/sync-worker-api';
import { sha256Hex } from '../../core/session-format/sha256-stream';
import { decryptText, encryptText, keyOf } from './age-files';
import { isProblem } from './endpoint-error';
import type { EndpointRequests } from './endpoint-requests';

type LogEntry = EditsPage['entries'][number];

const FROM_THE_START: EditLogPlace = { position: 0, lastEntry: null, ownNumber: 0 };

/** Everything in the log after a place, or all of it when the log is another one; see `SyncWorkerApi.pullEdits`. Throws AppError SYNC_*. */
export async function pullEdits(
  requests: EndpointRequests,
  vaultKey: string,
  deviceId: string,
  log: EditLogPlace,
): Promise<PulledEdits> {
  const found = await readOn(requests, log);
  const isRestored = found === null;
  const before = isRestored ? FROM_THE_START : log;
  const entries = found ?? (await readAfter(requests, 0));
  const own = entries.filter((entry) => entry.deviceId === deviceId);
  const unknown = own.filter(({ number }) => number > before.ownNumber);
  const last = entries.at(-1);
  return {
    edits: (await Promise.all(entries.map((entry) => openEntry(entry, vaultKey)))).flat(),
    position: last?.position ?? before.position,
    lastEntry: last ? await digestOf(last) : before.lastEntry,
    ownNumber: own.reduce((most, { number }) => Math.max(most, number), before.ownNumber),
    // All of a log that was restored was known once.
    unknownOwnBytes: isRestored ? 0 : unknown.reduce((sum, { data }) => sum + bytesOf(data), 0),
    isRestored,
  };
}

type NewEntry = Parameters<SyncWorkerApi['pushEdits']>[2];

/** Appends one entry to this device's log; see `SyncWorkerApi.pushEdits`. Throws AppError SYNC_*. */
export async function pushEdits(
  requests: EndpointRequests,
  vaultKey: string,
  entry: NewEntry,
): ReturnType<SyncWorkerApi['pushEdits']> {
  try {
    return await pushEntry(requests, vaultKey, entry);
  } catch (error) {
    if (!entry.isBlind || !isProblem(error, 'CONFLICT')) throw error;
    return pushEntry(requests, vaultKey, { ...entry, number: entry.number + 1 });
  }
}

async function pushEntry(
  requests: EndpointRequests,
  vaultKey: string,
  { deviceId, number, edits }: NewEntry,
): ReturnType<SyncWorkerApi['pushEdits']> {
  const { recipient } = await keyOf(vaultKey);
  const text = JSON.stringify({ version: 1, deviceId, number, edits });
  const data = await encryptText(text, [recipient]);
  // What it answers is of no use here; that it did not refuse is all that counts.
  await requests.json(v.unknown(), '/api/edits', {
    method: 'POST',
    body: { entries: [{ number, data: toBase64(data) }] },
  });
  return { number, byteCount: data.length };
}

/** What comes after a place; null: the entry there is not the one that was read, so that nothing after it can be relied on either. */
async function readOn(
  requests: EndpointRequests,
  { position, lastEntry }: EditLogPlace,
): Promise<readonly LogEntry[] | null> {
  if (position === 0 || lastEntry === null) return readAfter(requests, position);
  const [known, ...others] = await readAfter(requests, position - 1);
  const isThere = known?.position === position && (await digestOf(known)) === lastEntry;
  return isThere ? others : null;
}

async function readAfter(requests: EndpointRequests, after: number): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  for (;;) {
    const position = entries.at(-1)?.position ?? after;
    const page = await requests.json(editsPageSchema, `/api/edits?after=${position}`);
    if (page.entries.some((entry) => entry.position <= position))
      throw new AppError(
        'SYNC_NOT_AN_ENDPOINT',
        `Expected edits after position ${position}, found some before`,
      );
    entries.push(...page.entries);
    if (page.isLast || page.entries.length === 0) return entries;
  }
}

function digestOf({ deviceId, number, data }: LogEntry): Promise<string> {
  return sha256Hex(new TextEncoder().encode(`${deviceId} ${number} ${data}`));
}

function bytesOf(base64: string): number {
  return fromBase64(base64).length;
}

/** Nothing of an entry that cannot be opened is used, and it keeps no other entry from being read. */
async function openEntry(
  entry: { readonly data: string; readonly deviceId: string; readonly number: number },
  vaultKey: string,
): Promise<readonly Edit[]> {
  try {
    const text = await decryptText(fromBase64(entry.data), vaultKey);
    return readEditEntry(text, entry.deviceId, entry.number)?.edits ?? [];
  } catch {
    return []; // for another vault, or changed
  }
}
