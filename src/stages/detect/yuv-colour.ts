/**
 * How 8-bit YUV becomes 0-255 RGB: `r = luma * y + redFromV * v + redBias` and so on, samples as stored. The
 * biases hold the offsets (16 or 0 for luma, 128 for chroma).
 */
export interface YuvCoefficients {
  readonly luma: number;
  readonly redFromV: number;
  readonly greenFromU: number;
  readonly greenFromV: number;
  readonly blueFromU: number;
  readonly redBias: number;
  readonly greenBias: number;
  readonly blueBias: number;
}

/** Weights of red and blue in luma. */
interface LumaWeights {
  readonly red: number;
  readonly blue: number;
}

/** ITU-R BT.601-7, 2.5.1. */
const BT601: LumaWeights = { red: 0.299, blue: 0.114 };
/** ITU-R BT.709-6, 3.2. */
const BT709: LumaWeights = { red: 0.2126, blue: 0.0722 };
/** ITU-R BT.2020-2, table 4. */
const BT2020: LumaWeights = { red: 0.2627, blue: 0.0593 };

/** What of `VideoFrame.colorSpace` matters; `matrix` is a string because browsers add values. */
export interface YuvColourSpace {
  readonly matrix?: string | null;
  readonly fullRange?: boolean | null;
}

/** Coefficients for a frame's colour space. What a frame does not tell is read as BT.601, limited range. */
export function yuvCoefficients(space: YuvColourSpace): YuvCoefficients {
  const weights = lumaWeights(space.matrix);
  const isFull = space.fullRange === true;
  const luma = isFull ? 1 : 255 / 219;
  const lumaOffset = isFull ? 0 : 16;
  const chroma = isFull ? 1 : 255 / 224;
  const green = 1 - weights.red - weights.blue;
  const redFromV = 2 * (1 - weights.red) * chroma;
  const blueFromU = 2 * (1 - weights.blue) * chroma;
  const greenFromV = (-redFromV * weights.red) / green;
  const greenFromU = (-blueFromU * weights.blue) / green;
  return {
    luma,
    redFromV,
    greenFromU,
    greenFromV,
    blueFromU,
    redBias: -luma * lumaOffset - 128 * redFromV,
    greenBias: -luma * lumaOffset - 128 * (greenFromU + greenFromV),
    blueBias: -luma * lumaOffset - 128 * blueFromU,
  };
}

function lumaWeights(matrix: string | null | undefined): LumaWeights {
  if (matrix === 'bt709') return BT709;
  if (matrix === 'bt2020-ncl') return BT2020;
  return BT601;
}
