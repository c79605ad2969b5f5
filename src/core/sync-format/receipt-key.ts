import { sha256Hex } from '../session-format/sha256-stream';
import { fromBase64 } from './base64';

/** 128 bits: nobody makes another key that begins like it, and a person can compare it. */
const SHOWN_DIGITS = 32;

/**
 * The beginning of the SHA-256 of an endpoint's public key for receipts (base64, SPKI), in groups of four hexadecimal digits: for people to
 * compare. A text that is no base64 has none: empty.
 */
export async function receiptKeyFingerprint(key: string): Promise<string> {
  try {
    const digits = (await sha256Hex(fromBase64(key))).slice(0, SHOWN_DIGITS);
    return (digits.match(/.{4}/g) ?? []).join(' ');
  } catch {
    return ''; // the endpoint told nonsense: no receipt will hold against it either
  }
}
