import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../../models/detect-nanodet/manifest.json';
import { readManifest } from '../../../models/read-manifest';
import kernelUrl from '../../../src/kernels/letterbox.wasm?url';
import { CanvasPreparer } from '../../../src/stages/detect/canvas-preparer';
import { FramePreparer } from '../../../src/stages/detect/frame-preparer';
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

describe('the SIMD kernel and the canvas on networks of one size', () => {
  it.each(['top-left', 'stretched'] as const)('agree on a %s picture', async (fit) => {
    const spec = { ...input, size: { widthPx: 256, heightPx: 256 }, fit, padValue: 114 };
    const simd = await I420Preparer.load(kernelUrl, spec);
    const canvas = new CanvasPreparer(spec);
    const frame = makeTestFrame({
      format: 'I420',
      widthPx: 1280,
      heightPx: 360,
      pattern: 'blobs',
      matrix: 'bt709',
      fullRange: false,
    });
    try {
      const geometry = letterboxFor(spec, 1280, 360, 416);
      const [a, b] = [await simd.prepare(frame, geometry), await canvas.prepare(frame, geometry)];
      if (a.location !== 'cpu' || b.location !== 'cpu') throw new Error('Expected CPU tensors');
      expect(meanDifference(a.data, b.data, spec.std)).toBeLessThanOrEqual(TOLERANCE);
      // The last row is a bar only where the aspect is kept.
      const bar = (114 - spec.mean[0]) / spec.std[0];
      const lastRow = b.data.slice(255 * 256, 256 * 256);
      expect(lastRow.every((value) => Math.abs(value - bar) < 1e-5)).toBe(fit === 'top-left');
    } finally {
      frame.close();
      canvas.dispose();
    }
  });
});

describe('the choice of a frame path', () => {
  const planar: TestFrame = {
    format: 'I420',
    widthPx: 320,
    heightPx: 180,
    pattern: 'gradient',
    matrix: 'bt709',
    fullRange: false,
  };
  const geometry = letterboxFor(input, 320, 180, 416);

  async function both(): Promise<FramePreparer> {
    return new FramePreparer([
      await I420Preparer.load(kernelUrl, input),
      new CanvasPreparer(input),
    ]);
  }

  it('takes planar video to the kernel and everything else to the canvas', async () => {
    const preparer = await both();
    const video = makeTestFrame(planar);
    const bitmap = await createImageBitmap(video);
    const rgb = new VideoFrame(bitmap, { timestamp: 0 });
    const paths = [];
    for (const image of [video, bitmap, rgb]) {
      paths.push((await preparer.prepare(image, geometry)).path);
    }
    expect(paths).toEqual(['i420-simd', 'canvas', 'canvas']);
    for (const image of [video, bitmap, rgb]) image.close();
    preparer.dispose();
  });

  it('leaves turned frames to the canvas, which turns them upright', async () => {
    const preparer = await both();
    const flat = makeTestFrame(planar);
    // `rotation` is newer than the type library.
    const init: VideoFrameInit & { rotation: number } = { timestamp: 0, rotation: 90 };
    const turned = new VideoFrame(flat, init);
    expect([turned.displayWidth, turned.displayHeight]).toEqual([180, 320]);
    const upright = letterboxFor(input, 180, 320, 416);
    const { path, tensor } = await preparer.prepare(turned, upright);
    expect(path).toBe('canvas');
    if (tensor.location !== 'cpu') throw new Error('Expected a CPU tensor');
    // The gradient's dark side was on the left and is on top now.
    const column = upright.contentXPx + 100;
    const at = (row: number): number => tensor.data[row * upright.inputWidthPx + column] ?? 0;
    expect(at(400)).toBeGreaterThan(at(10) + 1);
    flat.close();
    turned.close();
    preparer.dispose();
  });

  it('gives a path up that fails, and goes on with the next', async () => {
    const broken: InputPreparer = {
      path: 'webgpu',
      supports: () => true,
      prepare: () => Promise.reject(new Error('not on this device')),
      dispose: () => undefined,
    };
    const preparer = new FramePreparer([broken, new CanvasPreparer(input)]);
    const frame = makeTestFrame(planar);
    expect((await preparer.prepare(frame, geometry)).path).toBe('canvas');
    frame.close();
    preparer.dispose();
  });

  it('reads frames that do not tell their colours as the canvas does', async () => {
    const told = makeTestFrame({ ...planar, pattern: 'bars', matrix: 'smpte170m' });
    const bytes = new Uint8Array(told.allocationSize());
    await told.copyTo(bytes);
    const untold = new VideoFrame(bytes, {
      format: 'I420',
      codedWidth: 320,
      codedHeight: 180,
      timestamp: 0,
    });
    const simd = await I420Preparer.load(kernelUrl, input);
    const canvas = new CanvasPreparer(input);
    const difference = meanDifference(
      await cpuTensor(simd, untold, 416),
      await cpuTensor(canvas, untold, 416),
      input.std,
    );
    expect(difference).toBeLessThanOrEqual(TOLERANCE);
    told.close();
    untold.close();
    canvas.dispose();
  });
});
