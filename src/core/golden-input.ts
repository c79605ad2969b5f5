import type { ModelInputSpec, SizePx } from '../contracts/model';

/** Cells of the two layers of soft patches, pixels: as large as vehicles, and as large as their parts. */
const COARSE_CELL_PX = 32;
const FINE_CELL_PX = 8;

/** Sharp edges in every direction of contrast, without covering what lies below. */
const RECTANGLE_COUNT = 12;

/** Most that the grain of a single pixel adds or takes, grey levels; as a camera at dusk. */
const GRAIN_LEVELS = 12;

/**
 * A picture that everyone can make again: planes of red, green and blue, whole numbers 0-255. Soft patches of two
 * sizes, rectangles and grain, so that filters for colours, edges and textures all answer.
 *
 * Integer arithmetic only, which is the same on every machine; sines and the like are not. `seed` is a 32-bit
 * unsigned integer; sides are whole numbers of at least 1.
 */
export function goldenInput(seed: number, { widthPx, heightPx }: SizePx): Float32Array {
  const random = new IntegerRandom(seed);
  const planeLength = widthPx * heightPx;
  const planes = new Float32Array(3 * planeLength);
  for (let channel = 0; channel < 3; channel += 1) {
    const coarse = new SoftPatches(random, widthPx, heightPx, COARSE_CELL_PX);
    const fine = new SoftPatches(random, widthPx, heightPx, FINE_CELL_PX);
    for (let y = 0; y < heightPx; y += 1) {
      for (let x = 0; x < widthPx; x += 1) {
        const level = (3 * coarse.levelAt(x, y) + fine.levelAt(x, y)) >> 2;
        planes[channel * planeLength + y * widthPx + x] = level;
      }
    }
  }
  for (let count = 0; count < RECTANGLE_COUNT; count += 1) {
    paintRectangle(planes, random, widthPx, heightPx);
  }
  return addGrain(planes, random);
}

/** The same as a network wants it: planes in its channel order, normalised as its manifest says. */
export function goldenTensor(
  seed: number,
  size: SizePx,
  input: Pick<ModelInputSpec, 'channelOrder' | 'mean' | 'std'>,
): Float32Array {
  const picture = goldenInput(seed, size);
  const planeLength = size.widthPx * size.heightPx;
  const tensor = new Float32Array(picture.length);
  for (let channel = 0; channel < 3; channel += 1) {
    const source = input.channelOrder === 'RGB' ? channel : 2 - channel;
    const [mean, std] = [input.mean[channel] ?? 0, input.std[channel] ?? 1];
    for (let at = 0; at < planeLength; at += 1) {
      const level = picture[source * planeLength + at] ?? 0;
      tensor[channel * planeLength + at] = (level - mean) / std;
    }
  }
  return tensor;
}

/** Mulberry32 (Tommy Ettinger, public domain): 32-bit integers, every step of it. */
class IntegerRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Whole numbers from 0 to `limit` - 1; `limit` is at most 65,536. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    // The product stays below 2^32, so that it is exact.
    return (((bits ^ (bits >>> 14)) >>> 16) * limit) >>> 16;
  }
}

/** Random grey levels at the corners of square cells, blended between them. */
class SoftPatches {
  readonly #cellPx: number;
  readonly #columnCount: number;
  readonly #levels: Uint8Array;

  constructor(random: IntegerRandom, widthPx: number, heightPx: number, cellPx: number) {
    this.#cellPx = cellPx;
    this.#columnCount = Math.floor(widthPx / cellPx) + 2;
    const rowCount = Math.floor(heightPx / cellPx) + 2;
    this.#levels = Uint8Array.from({ length: this.#columnCount * rowCount }, () =>
      random.below(256),
    );
  }

  levelAt(x: number, y: number): number {
    const cell = this.#cellPx;
    const at = Math.floor(y / cell) * this.#columnCount + Math.floor(x / cell);
    const [right, down] = [x % cell, y % cell];
    const blend = (first: number): number =>
      (this.#levels[first] ?? 0) * (cell - right) + (this.#levels[first + 1] ?? 0) * right;
    const sum = blend(at) * (cell - down) + blend(at + this.#columnCount) * down;
    return Math.floor(sum / (cell * cell));
  }
}

function paintRectangle(
  planes: Float32Array,
  random: IntegerRandom,
  widthPx: number,
  heightPx: number,
): void {
  const planeLength = widthPx * heightPx;
  const [left, top] = [random.below(widthPx), random.below(heightPx)];
  const right = Math.min(widthPx, left + 2 + random.below((widthPx >> 2) + 1));
  const bottom = Math.min(heightPx, top + 2 + random.below((heightPx >> 2) + 1));
  for (let channel = 0; channel < 3; channel += 1) {
    const level = random.below(256);
    for (let y = top; y < bottom; y += 1) {
      const row = channel * planeLength + y * widthPx;
      planes.fill(level, row + left, row + right);
    }
  }
}

function addGrain(planes: Float32Array, random: IntegerRandom): Float32Array {
  for (let at = 0; at < planes.length; at += 1) {
    const grain = random.below(2 * GRAIN_LEVELS + 1) - GRAIN_LEVELS;
    planes[at] = Math.min(255, Math.max(0, (planes[at] ?? 0) + grain));
  }
  return planes;
}
