import { expect, it } from 'vitest';
import manifest from '../../../models/detect-nanodet/manifest.json';
import { readManifest } from '../../../models/read-manifest';
import kernelUrl from '../../../src/kernels/letterbox.wasm?url';
import { CanvasPreparer } from '../../../src/stages/detect/canvas-preparer';
import { I420Preparer } from '../../../src/stages/detect/i420-preparer';
import { letterboxFor } from '../../../src/stages/detect/letterbox';
import { realFrame } from './real-frame';
import { meanDifference } from './test-frames';

const { input } = readManifest(manifest);

it.each(['busy-junction.mp4', 'suburban-road.mp4', 'car-park-overhead.mp4'])(
  'the SIMD kernel and the canvas agree within 2/255 on a frame of %s',
  async (clip) => {
    const frame = await realFrame(clip, 3);
    if (!frame) {
      console.info('skipped: no ../shared');
      return;
    }
    const simd = await I420Preparer.load(kernelUrl, input);
    const canvas = new CanvasPreparer(input);
    for (const sidePx of [320, 416, 512, 640]) {
      const geometry = letterboxFor(input, frame.displayWidth, frame.displayHeight, sidePx);
      expect(simd.supports(frame, geometry)).toBe(true);
      const a = await simd.prepare(frame, geometry);
      const b = await canvas.prepare(frame, geometry);
      if (a.location !== 'cpu' || b.location !== 'cpu') throw new Error('Expected CPU tensors');
      const difference = meanDifference(a.data, b.data, input.std);
      expect(difference, `at ${sidePx}`).toBeLessThanOrEqual(2);
    }
    frame.close();
    canvas.dispose();
  },
);
