import type { EmbeddedCrop, EmbeddingSpaceId, VehicleCrop } from '../../contracts/embedding';
import type { ModelManifest, SizePx } from '../../contracts/model';
import { goldenTensor } from '../../core/golden-input';
import type { ModelSession } from '../../inference/model-session';
import { fixedSize, mirrorPlanes, prepareCrop } from './crop-tensor';
import { embedderOutput, embedTensors, requireUnit } from './embed-tensors';
import type { RgbaPixels } from './resample';
import { cropQuality } from './sharpness';

/** Crops that share one inference: a larger batch is no faster a crop on WASM and delays the first. */
const MAX_BATCH = 8;

/** Any picture will do. */
const WARM_UP_SEED = 1;

/** What the embedder needs of a loaded network. */
export type EmbeddingNetwork = Pick<ModelSession, 'run' | 'takesBatches' | 'dispose'>;

export interface EmbedderOptions {
  /**
   * Averages each crop with its mirror image. On vn-2cam val: rank-1 91.7 -> 92.2 (standard), 94.1 -> 94.1
   * (cross), equal error rate 2.8 -> 2.0 %, at twice the time; off by default for the time.
   */
  readonly averageMirrored?: boolean;
  /** Milliseconds of a clock that only goes forward; tests give their own. */
  readonly nowMs?: () => number;
}

/** Makes vectors from crops. Calls may overlap; crops that wait together share an inference. */
export class VehicleEmbedder {
  readonly space: EmbeddingSpaceId;
  readonly dimension: number;
  readonly #network: EmbeddingNetwork;
  readonly #manifest: ModelManifest;
  readonly #size: SizePx;
  readonly #maxBatch: number;
  readonly #readPixels: (image: ImageBitmap) => RgbaPixels;
  readonly #averageMirrored: boolean;
  readonly #nowMs: () => number;
  #waiting: WaitingTensor[] = [];
  #embedMsTotal = 0;
  #embedCount = 0;
  #isRunning = false;

  /**
   * Owns `network` from here. `readPixels` borrows the picture. Throws AppError MODEL_INCOMPATIBLE when
   * the manifest is not that of an embedder of a fixed input size.
   */
  constructor(
    network: EmbeddingNetwork,
    manifest: ModelManifest,
    readPixels: (image: ImageBitmap) => RgbaPixels,
    options: EmbedderOptions = {},
  ) {
    this.#network = network;
    this.#manifest = manifest;
    this.#size = fixedSize(manifest);
    this.#maxBatch = network.takesBatches ? MAX_BATCH : 1;
    this.#readPixels = readPixels;
    this.#averageMirrored = options.averageMirrored ?? false;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.dimension = embedderOutput(manifest).dimension;
    this.space = embeddingSpaceOf(manifest, this.#averageMirrored);
  }

  /**
   * Runs the network once, so that the first crop does not pay for compilation. On a picture with something in it: a network
   * without biases answers nothing to nothing, which is no vector.
   */
  async warmUp(): Promise<void> {
    await this.#runNetwork([goldenTensor(WARM_UP_SEED, this.#size, this.#manifest.input)]);
  }

  /**
   * What embedding has cost so far: milliseconds of preparing and of the network, not of waiting for a batch;
   * and how many crops were looked at, refused ones included. The warm-up does not count.
   */
  get timings(): { readonly embedMsTotal: number; readonly embedCount: number } {
    return { embedMsTotal: this.#embedMsTotal, embedCount: this.#embedCount };
  }

  /**
   * Borrows the crop's picture until the promise settles. Null when the crop is flat or blurred beyond use.
   * Throws AppError BACKEND_FAILED; MODEL_INCOMPATIBLE when the output has another size or is no vector.
   */
  async embed(crop: VehicleCrop): Promise<EmbeddedCrop | null> {
    const startMs = this.#nowMs();
    const tensor = prepareCrop(this.#readPixels(crop.image), this.#manifest.input);
    this.#embedMsTotal += this.#nowMs() - startMs;
    this.#embedCount += 1;
    if (!tensor) return null;
    const vector = await this.#enqueue(tensor.data);
    return {
      trackId: crop.trackId,
      captureTimeUs: crop.meta.captureTimeUs,
      embedding: { space: this.space, vector },
      sharpness: tensor.sharpness,
      quality: cropQuality(crop.geometry.score, tensor.sharpness),
    };
  }

  /** Frees the network; crops still waiting are rejected by it. */
  dispose(): Promise<void> {
    return this.#network.dispose();
  }

  #enqueue(data: Float32Array): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ data, resolve, reject });
      if (!this.#isRunning) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#isRunning = true;
    // Lets every crop that was submitted in this turn join the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#maxBatch);
      // Measured here: three crops that wait for one batch cost one batch.
      const startMs = this.#nowMs();
      try {
        const vectors = await this.#embedBatch(batch.map(({ data }) => data));
        batch.forEach(({ resolve }, i) => {
          resolve(vectors[i] ?? new Float32Array(0));
        });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      } finally {
        this.#embedMsTotal += this.#nowMs() - startMs;
      }
    }
    this.#isRunning = false;
  }

  async #embedBatch(tensors: readonly Float32Array[]): Promise<readonly Float32Array[]> {
    const plain = await this.#runNetwork(tensors);
    if (!this.#averageMirrored) return plain;
    const mirrored = await this.#runNetwork(
      tensors.map((data) => mirrorPlanes(data, this.#size.widthPx)),
    );
    return plain.map((vector, i) =>
      requireUnit(vector.map((value, k) => value + (mirrored[i]?.[k] ?? 0))),
    );
  }

  #runNetwork(tensors: readonly Float32Array[]): Promise<readonly Float32Array[]> {
    return embedTensors(this.#network, this.#manifest, tensors);
  }
}

/** One crop's tensor on its way into a batch. */
interface WaitingTensor {
  readonly data: Float32Array;
  readonly resolve: (vector: Float32Array) => void;
  readonly reject: (reason: unknown) => void;
}

/** `${sha256}:${preprocessVersion}`, marked when mirror images were averaged in. */
export function embeddingSpaceOf(
  manifest: ModelManifest,
  averageMirrored = false,
): EmbeddingSpaceId {
  const space = `${manifest.sha256}:${manifest.preprocessVersion}`;
  return averageMirrored ? `${space}m` : space;
}
