/*
 * AssemblyScript, compiled with SIMD to letterbox.wasm; src/stages/detect/letterbox-kernel.ts is its only caller
 * and lays out all memory. Video planes to a letterboxed, planar, normalised float32 picture in one pass:
 *
 *   averaged source rows (1/16 steps) -> two of them blended -> columns blended, colour, mean and std -> out
 *
 * Samples are i16 in sixteenths, so that averages of 16 pixels lose nothing. Loads run up to 32 bytes past a
 * row's end and row buffers are written up to 16 bytes past: the caller leaves that room.
 */

/** One plane of 8-bit samples; written by the caller, field by field, as 32-bit integers in this order. */
@unmanaged
class Plane {
  data: usize;
  strideBytes: i32;
  /** Samples in a row after averaging. */
  width: i32;
  /** Side of the squares that are averaged: 1, 2 or 4. */
  prefilter: i32;
  /** For each output row: first and second averaged row (i32 each), weight of the second (i32, Q15). */
  rows: usize;
  /** For each output column: byte offset of the first of two neighbours in an averaged row. */
  offsets: usize;
  /** For each output column: their weights, two i16 in Q14. */
  weights: usize;
  /** Buffers of `width + 1` samples and some room. */
  first: usize;
  second: usize;
  blended: usize;
  /** Which averaged row `first` and `second` hold. -1: none. */
  firstIndex: i32;
  secondIndex: i32;
}

/** Colour conversion and normalisation; f32 each. Inputs are samples times 2^18 (sixteenths, Q14 weights). */
@unmanaged
class Colour {
  luma: f32;
  redFromV: f32;
  greenFromU: f32;
  greenFromV: f32;
  blueFromU: f32;
  redBias: f32;
  greenBias: f32;
  blueBias: f32;
  redScale: f32;
  redShift: f32;
  greenScale: f32;
  greenShift: f32;
  blueScale: f32;
  blueShift: f32;
}

/** Averages squares of the source into one row of `target`, in sixteenths, and repeats the last sample. */
function averageRow(plane: Plane, row: i32, target: usize): void {
  const k = plane.prefilter;
  const stride = <usize>plane.strideBytes;
  const source = plane.data + <usize>(row * k) * stride;
  const width = plane.width;
  if (k == 1) {
    for (let x = 0; x < width; x += 8) {
      const samples = v128.load_ext<u8>(source + <usize>x);
      v128.store(target + ((<usize>x) << 1), i16x8.shl(samples, 4));
    }
  } else if (k == 2) {
    for (let x = 0; x < width; x += 8) {
      const at = source + ((<usize>x) << 1);
      const sum = i16x8.add(
        i16x8.extadd_pairwise_i8x16_u(v128.load(at)),
        i16x8.extadd_pairwise_i8x16_u(v128.load(at + stride)),
      );
      v128.store(target + ((<usize>x) << 1), i16x8.shl(sum, 2));
    }
  } else {
    for (let x = 0; x < width; x += 8) {
      const at = source + ((<usize>x) << 2);
      const low = sumOfFourRows(at, stride);
      const high = sumOfFourRows(at + 16, stride);
      v128.store(target + ((<usize>x) << 1), i16x8.narrow_i32x4_s(low, high));
    }
  }
  const end = target + ((<usize>width) << 1);
  store<i16>(end, load<i16>(end - 2));
}

/** Sums of four 4x4 squares. */
function sumOfFourRows(at: usize, stride: usize): v128 {
  const upper = i16x8.add(
    i16x8.extadd_pairwise_i8x16_u(v128.load(at)),
    i16x8.extadd_pairwise_i8x16_u(v128.load(at + stride)),
  );
  const lower = i16x8.add(
    i16x8.extadd_pairwise_i8x16_u(v128.load(at + stride * 2)),
    i16x8.extadd_pairwise_i8x16_u(v128.load(at + stride * 3)),
  );
  return i32x4.extadd_pairwise_i16x8_u(i16x8.add(upper, lower));
}

/** Fills `plane.blended` for one output row. Consecutive output rows mostly share their source rows. */
function blendRows(plane: Plane, outputRow: i32): void {
  const entry = plane.rows + <usize>outputRow * 12;
  const first = load<i32>(entry);
  const second = load<i32>(entry, 4);
  const weight = i16x8.splat(<i16>load<i32>(entry, 8));
  if (plane.firstIndex != first) {
    if (plane.secondIndex == first) {
      const spare = plane.first;
      plane.first = plane.second;
      plane.second = spare;
      plane.secondIndex = -1;
    } else {
      averageRow(plane, first, plane.first);
    }
    plane.firstIndex = first;
  }
  if (plane.secondIndex != second) {
    averageRow(plane, second, plane.second);
    plane.secondIndex = second;
  }
  const a = plane.first;
  const b = plane.second;
  const target = plane.blended;
  const endBytes = (<usize>plane.width + 1) << 1;
  for (let at: usize = 0; at < endBytes; at += 16) {
    const upper = v128.load(a + at);
    const difference = i16x8.sub(v128.load(b + at), upper);
    v128.store(target + at, i16x8.add(upper, i16x8.q15mulr_sat_s(difference, weight)));
  }
}

