import type { DBSchema, IDBPDatabase } from 'idb';
import * as v from 'valibot';
import { ERROR_CODES } from '../contracts/errors';
import { LEDGER_EVENTS } from '../contracts/sync';
import { identitySchema } from '../core/sync-format/envelope';
import { editSchema } from '../core/sync-format/edits';
import { scopesSchema } from '../core/sync-api/access';
import { countSchema, idSchema, sha256Schema, unixMsSchema } from '../core/sync-api/fields';

/*
 * What lies in the database of what is sent, as of the newest migration. What cannot be read counts as not there.
 */

/** The endpoint this device is connected to. */
export const connectionSchema = v.object({
  url: v.string(),
  token: v.string(),
  deviceId: idSchema,
  deviceName: v.string(),
  scopes: scopesSchema,
  connectedUnixMs: unixMsSchema,
  /** The vault's key; null: this device has it not. */
  identity: v.nullable(identitySchema),
  /** That the endpoint signed receipts with when it was first asked: SPKI, base64; null: paired by a version that did not keep it. */
  receiptKey: v.optional(v.nullable(v.string()), null),
});
export type ConnectionRow = v.InferOutput<typeof connectionSchema>;

/** What the user chose about sending. */
export const syncSettingsSchema = v.object({
  isMeteredAllowed: v.boolean(),
  isLivePublished: v.boolean(),
});
export type SyncSettingsRow = v.InferOutput<typeof syncSettingsSchema>;

/** What is sent of a packed session; made once, so that the endpoint is told the same after every restart. */
const uploadPlanSchema = v.object({
  uploadId: idSchema,
  envelope: v.string(),
  firstDay: v.string(),
  lastDay: v.string(),
  /** Plain. */
  byteCount: v.pipe(countSchema, v.minValue(1)),
  pieceBytes: v.pipe(countSchema, v.minValue(1)),
  /** Encrypted. */
  pieceByteCounts: v.array(countSchema),
  sessionKey: identitySchema,
});

const errorSchema = v.object({ code: v.picklist(ERROR_CODES), message: v.string() });

/** One session on its way. */
export const outboxSchema = v.object({
  id: v.string(),
  sessionId: v.string(),
  title: v.string(),
  without: v.array(v.picklist(['video', 'crops', 'descriptors'])),
  isPublished: v.boolean(),
  state: v.picklist(['waiting', 'packing', 'sending', 'paused', 'failed', 'done']),
  queuedUnixMs: unixMsSchema,
  waitsFor: v.nullable(v.picklist(['turn', 'network', 'unmetered-network', 'retry'])),
  nextTryUnixMs: v.nullable(unixMsSchema),
  /** Failures since the last progress. */
  failureCount: countSchema,
  error: v.nullable(errorSchema),
  sentBytes: countSchema,
  totalBytes: countSchema,
  /** Names the files here and the session there; another one whenever it is packed. Null: not begun. */
  uploadId: v.nullable(idSchema),
  /** Of the session file once it is here whole; null: it is not. */
  packedBytes: v.optional(v.nullable(countSchema), null),
  /** Null: not packed. */
  plan: v.nullable(uploadPlanSchema),
  /** The endpoint has the session, whole. */
  isSent: v.boolean(),
  /** Pending there, and not to be gone on with: to be thrown away there. */
  staleUploadIds: v.array(idSchema),
  /** The user wants it sent although the network is metered. */
  isMeteredAllowed: v.optional(v.boolean(), false),
});
export type OutboxRow = v.InferOutput<typeof outboxSchema>;

/** The encrypted piece that lies in a file until the endpoint has it. */
export const flightSchema = v.object({
  uploadId: idSchema,
  piece: countSchema,
  sha256: sha256Schema,
});
export type FlightRow = v.InferOutput<typeof flightSchema>;

export const ledgerSchema = v.object({
  id: v.string(),
  timeUnixMs: unixMsSchema,
  url: v.string(),
  what: v.picklist(LEDGER_EVENTS),
  sessionId: v.nullable(v.string()),
  byteCount: countSchema,
  isReadable: v.boolean(),
  details: v.string(),
});

/** The newest edit of a field, whoever made it. */
export const storedEditSchema = v.object({
  field: v.string(),
  edit: editSchema,
  /** False: made here, and not at the endpoint yet. */
  isPushed: v.boolean(),
});
export type StoredEditRow = v.InferOutput<typeof storedEditSchema>;

/** What a field's value was here when edits were last compared: another one now is an edit of this device. */
export const seenValueSchema = v.object({ field: v.string(), value: v.string() });

/** How far the log of edits was read, and the clock of edits. */
export const editLogSchema = v.object({
  position: countSchema,
  /** SHA-256 of the entry there, by which a log is known that was restored from a backup; null: not known. */
  lastEntry: v.optional(v.nullable(sha256Schema), null),
  /** Of this device's last entry. */
  ownNumber: countSchema,
  timeMs: unixMsSchema,
  counter: countSchema,
});
export type EditLogRow = v.InferOutput<typeof editLogSchema>;

/** The stores; values are read with their schemas, as anything may lie on a disk. */
interface SyncSchema extends DBSchema {
  connection: { key: string; value: unknown };
  settings: { key: string; value: unknown };
  outbox: { key: string; value: unknown };
  flights: { key: string; value: unknown };
  ledger: { key: number; value: unknown };
  edits: { key: string; value: unknown };
  seenValues: { key: string; value: unknown };
  editLog: { key: string; value: unknown };
}
export type SyncIdb = IDBPDatabase<SyncSchema>;
export type SyncStoreName =
  'connection' | 'settings' | 'outbox' | 'flights' | 'ledger' | 'edits' | 'seenValues' | 'editLog';
