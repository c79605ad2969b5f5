/** How a field's value is laid out: the three wire types ONNX files use. */
const WIRE_VARINT = 0;
const WIRE_LENGTH_DELIMITED = 2;
const WIRE_FIXED32 = 5;

/**
 * Writes one protobuf message. Only what an ONNX file needs, about a page: a schema compiler would be
 * a larger dependency than the format itself. Field numbers come from the caller.
 */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = [];
  #byteCount = 0;

  /** int32, int64 or enum field. */
  integer(field: number, value: number): this {
    return this.#tag(field, WIRE_VARINT).#append(encodeVarint(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#tag(field, WIRE_FIXED32).#append(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, WIRE_LENGTH_DELIMITED).#append(encodeVarint(value.byteLength));
    return this.#append(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: ProtobufWriter): this {
    return this.bytes(field, value.finish());
  }

  /** The bytes written so far, as one array. */
  finish(): Uint8Array {
    const result = new Uint8Array(this.#byteCount);
    let offset = 0;
    for (const chunk of this.#chunks) {
      result.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return result;
  }

  #tag(field: number, wireType: number): this {
    return this.#append(encodeVarint(field * 8 + wireType));
  }

  #append(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#byteCount += chunk.byteLength;
    return this;
  }
}

/** Seven bits a byte, low bits first; a negative number is written as its 64-bit two's complement. */
function encodeVarint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}
