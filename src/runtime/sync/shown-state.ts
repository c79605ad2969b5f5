import type { OutboxItem, SyncConnection, UploadChoice } from '../../contracts/sync';
import type { ConnectionRow, OutboxRow } from '../../storage/sync-rows';

/** A connection without what is secret of it. */
export function shownConnection(row: ConnectionRow): SyncConnection {
  const { url, deviceId, deviceName, scopes, connectedUnixMs, identity, receiptKey } = row;
  const hasVaultKey = identity !== null;
  return { url, deviceId, deviceName, scopes, connectedUnixMs, hasVaultKey, receiptKey };
}

/** How far the upload is that is packed in this tab. */
export interface Packing {
  readonly itemId: string;
  /** [0, 1] */
  readonly fraction: number;
}

/** What the screen tells of an upload. */
export function shownItem(row: OutboxRow, packing: Packing | null): OutboxItem {
  const { id, sessionId, title, state, sentBytes, totalBytes, queuedUnixMs } = row;
  const { waitsFor, nextTryUnixMs, error } = row;
  return {
    ...{ id, sessionId, title, state, sentBytes, totalBytes, queuedUnixMs },
    ...{ waitsFor, nextTryUnixMs, error },
    packedFraction:
      state === 'packing' && packing?.itemId === id ? Math.min(1, packing.fraction) : null,
  };
}

/** What packing makes of an item: none of it yet, or no more. */
export const NOT_PACKED = {
  uploadId: null,
  plan: null,
  packedBytes: null,
  isSent: false,
  sentBytes: 0,
  totalBytes: 0,
} as const satisfies Partial<OutboxRow>;

/** An item that waits for its turn. */
export function newOutboxRow(choice: UploadChoice, title: string, nowUnixMs: number): OutboxRow {
  return {
    id: crypto.randomUUID(),
    sessionId: choice.sessionId,
    title,
    without: [...choice.without],
    isPublished: choice.isPublished,
    state: 'waiting',
    queuedUnixMs: nowUnixMs,
    waitsFor: 'turn',
    nextTryUnixMs: null,
    failureCount: 0,
    error: null,
    staleUploadIds: [],
    isMeteredAllowed: false,
    ...NOT_PACKED,
  };
}
