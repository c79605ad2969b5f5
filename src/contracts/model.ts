import type { VehicleClass } from './detection';

export type ModelTask = 'detect' | 'embed';

/** What pixels a network wants. */
export interface ModelInputSpec {
  readonly name: string;
  /** Fixed side of a square input; null when height and width are free multiples of `strideMultiple`. */
  readonly sidePx: number | null;
  readonly strideMultiple: number;
  readonly channelOrder: 'RGB' | 'BGR';
  /** Applied as (value - mean) / std on 0-255 values, in channel order. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** Grey level 0-255 of the letterbox bars, before normalisation. */
  readonly padValue: number;
}

/** What comes out, and how to read it. */
export type ModelOutputSpec =
  | {
      readonly type: 'nanodet-dfl';
      /** One output a stride, `[1, classes + 4 * bins, H / stride, W / stride]`. */
      readonly heads: readonly { readonly name: string; readonly stride: number }[];
      readonly classes: readonly VehicleClass[];
      readonly binCount: number;
    }
  | { readonly type: 'embedding'; readonly name: string; readonly dimension: number };

/** Everything the app needs to load one model. Lives in `models/<id>/manifest.json`. */
export interface ModelManifest {
  readonly id: string;
  readonly task: ModelTask;
  readonly title: string;
  /** File under the app's own `models/` address. */
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly input: ModelInputSpec;
  readonly output: ModelOutputSpec;
  /** Raised when letterbox, normalisation or crop rules change: the embedding space changes with it. */
  readonly preprocessVersion: number;
  readonly licence: string;
  readonly origin: string;
}

export type ExecutionProvider = 'webgpu' | 'wasm';

/** Where and how a model runs. */
export interface BackendChoice {
  readonly provider: ExecutionProvider;
  /** WASM threads; 1 for WebGPU. */
  readonly threadCount: number;
  /** Longer side of the detector input in pixels; the fixed side for embedders. */
  readonly inputSidePx: number;
  /** Where it came from: a measurement now, one remembered, the user, or a fallback after a failure. */
  readonly origin: 'measured' | 'remembered' | 'user' | 'fallback' | 'default';
  /** Median milliseconds an inference took when it was measured; null when it was not. */
  readonly measuredMs: number | null;
}
