import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifestFile from '../../../models/detect-nanodet/manifest.json';
import { readManifest } from '../../../models/read-manifest';
import type { Box } from '../../../src/contracts/detection';
import type { FrameMeta } from '../../../src/contracts/frame';
import { iou } from '../../../src/core/geometry';
import type { Detector } from '../../../src/stages/detect/detector';
import { openDetector } from '../../../src/stages/detect/open-detector';
import { drawScene, SCENE_HEIGHT_PX, SCENE_WIDTH_PX } from '../../fixtures/scene/scene';

const manifest = readManifest(manifestFile);
/** The hatchback is in full view. */
const TIME_S = 2.5;

const meta: FrameMeta = {
  epoch: 1,
  cameraId: 'camera',
  frameId: 0,
  captureTimeUs: 0,
  widthPx: SCENE_WIDTH_PX,
  heightPx: SCENE_HEIGHT_PX,
};

function scene(): { readonly canvas: OffscreenCanvas; readonly truth: readonly Box[] } {
  const canvas = new OffscreenCanvas(SCENE_WIDTH_PX, SCENE_HEIGHT_PX);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('Expected a 2D context, found none');
  return { canvas, truth: drawScene(context, TIME_S, 0) };
}

/** The scene as planar YUV, which canvases do not give. */
async function asI420(canvas: OffscreenCanvas): Promise<VideoFrame> {
  const { width, height } = canvas;
  const rgba = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
  const chromaSize = (width / 2) * (height / 2);
  const data = new Uint8Array(width * height + 2 * chromaSize);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 4;
      const [r = 0, g = 0, b = 0] = [rgba[at], rgba[at + 1], rgba[at + 2]];
      data[y * width + x] = Math.round(16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255);
      if (x % 2 || y % 2) continue;
      const chromaAt = width * height + (y / 2) * (width / 2) + x / 2;
      data[chromaAt] = Math.round(128 + (-37.797 * r - 74.203 * g + 112 * b) / 255);
      data[chromaAt + chromaSize] = Math.round(128 + (112 * r - 93.786 * g - 18.214 * b) / 255);
    }
  }
  return new VideoFrame(data, {
    format: 'I420',
    codedWidth: width,
    codedHeight: height,
    timestamp: 0,
    colorSpace: { matrix: 'smpte170m', fullRange: false },
  });
}

describe('the NanoDet detector', () => {
  let detector: Detector;

  beforeAll(async () => {
    const opened = await openDetector({
      manifest,
      modelUrl: new URL('/models/nanodet.onnx', location.href).href,
      runtimeBaseUrl: new URL('/ort/', location.href).href,
      backend: {
        provider: 'wasm',
        threadCount: 1,
        inputSidePx: 416,
        origin: 'user',
        measuredMs: null,
      },
      framePath: null,
      isProviderNew: true,
    });
    detector = opened.detector;
  });
  afterAll(() => detector.dispose());

  it('finds the car of a drawn street, the same over both frame paths', async () => {
    const { canvas, truth } = scene();
    const [car] = truth;
    if (!car) throw new Error('Expected a vehicle in the scene');
    const planar = await asI420(canvas);
    const bitmap = await createImageBitmap(canvas);
    const overSimd = await detector.detect(planar, meta);
    const overCanvas = await detector.detect(bitmap, meta);
    expect([overSimd.framePath, overCanvas.framePath]).toEqual(['i420-simd', 'canvas']);
    for (const { batch } of [overSimd, overCanvas]) {
      const [best] = batch.detections;
      expect(best?.score).toBeGreaterThan(0.4);
      expect(best && iou(best.box, car)).toBeGreaterThan(0.7);
    }
    const [a] = overSimd.batch.detections;
    const [b] = overCanvas.batch.detections;
    expect(Math.abs((a?.score ?? 1) - (b?.score ?? 0))).toBeLessThan(0.03);
    planar.close();
    bitmap.close();
  });

  it('only borrows the frame', async () => {
    const { canvas } = scene();
    const frame = await asI420(canvas);
    await detector.detect(frame, meta);
    expect(frame.format).toBe('I420');
    frame.close();
  });

  it('reports nothing below the score floor', async () => {
    const { canvas } = scene();
    const frame = await asI420(canvas);
    detector.setScoreFloor(0.99);
    const none = await detector.detect(frame, meta);
    expect(none.batch.detections).toEqual([]);
    detector.setScoreFloor(0.1);
    const some = await detector.detect(frame, meta);
    expect(some.batch.detections.length).toBeGreaterThan(0);
    frame.close();
  });

  it('times bare inferences', async () => {
    const times = await detector.timeInference(640, 360, 2);
    expect(times).toHaveLength(2);
    expect(Math.min(...times)).toBeGreaterThan(0);
  });
});