/** Four neighbouring output columns of a blended row, as f32 times 2^18. */
function blendColumns(row: usize, offsets: usize, weights: usize): v128 {
  let pairs = v128.load32_zero(row + <usize>load<i32>(offsets));
  pairs = v128.load32_lane(row + <usize>load<i32>(offsets, 4), pairs, 1);
  pairs = v128.load32_lane(row + <usize>load<i32>(offsets, 8), pairs, 2);
  pairs = v128.load32_lane(row + <usize>load<i32>(offsets, 12), pairs, 3);
  return f32x4.convert_i32x4_s(i32x4.dot_i16x8_s(pairs, v128.load(weights)));
}

function normalise(value: v128, scale: f32, shift: f32): v128 {
  const clamped = f32x4.pmin(f32x4.splat(255), f32x4.pmax(f32x4.splat(0), value));
  return f32x4.add(f32x4.mul(clamped, f32x4.splat(scale)), f32x4.splat(shift));
}

/**
 * Writes the picture part of the letterbox; the bars stay as they are. `red`, `green` and `blue` point at its
 * first pixel in each output plane, `outputStride` is the plane's width in pixels. `contentWidth` is at least 4.
 */
export function letterbox(
  luma: Plane,
  u: Plane,
  v: Plane,
  colour: Colour,
  red: usize,
  green: usize,
  blue: usize,
  outputStride: i32,
  contentWidth: i32,
  contentHeight: i32,
): void {
  luma.firstIndex = luma.secondIndex = -1;
  u.firstIndex = u.secondIndex = -1;
  v.firstIndex = v.secondIndex = -1;
  const lumaScale = f32x4.splat(colour.luma);
  const redFromV = f32x4.splat(colour.redFromV);
  const greenFromU = f32x4.splat(colour.greenFromU);
  const greenFromV = f32x4.splat(colour.greenFromV);
  const blueFromU = f32x4.splat(colour.blueFromU);
  const redBias = f32x4.splat(colour.redBias);
  const greenBias = f32x4.splat(colour.greenBias);
  const blueBias = f32x4.splat(colour.blueBias);
  for (let y = 0; y < contentHeight; y++) {
    blendRows(luma, y);
    blendRows(u, y);
    blendRows(v, y);
    const rowBytes = (<usize>(y * outputStride)) << 2;
    let x = 0;
    while (x < contentWidth) {
      // The last group overlaps the one before rather than run into the bar.
      if (x + 4 > contentWidth) x = contentWidth - 4;
      const at = (<usize>x) << 2;
      const yy = f32x4.mul(
        blendColumns(luma.blended, luma.offsets + at, luma.weights + at),
        lumaScale,
      );
      const uu = blendColumns(u.blended, u.offsets + at, u.weights + at);
      const vv = blendColumns(v.blended, v.offsets + at, v.weights + at);
      const r = f32x4.add(f32x4.add(yy, redBias), f32x4.mul(vv, redFromV));
      const g = f32x4.add(
        f32x4.add(yy, greenBias),
        f32x4.add(f32x4.mul(uu, greenFromU), f32x4.mul(vv, greenFromV)),
      );
      const b = f32x4.add(f32x4.add(yy, blueBias), f32x4.mul(uu, blueFromU));
      const out = rowBytes + at;
      v128.store(red + out, normalise(r, colour.redScale, colour.redShift));
      v128.store(green + out, normalise(g, colour.greenScale, colour.greenShift));
      v128.store(blue + out, normalise(b, colour.blueScale, colour.blueShift));
      x += 4;
    }
  }
}

/** Splits NV12's interleaved chroma rows into two planes whose rows are `targetStride` bytes apart. */
export function splitChroma(
  source: usize,
  sourceStride: i32,
  width: i32,
  height: i32,
  u: usize,
  v: usize,
  targetStride: i32,
): void {
  for (let y = 0; y < height; y++) {
    const from = source + <usize>(y * sourceStride);
    const to = <usize>(y * targetStride);
    for (let x = 0; x < width; x += 16) {
      const low = v128.load(from + ((<usize>x) << 1));
      const high = v128.load(from + ((<usize>x) << 1), 16);
      v128.store(
        u + to + <usize>x,
        v128.shuffle<i8>(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
      );
      v128.store(
        v + to + <usize>x,
        v128.shuffle<i8>(low, high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31),
      );
    }
  }
}
