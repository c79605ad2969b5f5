import * as v from 'valibot';
import { bytesSchema, sha256Schema } from '../sync-api/fields';
import { fromBase64, toBase64 } from './base64';

/*
 * What an endpoint keeps of the vault's key. It sees neither the key nor the recipient that belongs to it, see envelope.ts.
 */

const vaultRecordSchema = v.object({
  version: v.literal(1),
  /** The key encrypted by a passphrase (age, scrypt), base64. Null: carried by hand. */
  sealed: v.nullable(bytesSchema(8192)),
  /** SHA-256 of a fixed word and the key, which has 256 random bits: whether a key is the right one can be told, which one it is cannot. */
  check: sha256Schema,
});
export type VaultRecord = v.InferOutput<typeof vaultRecordSchema>;

/** As base64, which is how endpoints take it. */
export function writeVaultRecord(record: VaultRecord): string {
  return toBase64(new TextEncoder().encode(JSON.stringify(record)));
}

/** Null: damaged, or of a later version. */
export function readVaultRecord(base64: string): VaultRecord | null {
  const text = new TextDecoder().decode(fromBase64(base64));
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), vaultRecordSchema), text);
  return read.success ? read.output : null;
}

/** See {@link VaultRecord}. */
export function vaultCheckText(identity: string): string {
  return `resight-vault-check ${identity}`;
}
