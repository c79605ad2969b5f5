import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../../models/detect-nanodet/manifest.json';
import { readManifest } from '../../../models/read-manifest';
import kernelUrl from '../../../src/kernels/letterbox.wasm?url';
import { CanvasPreparer } from '../../../src/stages/detect/canvas-preparer';
import { I420Preparer } from '../../../src/stages/detect/i420-preparer';
import type { InputPreparer } from '../../../src/stages/detect/input-preparer';
import { letterboxFor } from '../../../src/stages/detect/letterbox';
import { describeFrame, makeTestFrame, meanDifference, type TestFrame } from './test-frames';

const { input } = readManifest(manifest);

/** What the project promises of any two frame paths, in 0-255 units. */
const TOLERANCE = 2;

async function cpuTensor(
  preparer: InputPreparer,
  frame: VideoFrame | ImageBitmap,
  sidePx: number,
): Promise<Float32Array> {
  const widthPx = frame instanceof VideoFrame ? frame.displayWidth : frame.width;
  const heightPx = frame instanceof VideoFrame ? frame.displayHeight : frame.height;
  const tensor = await preparer.prepare(frame, letterboxFor(input, widthPx, heightPx, sidePx));
  if (tensor.location !== 'cpu') throw new Error('Expected a CPU tensor');
  return tensor.data.slice();
}

const FRAMES: readonly TestFrame[] = (
  [
    ['I420', 640, 360, 'gradient', 'smpte170m', false],
    ['I420', 640, 360, 'bars', 'smpte170m', false],
    ['I420', 640, 360, 'blobs', 'smpte170m', true],
    ['I420', 1280, 720, 'blobs', 'bt709', false],
    ['I420', 1280, 720, 'bars', 'bt709', true],
    ['I420', 1920, 1080, 'blobs', 'bt709', false],
    ['I420', 2560, 1440, 'blobs', 'bt709', false],
    ['I420', 321, 241, 'blobs', 'smpte170m', false],
    ['I420', 360, 640, 'blobs', 'bt709', false],
    ['NV12', 640, 360, 'blobs', 'bt709', false],
    ['NV12', 1281, 719, 'bars', 'smpte170m', true],
  ] as const
).map(([format, widthPx, heightPx, pattern, matrix, fullRange]) => ({
  format,
  widthPx,
  heightPx,
  pattern,
  matrix,
  fullRange,
}));

describe('the SIMD kernel and the canvas', () => {
  let simd: I420Preparer;
  const canvas = new CanvasPreparer(input);

  beforeAll(async () => {
    simd = await I420Preparer.load(kernelUrl, input);
  });
  afterAll(() => {
    canvas.dispose();
  });

  it.each(FRAMES.map((frame) => ({ name: describeFrame(frame), frame })))(
    'agree on $name',
    async ({ frame: wanted }) => {
      const frame = makeTestFrame(wanted);
      try {
        for (const sidePx of [416, 512]) {
          const a = await cpuTensor(simd, frame, sidePx);
          const b = await cpuTensor(canvas, frame, sidePx);
          const difference = meanDifference(a, b, input.std);
          expect(difference, `at ${sidePx}`).toBeLessThanOrEqual(TOLERANCE);
        }
      } finally {
        frame.close();
      }
    },
  );
});
