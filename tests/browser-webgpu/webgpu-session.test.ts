import { beforeAll, describe, expect, it } from 'vitest';
import manifestFile from '../../models/detect-nanodet/manifest.json';
import { readManifest } from '../../models/read-manifest';
import { ModelSession } from '../../src/inference/model-session';
import { CanvasPreparer } from '../../src/stages/detect/canvas-preparer';
import { letterboxFor } from '../../src/stages/detect/letterbox';
import { WebGpuPreparer } from '../../src/stages/detect/webgpu-preparer';
import { makeTestFrame } from '../browser/detect/test-frames';

const manifest = readManifest(manifestFile);
/** As small as the network goes: software graphics takes a second for what a card does in a millisecond. */
const SIDE_PX = 64;

describe('a session on the graphics device', () => {
  let session: ModelSession;

  beforeAll(async () => {
    session = await ModelSession.open({
      manifest,
      modelUrl: new URL('/models/nanodet.onnx', location.href).href,
      runtimeBaseUrl: new URL('/ort/', location.href).href,
      provider: 'webgpu',
      threadCount: 1,
    });
  });

  it('reads the tensor where the shader left it', async () => {
    const device = session.gpuDevice;
    if (!device) throw new Error('Expected a graphics device');
    const onGpu = new WebGpuPreparer(device, manifest.input);
    const onCpu = new CanvasPreparer(manifest.input);
    const frame = makeTestFrame({
      format: 'I420',
      widthPx: 128,
      heightPx: 72,
      pattern: 'blobs',
      matrix: 'bt709',
      fullRange: false,
    });
    const geometry = letterboxFor(manifest.input, 128, 72, SIDE_PX);
    const direct = await session.run(await onGpu.prepare(frame, geometry));
    const uploaded = await session.run(await onCpu.prepare(frame, geometry));
    for (const name of ['p8', 'p16', 'p32']) {
      const a = direct[name];
      const b = uploaded[name];
      if (!a || !b) throw new Error(`Expected output ${name}`);
      expect(a.shape).toEqual(b.shape);
      expect(Math.max(...a.data)).toBeGreaterThan(0.1);
      const total = a.data.reduce((sum, value, at) => sum + Math.abs(value - (b.data[at] ?? 0)), 0);
      // Logits lie between -10 and 5; the frames differ by less than a grey level.
      expect(total / a.data.length).toBeLessThan(0.1);
    }
    frame.close();
    onGpu.dispose();
    onCpu.dispose();
  });

  it('says so when the device is lost, at this run and at every later one', async () => {
    session.gpuDevice?.destroy();
    await session.gpuDevice?.lost;
    const data = new Float32Array(3 * SIDE_PX * SIDE_PX);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const run = session.run({ location: 'cpu', data, shape: [1, 3, SIDE_PX, SIDE_PX] });
      await expect(run).rejects.toMatchObject({
        code: 'BACKEND_FAILED',
        message: expect.stringContaining('graphics device was lost') as string,
      });
    }
  });
});
