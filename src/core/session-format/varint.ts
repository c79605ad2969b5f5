/* Whole numbers in as few bytes as they need, seven bits a byte, lowest first, as in Protocol Buffers (LEB128). */

/** Appends a whole number in [0, 2^53). */
export function writeVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128); // not `>>>`: times reach beyond 32 bits
  }
  bytes.push(rest);
}

/** Appends a whole number in (-2^52, 2^52): 0, -1, 1, -2, ... become 0, 1, 2, 3, ... */
export function writeSignedVarint(bytes: number[], value: number): void {
  writeVarint(bytes, value >= 0 ? value * 2 : -value * 2 - 1);
}

/** Reads what {@link writeVarint} wrote, one after the other. */
export class VarintReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  /** Null: the bytes end before the number does, or it is too large. */
  next(): number | null {
    let value = 0;
    for (let scale = 1; scale <= Number.MAX_SAFE_INTEGER; scale *= 128) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) return null;
      this.#position += 1;
      value += (byte % 128) * scale;
      if (byte < 128) return Number.isSafeInteger(value) ? value : null;
    }
    return null;
  }

  /** A byte as it is; null at the end. */
  nextByte(): number | null {
    const byte = this.#bytes[this.#position];
    if (byte === undefined) return null;
    this.#position += 1;
    return byte;
  }

  /** Of {@link writeSignedVarint}. */
  nextSigned(): number | null {
    const value = this.next();
    if (value === null) return null;
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
