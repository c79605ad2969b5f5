import * as v from 'valibot';
import { editsPageSchema } from '../../core/sync-api/edits';
import { fromBase64, toBase64 } from '../../core/sync-format/base64';
import { readEditEntry, type Edit, type EditEntry } from '../../core/sync-format/edits';
import type { PulledEdits } from '../../core/sync-format/sync-worker-api';
import { decryptText, encryptText, keyOf } from './age-files';
import type { EndpointRequests } from './endpoint-requests';

/** Everything in the log after a position; see `SyncWorkerApi.pullEdits`. Throws AppError SYNC_*. */
export async function pullEdits(
  requests: EndpointRequests,
  vaultKey: string,
  deviceId: string,
  after: number,
): Promise<PulledEdits> {
  const edits: Edit[] = [];
  let position = after;
  let ownNumber = 0;
  for (;;) {
    const page = await requests.json(editsPageSchema, `/api/edits?after=${position}`);
    for (const entry of page.entries) {
      position = Math.max(position, entry.position);
      if (entry.deviceId === deviceId) ownNumber = Math.max(ownNumber, entry.number);
      edits.push(...(await openEntry(entry, vaultKey)));
    }
    if (page.isLast || page.entries.length === 0) return { edits, position, ownNumber };
  }
}

/** Appends one entry to this device's log. Returns its encrypted size. Throws AppError SYNC_*. */
export async function pushEdits(
  requests: EndpointRequests,
  vaultKey: string,
  {
    deviceId,
    number,
    edits,
  }: Omit<EditEntry, 'version' | 'edits'> & { readonly edits: readonly Edit[] },
): Promise<number> {
  const { recipient } = await keyOf(vaultKey);
  const text = JSON.stringify({ version: 1, deviceId, number, edits });
  const data = await encryptText(text, [recipient]);
  // What it answers is of no use here; that it did not refuse is all that counts.
  await requests.json(v.unknown(), '/api/edits', {
    method: 'POST',
    body: { entries: [{ number, data: toBase64(data) }] },
  });
  return data.length;
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
