import { AppError } from '../../core/app-error';
import { sealedText, type Envelope } from '../../core/sync-format/envelope';

/*
 * age lets everybody who can open a file put another text under its header, for all whom it was made for. So whoever has a share link could,
 * together with the endpoint, give the vault's devices another session. The seal is what only those devices can make.
 */

/** HMAC-SHA-256 (RFC 2104) of all that an envelope says, by a key that follows from the vault's; in lower-case hexadecimal. */
export async function sealOf(envelope: Omit<Envelope, 'seal'>, vaultKey: string): Promise<string> {
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey(
    'raw',
    encoder.encode(`resight-envelope-seal ${vaultKey}`),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const seal = await crypto.subtle.sign('HMAC', key, encoder.encode(sealedText(envelope)));
  return Array.from(new Uint8Array(seal), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * `key`: what opened it. The session's own key is that of a share link: its holder has no key of a vault, and believes whoever gave the link.
 * Throws AppError SYNC_TAMPERED when no device of the vault made it.
 */
export async function expectSealed(envelope: Envelope, key: string): Promise<void> {
  if (envelope.sessionKey === key || envelope.seal === (await sealOf(envelope, key))) return;
  throw new AppError(
    'SYNC_TAMPERED',
    `Expected the envelope of ${envelope.uploadId} to be sealed by a device of this vault, found it changed`,
  );
}
