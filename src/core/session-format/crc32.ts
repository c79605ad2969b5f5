/** Bit-reversed polynomial of CRC-32 as ZIP, PNG and gzip use it (ISO 3309, ITU-T V.42). */
const POLYNOMIAL = 0xedb88320;

let table: Uint32Array | null = null;

/** What each byte value does to the remainder; made at first use, as importing a module does nothing. */
function remainders(): Uint32Array {
  if (table) return table;
  table = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit += 1)
      remainder = remainder & 1 ? POLYNOMIAL ^ (remainder >>> 1) : remainder >>> 1;
    table[byte] = remainder;
  }
  return table;
}

/**
 * CRC-32 of some bytes, [0, 2^32). Notices every change of up to 32 bits in a row; it tells accidents, not
 * intent: against tampering there is the manifest of the session file.
 */
export function crc32(bytes: Uint8Array): number {
  const steps = remainders();
  let remainder = 0xffffffff;
  // An indexed loop: for-of over 17 MB costs several times as much.
  for (let index = 0; index < bytes.length; index += 1) {
    const step = steps[(remainder ^ (bytes[index] ?? 0)) & 0xff] ?? 0;
    remainder = step ^ (remainder >>> 8);
  }
  return (remainder ^ 0xffffffff) >>> 0;
}
