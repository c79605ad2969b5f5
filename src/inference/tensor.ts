/** Batch, channels, height, width. */
export type ImageShape = readonly [number, 3, number, number];

/** Pixels ready for a network. Borrowed: valid until whoever made it makes the next one. */
export type ImageTensor =
  | {
      readonly location: 'cpu';
      /** Planar, normalised. */
      readonly data: Float32Array;
      readonly shape: ImageShape;
    }
  | {
      readonly location: 'gpu';
      /** Float32, planar, normalised, on the session's own device. */
      readonly buffer: GPUBuffer;
      readonly shape: ImageShape;
    };

/** One output of a network, on the CPU. */
export interface OutputTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Planes of three channels to pixels of three channels, for networks that want NHWC. `planeLength`: pixels of one picture. */
export function interleavePlanes(
  data: Float32Array,
  pictureCount: number,
  planeLength: number,
): Float32Array {
  const pixels = new Float32Array(data.length);
  for (let plane = 0; plane < 3 * pictureCount; plane += 1) {
    const first = Math.floor(plane / 3) * 3 * planeLength + (plane % 3);
    const from = plane * planeLength;
    for (let at = 0; at < planeLength; at += 1) pixels[first + at * 3] = data[from + at] ?? 0;
  }
  return pixels;
}
