import { wrap, transfer } from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import detectorFile from '../../../models/detect-nanodet/manifest.json';
import embedderFile from '../../../models/embed-vehicle-v0/manifest.json';
import { readManifest } from '../../../models/read-manifest';
import type { DryRunResult } from '../../../src/contracts/shelf';
import type { ModelManifest } from '../../../src/contracts/model';
import type { ProbeApi, ProbeFile } from '../../../src/contracts/worker-api';
import { iou } from '../../../src/core/geometry';
import { installErrorTransfer } from '../../../src/runtime/rpc-errors';
import { drawScene, SCENE_HEIGHT_PX, SCENE_WIDTH_PX } from '../../fixtures/scene/scene';
import { constantRows, meanColour, oneOperator, tinyManifest } from './tiny-models';

installErrorTransfer();

const detector = readManifest(detectorFile);
const embedder = readManifest(embedderFile);
const embedding = { type: 'embedding', name: 'y', dimension: 3 } as const;

const workers: Worker[] = [];
afterEach(() => {
  for (const worker of workers.splice(0)) worker.terminate();
});

function probe() {
  // In one expression: that is what Vite looks for.
  const worker = new Worker(new URL('../../../workers/probe.worker.ts', import.meta.url), {
    type: 'module',
  });
  workers.push(worker);
  return wrap<ProbeApi>(worker);
}

function request(file: Blob): ProbeFile {
  return { file, runtimeBaseUrl: new URL('/ort/', location.href).href };
}

async function weights(name: string): Promise<Blob> {
  return (await fetch(new URL(`/models/${name}`, location.href))).blob();
}

/** The drawn street: its car is in full view. */
async function street() {
  const canvas = new OffscreenCanvas(SCENE_WIDTH_PX, SCENE_HEIGHT_PX);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('Expected a 2D context, found none');
  const truth = drawScene(context, 2.5, 0);
  return { picture: await createImageBitmap(canvas), truth };
}

async function dryRun(file: Blob, manifest: ModelManifest): Promise<DryRunResult> {
  const { picture } = await street();
  return probe().dryRun({ ...request(file), manifest }, transfer(picture, [picture]));
}

describe('looking into a file', () => {
  it('tells names, types and shapes of the built-in embedder', async () => {
    const facts = await probe().inspect(request(await weights(embedder.file)));
    expect(facts).toEqual({
      bytes: embedder.bytes,
      sha256: embedder.sha256,
      inputs: [{ name: 'x', type: 'float32', shape: [null, 3, 128, 128] }],
      outputs: [{ name: 'z', type: 'float32', shape: [null, 256] }],
    });
  });

  it('says of garbage that it is no model', async () => {
    const garbage = new Blob([new Uint8Array(5000).map((_, i) => (i * 7 + 3) % 256)]);
    await expect(probe().inspect(request(garbage))).rejects.toMatchObject({
      code: 'MODEL_CORRUPT',
      message: expect.stringContaining(
        'expected an ONNX model, found 5,000 bytes of something else',
      ) as unknown,
    });
  });

  it('says of a truncated file that it is cut off', async () => {
    const whole = await weights(embedder.file);
    await expect(probe().inspect(request(whole.slice(0, 1_000_000)))).rejects.toMatchObject({
      code: 'MODEL_CORRUPT',
      message: expect.stringContaining(
        'found 1,000,000 bytes that begin like one and are cut off or damaged',
      ) as unknown,
    });
  });

  it('names an operator that the runtime lacks', async () => {
    const file = oneOperator('TransmogrifyPixels', [1, 3, 32, 32], [1, 3, 32, 32]);
    await expect(probe().inspect(request(file))).rejects.toMatchObject({
      code: 'MODEL_INCOMPATIBLE',
      message: expect.stringContaining('TransmogrifyPixels') as unknown,
    });
  });
});

