import { describe, expect, it } from 'vitest';
import type { VehicleCrop } from '../../../src/contracts/embedding';
import type { ModelManifest } from '../../../src/contracts/model';
import { VehicleEmbedder, type EmbeddingNetwork } from '../../../src/stages/embed/embedder';

const manifest: ModelManifest = {
  id: 'test-embedder',
  task: 'embed',
  title: 'Test embedder',
  file: 'test.onnx',
  sha256: 'cd'.repeat(32),
  bytes: 10,
  input: {
    name: 'x',
    size: { widthPx: 8, heightPx: 8 },
    strideMultiple: 8,
    fit: 'centred',
    layout: 'NCHW',
    channelOrder: 'RGB',
    mean: [0, 0, 0],
    std: [1, 1, 1],
    padValue: 114,
  },
  output: { type: 'embedding', name: 'z', dimension: 2 },
  preprocessVersion: 3,
  recommendedThreshold: null,
  licence: 'MIT',
  origin: 'test',
  providersTried: ['wasm'],
  card: { trainedOn: 'nothing', accuracy: [], failures: [] },
  golden: null,
};

/** Answers the mean of the left half and of the right half of the first plane. */
class HalvesNetwork implements EmbeddingNetwork {
  readonly batchSizes: number[] = [];
  takesBatches = true;
  scale = 1;
  dimension = 2;

  async run({ data, shape }: { data?: Float32Array; shape: readonly number[] }) {
    await Promise.resolve();
    const [count = 0] = shape;
    this.batchSizes.push(count);
    const out = new Float32Array(count * this.dimension);
    for (let n = 0; n < count; n += 1) {
      for (let i = 0; i < 64; i += 1) {
        out[n * this.dimension + (i % 8 < 4 ? 0 : 1)]! += (data?.[n * 192 + i] ?? 0) * this.scale;
      }
    }
    return { z: { data: out, shape: [count, this.dimension] } };
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

/** The picture is never looked at: `readPixels` below makes the pixels from its width. */
function crop(trackId: number, pattern: 'halves' | 'flat' = 'halves'): VehicleCrop {
  return {
    trackId,
    meta: { epoch: 1, cameraId: 'c', frameId: 0, captureTimeUs: 5, widthPx: 9, heightPx: 9 },
    vehicleClass: 'car',
    box: { x1: 0, y1: 0, x2: 8, y2: 8 },
    geometry: { sidePx: 8, insideFraction: 1, overlapFraction: 0, detectionScore: 1, score: 0.8 },
    image: { width: pattern === 'flat' ? 1 : 8 } as ImageBitmap, // see above
    blurredBoxes: [],
  };
}

function readPixels(image: ImageBitmap) {
  const data = new Uint8ClampedArray(8 * 8 * 4).fill(90);
  if (image.width === 8) {
    for (let i = 0; i < 64; i += 1) data.fill(i % 8 < 4 ? 240 : 60, i * 4, i * 4 + 3);
  }
  return { data, widthPx: 8, heightPx: 8 };
}

describe('VehicleEmbedder', () => {
  it('gives unit-length vectors in a space named by weights and preprocessing', async () => {
    const embedder = new VehicleEmbedder(new HalvesNetwork(), manifest, readPixels);
    const embedded = await embedder.embed(crop(7));
    expect(embedder.space).toBe(`${manifest.sha256}:3`);
    expect(embedded).toMatchObject({ trackId: 7, captureTimeUs: 5 });
    const [left = 0, right = 0] = embedded?.embedding.vector ?? [];
    expect(Math.hypot(left, right)).toBeCloseTo(1, 5);
    expect(left / right).toBeCloseTo(4, 3);
    expect(embedded?.quality).toBeLessThan(0.8);
  });

  it('warms up a network without biases, which answers nothing to an empty picture', async () => {
    const network = new HalvesNetwork();
    await new VehicleEmbedder(network, manifest, readPixels).warmUp();
    expect(network.batchSizes).toEqual([1]);
  });

  it('runs crops that wait together as one batch, and answers each its own', async () => {
    const network = new HalvesNetwork();
    const embedder = new VehicleEmbedder(network, manifest, readPixels);
    const answers = await Promise.all([1, 2, 3].map((id) => embedder.embed(crop(id))));
    expect(network.batchSizes).toEqual([3]);
    expect(answers.map((answer) => answer?.trackId)).toEqual([1, 2, 3]);
  });

  it('runs crops one by one on a network that takes no batches', async () => {
    const network = new HalvesNetwork();
    network.takesBatches = false;
    const embedder = new VehicleEmbedder(network, manifest, readPixels);
    const answers = await Promise.all([1, 2, 3].map((id) => embedder.embed(crop(id))));
    expect(network.batchSizes).toEqual([1, 1, 1]);
    expect(answers.map((answer) => answer?.trackId)).toEqual([1, 2, 3]);
  });

  it('counts the time of a batch once, however many crops waited for it', async () => {
    let nowMs = 0;
    const network = new HalvesNetwork();
    const run = network.run.bind(network);
    network.run = (input) => {
      nowMs += 30;
      return run(input);
    };
    const readSlowly = (image: ImageBitmap) => {
      nowMs += 2;
      return readPixels(image);
    };
    const embedder = new VehicleEmbedder(network, manifest, readSlowly, { nowMs: () => nowMs });
    await Promise.all([1, 2, 3].map((id) => embedder.embed(crop(id))));
    expect(embedder.timings).toEqual({ embedMsTotal: 36, embedCount: 3 });
  });

  it('refuses flat crops without running the network', async () => {
    const network = new HalvesNetwork();
    const embedder = new VehicleEmbedder(network, manifest, readPixels);
    expect(await embedder.embed(crop(1, 'flat'))).toBeNull();
    expect(network.batchSizes).toEqual([]);
  });

  it('averages with the mirror image when asked, in a space of its own', async () => {
    const embedder = new VehicleEmbedder(new HalvesNetwork(), manifest, readPixels, {
      averageMirrored: true,
    });
    const [left = 0, right = 1] = (await embedder.embed(crop(1)))?.embedding.vector ?? [];
    expect(left).toBeCloseTo(right, 5);
    expect(embedder.space).not.toBe(`${manifest.sha256}:3`);
  });

  it('fails on a vector that is not finite, and works again afterwards', async () => {
    const network = new HalvesNetwork();
    const embedder = new VehicleEmbedder(network, manifest, readPixels);
    network.scale = NaN;
    await expect(embedder.embed(crop(1))).rejects.toMatchObject({ code: 'BACKEND_FAILED' });
    network.scale = 1;
    expect(await embedder.embed(crop(1))).not.toBeNull();
  });

  it('says so when the network is not the one of the manifest', async () => {
    const network = new HalvesNetwork();
    network.dimension = 3;
    const embedder = new VehicleEmbedder(network, manifest, readPixels);
    await expect(embedder.embed(crop(1))).rejects.toMatchObject({ code: 'MODEL_INCOMPATIBLE' });
    const detector: ModelManifest = {
      ...manifest,
      output: { type: 'nanodet-dfl', heads: [], classes: [], binCount: 11 },
    };
    expect(() => new VehicleEmbedder(network, detector, readPixels)).toThrow(
      expect.objectContaining({ code: 'MODEL_INCOMPATIBLE' }),
    );
  });
});
