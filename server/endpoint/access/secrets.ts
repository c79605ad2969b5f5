import { createHash, randomBytes, randomInt } from 'node:crypto';
import { PAIRING_CODE_LENGTH } from '../../../src/core/sync-api/access';

/** Crockford's base 32: nothing in it is mistaken for another when it is read out. */
const CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** What {@link newToken} makes, for telling it from noise before the database is asked. */
export const TOKEN_PATTERN = /^[A-Za-z0-9_-]{43}$/;

/** 256 random bits, base64url: a device's token or a share's secret. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** 16 characters of base 32: 80 bits, good for names that need not be secret. */
export function newId(): string {
  return randomText(16).toLowerCase();
}

/** A pairing code as it is shown: `XXXXX-XXXXX`. */
export function newPairingCode(): string {
  const code = randomText(PAIRING_CODE_LENGTH);
  return `${code.slice(0, PAIRING_CODE_LENGTH / 2)}-${code.slice(PAIRING_CODE_LENGTH / 2)}`;
}

/** A code as it is kept and compared: without dashes and blanks, in capitals, letters that are read wrongly put right. */
export function normalisePairingCode(text: string): string {
  return text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}

/** SHA-256: all that is kept of a secret. Fast is enough, since the secrets are random. */
export function hashSecret(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}

function randomText(length: number): string {
  return Array.from({ length }, () => CODE_ALPHABET[randomInt(CODE_ALPHABET.length)]).join('');
}
