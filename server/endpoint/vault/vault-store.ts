import type { Queries } from '../database/database';

/** What is stored as the vault, and which one it is: counted from 1. */
export interface StoredVault {
  readonly version: number;
  readonly data: Uint8Array;
}

/** Null: there is none yet. */
export async function readVault(queries: Queries): Promise<StoredVault | null> {
  const [row] = await queries.query<StoredVault>('SELECT version, data FROM vaults');
  return row ?? null;
}

/** Its version; null, and nothing is changed: there is one already. */
export async function createVault(queries: Queries, data: Uint8Array): Promise<number | null> {
  const [row] = await queries.query<{ version: number }>(
    'INSERT INTO vaults (version, data) VALUES (1, $1) ON CONFLICT (is_only) DO NOTHING RETURNING version',
    [data],
  );
  return row?.version ?? null;
}

/** The new version; null, and nothing is changed: it is another one than `version` by now. */
export async function replaceVault(
  queries: Queries,
  data: Uint8Array,
  version: number,
): Promise<number | null> {
  const [row] = await queries.query<{ version: number }>(
    'UPDATE vaults SET version = version + 1, data = $1 WHERE version = $2 RETURNING version',
    [data, version],
  );
  return row?.version ?? null;
}
