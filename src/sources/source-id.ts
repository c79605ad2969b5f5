/** Half of a SHA-256: no two cameras of one device will ever share it. */
const ID_BYTES = 8;

/**
 * A camera id that is the same in every session and tells nothing about what it was made of.
 * Needs a secure context, as cameras and decoders do.
 */
export async function stableSourceId(kind: string, parts: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode([kind, ...parts].join('\n'));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hex = Array.from(digest.subarray(0, ID_BYTES), (byte) =>
    byte.toString(16).padStart(2, '0'),
  );
  return `${kind}-${hex.join('')}`;
}
