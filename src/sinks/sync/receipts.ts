import * as v from 'valibot';
import { aboutSchema } from '../../core/sync-api/access';
import { deletionStatementSchema, type DeletionReceipt } from '../../core/sync-api/catalogue';
import { receiptKeyFingerprint } from '../../core/sync-format/receipt-key';
import { AppError } from '../../core/app-error';
import { fromBase64 } from '../../core/sync-format/base64';
import type { EndpointRequests } from './endpoint-requests';

/** The key that the endpoint says it signs receipts with: SPKI, base64. Throws AppError SYNC_*. */
export async function readReceiptKey(requests: EndpointRequests): Promise<string> {
  return (await requests.json(aboutSchema, '/api/about')).receiptKey;
}

/**
 * Checks a receipt against the key that the endpoint had when this device was paired: what it says of its key now proves nothing. Throws
 * AppError SYNC_KEY_CHANGED: it has another one; SYNC_TAMPERED: a receipt of something else, or signed by nobody known.
 */
export async function checkReceipt(
  requests: EndpointRequests,
  { statement, signature }: DeletionReceipt,
  uploadId: string,
  pinnedKey: string,
): Promise<void> {
  const isSigned = await isSignedBy(pinnedKey, statement, signature);
  if (isSigned !== true) await requireSameKey(requests, pinnedKey);
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), deletionStatementSchema), statement);
  // Where the browser knows no Ed25519 the receipt is kept all the same: it can be checked elsewhere.
  if (isSigned !== false && read.success && read.output.sessionId === uploadId) return;
  throw new AppError(
    'SYNC_TAMPERED',
    `Expected a signed receipt for ${uploadId}, found another: ${statement}`,
  );
}

async function requireSameKey(requests: EndpointRequests, pinnedKey: string): Promise<void> {
  const key = await readReceiptKey(requests);
  if (key === pinnedKey) return;
  const [pinned, found] = await Promise.all([pinnedKey, key].map(receiptKeyFingerprint));
  throw new AppError(
    'SYNC_KEY_CHANGED',
    `Expected a receipt by the key ${pinned ?? ''}, which the endpoint had before, found that it has ${found ?? ''} now`,
  );
}

/** Null: the browser knows no Ed25519, as Chromium before 137. */
async function isSignedBy(key: string, text: string, signature: string): Promise<boolean | null> {
  try {
    const spki = fromBase64(key);
    const publicKey = await crypto.subtle.importKey('spki', spki, 'Ed25519', false, ['verify']);
    const bytes = new TextEncoder().encode(text);
    return await crypto.subtle.verify('Ed25519', publicKey, fromBase64(signature), bytes);
  } catch (error) {
    // Anything else is a key or a signature that is none.
    return error instanceof DOMException && error.name === 'NotSupportedError' ? null : false;
  }
}
