import type { VehicleClass } from './detection';

export type ModelTask = 'detect' | 'embed';

export interface SizePx {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** What pixels a network wants. */
export interface ModelInputSpec {
  readonly name: string;
  /** Fixed size; null when height and width are free multiples of `strideMultiple`. */
  readonly size: SizePx | null;
  readonly strideMultiple: number;
  /**
   * How a picture gets into that size: aspect kept and centred between bars, aspect kept in the top left corner, or
   * stretched to fill it.
   */
  readonly fit: 'centred' | 'top-left' | 'stretched';
  /** Order of the tensor's axes. */
  readonly layout: 'NCHW' | 'NHWC';
  readonly channelOrder: 'RGB' | 'BGR';
  /** Applied as (value - mean) / std on 0-255 values, in channel order. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** Grey level 0-255 of the bars, before normalisation. */
  readonly padValue: number;
}

/** A detector's classes by index; null: nothing this app follows. */
export type ClassMap = readonly (VehicleClass | null)[];

/** What comes out, and how to read it. Boxes are in input pixels unless said. */
export type DetectorOutputSpec = {
  readonly classes: ClassMap;
  /** Index of the network's class of persons, for blurring them in recordings. Absent: it finds none. */
  readonly personIndex?: number;
} & (
  | {
      readonly type: 'nanodet-dfl';
      /** One output a stride, `[1, classes + 4 * bins, H / stride, W / stride]`. */
      readonly heads: readonly { readonly name: string; readonly stride: number }[];
      readonly binCount: number;
    }
  /** `[1, N, 5 + classes]` of grid offsets: centre x, centre y, log width, log height, objectness, classes (both 0-1). N runs over `strides`. */
  | { readonly type: 'yolox'; readonly name: string; readonly strides: readonly number[] }
  /**
   * Ready boxes: centre x, centre y, width, height, then objectness if there is one, then class scores (0-1).
   * `rows`: `[1, N, values]` (YOLOv5, v7); `columns`: `[1, values, N]` (YOLOv8 and later).
   */
  | {
      readonly type: 'yolo';
      readonly name: string;
      readonly order: 'rows' | 'columns';
      readonly hasObjectness: boolean;
    }
  /** `[1, N, 4]` corners x1, y1, x2, y2 and `[1, N, classes]` scores (0-1); corners in fractions of the input or in its pixels. */
  | {
      readonly type: 'boxes-scores';
      readonly boxesName: string;
      readonly scoresName: string;
      readonly areFractions: boolean;
    }
);

/** `[N, dimension]`; made unit length by the app. */
export interface EmbedderOutputSpec {
  readonly type: 'embedding';
  readonly name: string;
  readonly dimension: number;
}

export type ModelOutputSpec = DetectorOutputSpec | EmbedderOutputSpec;

/**
 * What a network must answer to an input that everyone can make again: catches runtimes that compute nonsense and weights that
 * are not what they were. See `core/golden-input.ts` and `inference/golden-test.ts`.
 */
export interface GoldenTest {
  /** Of the generator of the input. 32-bit unsigned integer. */
  readonly seed: number;
  readonly size: SizePx;
  /** For each output: how long it is, and its values at evenly spaced places. */
  readonly outputs: readonly {
    readonly name: string;
    readonly length: number;
    readonly values: readonly number[];
  }[];
  /** Largest allowed root mean square error of the values, over the root mean square of those expected. */
  readonly tolerance: number;
}

/** What a person should know before choosing a model. The long form is `models/<id>/CARD.md`. */
export interface ModelCard {
  readonly trainedOn: string;
  readonly accuracy: readonly {
    /** What was measured on what, in words. */
    readonly measure: string;
    /** A fraction unless `measure` says otherwise. */
    readonly value: number;
    /** What prints it; null when it is the maker's own figure. */
    readonly command: string | null;
  }[];
  readonly failures: readonly string[];
}

/** Everything the app needs to load one model. */
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
  /**
   * Detectors: the score at which a track may start. Embedders: the cosine at which a vehicle is recognised. Null: not
   * measured, the user's stays.
   */
  readonly recommendedThreshold: number | null;
  /** SPDX expression. */
  readonly licence: string;
  readonly origin: string;
  /** On which this project has run it with right results. */
  readonly providersTried: readonly ExecutionProvider[];
  readonly card: ModelCard;
  /** Null: none was made; then only NaN and infinities are noticed. */
  readonly golden: GoldenTest | null;
}

/** Where weights that this project may not or need not carry can be had. */
export interface ModelDownload {
  /** Official address of the file. */
  readonly url: string;
  /** Checksum published by its makers; null: none is known, the first download's own is kept. */
  readonly checksum: { readonly algorithm: 'sha256' | 'sha384'; readonly hex: string } | null;
  readonly bytes: number | null;
}

/** A model this version of the app knows. Lives in `models/<id>/manifest.json`. */
export type ModelListing =
  /** Comes with the app. */
  | (ModelManifest & { readonly download: null })
  /** Fetched by `npm run models -- add <id>`; length and SHA-256 are then in `models/installed.json` of the served app. */
  | (Omit<ModelManifest, 'sha256' | 'bytes'> & { readonly download: ModelDownload });

/** A row of `models/installed.json`, which the command writes and the page reads: what is there beside what the app comes with. */
export interface InstalledModel {
  readonly id: string;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
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
