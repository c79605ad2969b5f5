import { timingSafeEqual } from 'node:crypto';
import type { Scope } from '../../../src/core/sync-api/access';
import type { Database, Queries } from '../database/database';
import { addDevice } from './device-store';
import { hashSecret, newPairingCode, normalisePairingCode } from './secrets';

/** Long enough to carry a code to another device by hand. */
const CODE_LIFE_MS = 10 * 60_000;

interface CodeRow {
  readonly code_hash: Uint8Array;
  readonly scopes: readonly Scope[];
}

/** A code that lets one device in, with when it runs out. */
export interface PairingCode {
  readonly code: string;
  readonly expiresUnixMs: number;
}

/** What is kept of a code. */
export interface KeptCode {
  readonly codeHash: Uint8Array;
  readonly scopes: readonly Scope[];
  readonly expiresUnixMs: number;
}

/** A new code, and what is to be kept of it. */
export function newCode(
  scopes: readonly Scope[],
  nowUnixMs: number,
): { readonly told: PairingCode; readonly kept: KeptCode } {
  const code = newPairingCode();
  const expiresUnixMs = nowUnixMs + CODE_LIFE_MS;
  return {
    told: { code, expiresUnixMs },
    kept: { codeHash: hashSecret(normalisePairingCode(code)), scopes, expiresUnixMs },
  };
}

/** Makes a code in the database. */
export async function makePairingCode(
  database: Database,
  scopes: readonly Scope[],
  nowUnixMs: number,
): Promise<PairingCode> {
  const { told, kept } = newCode(scopes, nowUnixMs);
  await keepCode(database, kept, nowUnixMs);
  return told;
}

/** Puts a code into the database; those that have run out are removed on the way. */
export async function keepCode(
  database: Database,
  { codeHash, scopes, expiresUnixMs }: KeptCode,
  nowUnixMs: number,
): Promise<void> {
  await database.transaction(async (queries) => {
    await queries.query('DELETE FROM pairing_codes WHERE expires_unix_ms <= $1', [nowUnixMs]);
    await queries.query(
      `INSERT INTO pairing_codes (code_hash, scopes, expires_unix_ms) VALUES ($1, $2, $3)
       ON CONFLICT (code_hash) DO NOTHING`,
      [codeHash, scopes, expiresUnixMs],
    );
  });
}

/** A device that was let in. */
export interface PairedDevice {
  readonly deviceId: string;
  readonly token: string;
  readonly scopes: readonly Scope[];
}

/** Trades a code for a device, once; null: the code is not known, was used or has run out. */
export function redeemPairingCode(
  database: Database,
  code: string,
  deviceName: string,
  nowUnixMs: number,
): Promise<PairedDevice | null> {
  return database.transaction(async (queries) => {
    const row = await takeCode(queries, hashSecret(normalisePairingCode(code)), nowUnixMs);
    if (row === null) return null;
    const { deviceId, token } = await addDevice(queries, deviceName, row.scopes, nowUnixMs);
    return { deviceId, token, scopes: row.scopes };
  });
}

/** Compares with every code there is, in constant time each; there are few. Of two who bring the same one, one removes the row. */
async function takeCode(
  queries: Queries,
  codeHash: Uint8Array,
  nowUnixMs: number,
): Promise<CodeRow | null> {
  const rows = await queries.query<CodeRow>(
    'SELECT code_hash, scopes FROM pairing_codes WHERE expires_unix_ms > $1',
    [nowUnixMs],
  );
  let found: CodeRow | null = null;
  for (const row of rows) if (timingSafeEqual(row.code_hash, codeHash)) found = row;
  if (found === null) return null;
  const removed = await queries.query(
    'DELETE FROM pairing_codes WHERE code_hash = $1 RETURNING code_hash',
    [found.code_hash],
  );
  return removed.length > 0 ? found : null;
}
