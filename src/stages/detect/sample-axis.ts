/** Where the output pixels of one axis fall between the samples of a plane. */
export interface AxisSamples {
  /** Samples of the plane after averaging. */
  readonly count: number;
  /** First of two neighbours for each output pixel. */
  readonly first: Int32Array;
  /** Weight of the second, [0, 1). */
  readonly weight: Float64Array;
}

/**
 * Pixel-centre aligned bilinear sampling. `sampleSpan` is how many source samples the whole picture spans (half
 * the width, not rounded, for chroma), `storedCount` how many are stored; squares of `prefilter` are averaged
 * first. The outermost samples are repeated beyond the edge.
 */
export function sampleAxis(
  sampleSpan: number,
  storedCount: number,
  outputCount: number,
  prefilter: number,
): AxisSamples {
  const count = Math.max(1, Math.floor(storedCount / prefilter));
  const first = new Int32Array(outputCount);
  const weight = new Float64Array(outputCount);
  for (let index = 0; index < outputCount; index += 1) {
    const centre = ((index + 0.5) * sampleSpan) / outputCount / prefilter - 0.5;
    const position = Math.min(Math.max(centre, 0), count - 1);
    first[index] = Math.floor(position);
    weight[index] = position - Math.floor(position);
  }
  return { count, first, weight };
}
