import { AppError } from '../../core/app-error';
import { vaultSchema } from '../../core/sync-api/catalogue';
import { fromBase64, toBase64 } from '../../core/sync-format/base64';
import {
  readVaultRecord,
  vaultCheckText,
  writeVaultRecord,
  type VaultRecord,
} from '../../core/sync-format/vault-record';
import { sha256Hex } from '../../core/session-format/sha256-stream';
import { keyOf, makeKey, openByPassphrase, sealByPassphrase, USUAL_WORK_FACTOR } from './age-files';
import { isProblem } from './endpoint-error';
import type { EndpointRequests } from './endpoint-requests';

/** The vault's record at the endpoint; null: there is none yet. Throws AppError SYNC_*. */
export async function readVault(requests: EndpointRequests): Promise<VaultRecord | null> {
  try {
    const { vault } = await requests.json(vaultSchema, '/api/vault');
    const record = readVaultRecord(vault);
    if (record) return record;
    throw new AppError('SYNC_TAMPERED', 'Expected the record of a vault, found something else');
  } catch (error) {
    if (isProblem(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

/**
 * The vault's key. Where there is no vault one is made: with `secret` a passphrase its key is kept there encrypted by it, else it is to be
 * carried by hand. Throws AppError SYNC_WRONG_KEY, SYNC_*.
 */
export async function openVault(
  requests: EndpointRequests,
  secret: string | null,
  workFactor = USUAL_WORK_FACTOR,
): Promise<string> {
  const record = await readVault(requests);
  if (record) return openExisting(record, secret);
  try {
    return await makeVault(requests, secret, workFactor);
  } catch (error) {
    // Another device has made one in between.
    const made = isProblem(error, 'CONFLICT') ? await readVault(requests) : null;
    if (made) return openExisting(made, secret);
    throw error;
  }
}

async function openExisting(
  { sealed, check }: VaultRecord,
  secret: string | null,
): Promise<string> {
  const wanted = sealed === null ? 'its key' : 'its passphrase or its key';
  if (secret === null)
    throw new AppError('SYNC_WRONG_KEY', `The vault is there already: expected ${wanted}`);
  const typed = secret.trim();
  if (!isKey(typed) && sealed === null)
    throw new AppError('SYNC_WRONG_KEY', 'This vault has no passphrase: expected its key');
  const identity = isKey(typed)
    ? typed.toUpperCase()
    : await openByPassphrase(fromBase64(sealed ?? ''), secret);
  if ((await checkOf(identity)) !== check)
    throw new AppError('SYNC_WRONG_KEY', 'Expected the key of this vault, found another');
  return identity;
}

async function makeVault(
  requests: EndpointRequests,
  secret: string | null,
  workFactor: number,
): Promise<string> {
  const typed = secret?.trim() ?? null;
  const isCarried = typed !== null && isKey(typed);
  const { identity } = isCarried ? await keyOf(typed.toUpperCase()) : await makeKey();
  const sealed =
    secret === null || isCarried
      ? null
      : toBase64(await sealByPassphrase(identity, secret, workFactor));
  await requests.ask('/api/vault', {
    method: 'PUT',
    headers: { 'If-None-Match': '*' },
    body: { vault: writeVaultRecord({ version: 1, sealed, check: await checkOf(identity) }) },
  });
  return identity;
}

function isKey(text: string): boolean {
  return /^AGE-SECRET-KEY-1/i.test(text);
}

function checkOf(identity: string): Promise<string> {
  return sha256Hex(new TextEncoder().encode(vaultCheckText(identity)));
}
