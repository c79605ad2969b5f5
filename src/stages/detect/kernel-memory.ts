import { AppError } from '../../core/app-error';

/** The kernel reads and writes up to this much past the end of a row. */
const OVERRUN_BYTES = 64;
/** Keeps clear of what the compiler might put at the start of memory. */
const FIRST_ADDRESS = 1024;
/** Of WebAssembly memory. */
const PAGE_BYTES = 65_536;

/** Hands out WebAssembly memory from the bottom up, growing it as needed; freed all at once. */
export class KernelMemory {
  readonly #memory: WebAssembly.Memory;
  #nextAddress = FIRST_ADDRESS;

  /** `memory` is not shared between threads. */
  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  /** The memory as it is now: growing makes a new one and empties this. */
  get buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  /** Everything handed out may be overwritten from here on. */
  reset(): void {
    this.#nextAddress = FIRST_ADDRESS;
  }

  /** Address of `bytes` bytes and room to overrun. Throws AppError BACKEND_FAILED when there is no more. */
  allocate(bytes: number): number {
    const address = this.#nextAddress;
    this.#nextAddress = aligned(address + bytes + OVERRUN_BYTES);
    const missingBytes = this.#nextAddress - this.#memory.buffer.byteLength;
    if (missingBytes > 0) this.#grow(Math.ceil(missingBytes / PAGE_BYTES));
    return address;
  }

  /** Stores a table; returns its address. */
  put(values: Int32Array): number {
    const address = this.allocate(values.byteLength);
    new Int32Array(this.buffer, address, values.length).set(values);
    return address;
  }

  #grow(pageCount: number): void {
    try {
      this.#memory.grow(pageCount);
    } catch (cause) {
      const bytes = (pageCount * PAGE_BYTES).toLocaleString('en-US');
      throw new AppError('BACKEND_FAILED', `Expected ${bytes} more bytes for frames, found none`, {
        cause,
      });
    }
  }
}

/** Rows and tables start at multiples of 16 bytes, the width of a SIMD register. */
export function aligned(bytes: number): number {
  return (bytes + 15) & ~15;
}
