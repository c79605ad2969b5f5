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