describe('the dry run', () => {
  it('finds the car of the drawn street with the built-in detector', async () => {
    const { truth } = await street();
    const result = await dryRun(await weights(detector.file), detector);
    if (result.task !== 'detect') throw new Error(`Expected detections, found ${result.task}`);
    const [car] = truth;
    const [best] = result.detections;
    expect(best && car && iou(best.box, car)).toBeGreaterThan(0.7);
    expect(result.detections.every(({ score }) => score > 0.25)).toBe(true);
    expect(result.inferenceMs).toBeGreaterThan(0);
  });

  it('tells dimension and likeness to the mirror image of the built-in embedder', async () => {
    const result = await dryRun(await weights(embedder.file), embedder);
    if (result.task !== 'embed') throw new Error(`Expected a vector, found ${result.task}`);
    expect(result.dimension).toBe(256);
    expect(result.selfSimilarity).toBeGreaterThan(0.5);
    expect(result.selfSimilarity).toBeLessThanOrEqual(1.00001);
  });

  it('gives an NHWC network the same picture as an NCHW one', async () => {
    for (const layout of ['NCHW', 'NHWC'] as const) {
      const manifest = tinyManifest('embed', embedding, { layout });
      const result = await dryRun(meanColour(layout), manifest);
      expect(result).toMatchObject({ task: 'embed', dimension: 3 });
      // A mean colour is the same in a mirror; planes taken for pixels would mix the colours.
      if (result.task === 'embed') expect(result.selfSimilarity).toBeCloseTo(1, 5);
    }
    const goldens = await Promise.all(
      (['NCHW', 'NHWC'] as const).map((layout) =>
        probe().makeGolden({
          ...request(meanColour(layout)),
          manifest: tinyManifest('embed', embedding, { layout }),
        }),
      ),
    );
    const [planar, interleaved] = goldens.map(({ outputs }) => outputs[0]?.values ?? []);
    expect(planar).toHaveLength(3);
    planar?.forEach((value, i) => {
      expect(interleaved?.[i]).toBeCloseTo(value, 5);
    });
  });

  it('reads a detector with another kind of output', async () => {
    const row = [16, 16, 16, 8, 0.9];
    const manifest = tinyManifest('detect', {
      type: 'yolo',
      name: 'y',
      order: 'rows',
      hasObjectness: false,
      classes: ['bus'],
    });
    const result = await dryRun(constantRows([row]), manifest);
    if (result.task !== 'detect') throw new Error(`Expected detections, found ${result.task}`);
    const [only] = result.detections;
    expect(only?.vehicleClass).toBe('bus');
    expect(only?.box.x1).toBeCloseTo(SCENE_WIDTH_PX / 4, 2);
    expect(only?.box.y2).toBeCloseTo((SCENE_HEIGHT_PX * 5) / 8, 2);
  });

  it('names the output it expected and the one it found', async () => {
    const manifest = tinyManifest('detect', {
      type: 'yolox',
      name: 'y',
      strides: [8, 16],
      classes: ['car', null],
    });
    await expect(dryRun(constantRows([[1, 2, 3]]), manifest)).rejects.toMatchObject({
      code: 'MODEL_INCOMPATIBLE',
      message:
        'Expected an output y of 1x20x7 for 32x32 with strides 8, 16 and 2 classes, found 1x1x3',
    });
  });

  it('names the input it expected and the one it found', async () => {
    const manifest = tinyManifest('embed', embedding, { size: { widthPx: 64, heightPx: 128 } });
    await expect(dryRun(meanColour('NCHW'), manifest)).rejects.toMatchObject({
      code: 'MODEL_INCOMPATIBLE',
      message: 'Model tiny: expected input x of 1x3x128x64 float32, found 1x3x32x32 float32',
    });
  });

  it('names the dimension it expected and the one it found', async () => {
    const manifest = tinyManifest('embed', { ...embedding, dimension: 512 });
    await expect(dryRun(meanColour('NCHW'), manifest)).rejects.toMatchObject({
      code: 'MODEL_INCOMPATIBLE',
      message: 'Expected an output y of 1x512, found 1x3',
    });
  });
});
