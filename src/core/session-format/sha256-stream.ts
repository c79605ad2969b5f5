import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/**
 * Up to here bytes are kept and handed to the browser's own digest in one go, which is several times as fast as
 * JavaScript and off this thread; it cannot be fed piece by piece. What is longer is digested in JavaScript as it comes.
 */
const NATIVE_LIMIT_BYTES = 16 * 2 ** 20;

/** SHA-256 of a stream of any length, with at most 16 MiB held. One stream each. */
export class Sha256Stream {
  #kept: Uint8Array[] = [];
  #incremental: ReturnType<typeof sha256.create> | null = null;
  #byteCount = 0;

  /** Bytes taken so far. */
  get byteCount(): number {
    return this.#byteCount;
  }

  /** Takes the next bytes; they may not be changed until {@link hex} has answered. */
  update(bytes: Uint8Array): void {
    this.#byteCount += bytes.length;
    if (this.#incremental) {
      this.#incremental.update(bytes);
      return;
    }
    this.#kept.push(bytes);
    if (this.#byteCount <= NATIVE_LIMIT_BYTES) return;
    this.#incremental = sha256.create();
    for (const kept of this.#kept) this.#incremental.update(kept);
    this.#kept = [];
  }

  /** The digest in lower-case hexadecimal. Ends the stream. */
  async hex(): Promise<string> {
    if (this.#incremental) return bytesToHex(this.#incremental.digest());
    const whole = joined(this.#kept, this.#byteCount);
    this.#kept = [];
    return sha256Hex(whole);
  }
}

/** SHA-256 of bytes that are in memory anyway, in lower-case hexadecimal. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/** Passes a stream on as it is, and tells `digest` of it. */
export function digesting(
  digest: Sha256Stream,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  return new TransformStream({
    transform(chunk, controller) {
      // A copy: whoever takes the chunk may transfer or reuse it before the digest is made.
      digest.update(chunk.slice());
      controller.enqueue(chunk);
    },
  });
}

function joined(chunks: readonly Uint8Array[], byteCount: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(byteCount);
  let position = 0;
  for (const chunk of chunks) {
    whole.set(chunk, position);
    position += chunk.length;
  }
  return whole;
}
