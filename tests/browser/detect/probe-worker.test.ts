import { afterEach, describe, expect, it } from 'vitest';
import { wrap } from 'comlink';
import manifestFile from '../../../models/detect-nanodet/manifest.json';
import { readManifest } from '../../../models/read-manifest';
import type { GoldenTest } from '../../../src/contracts/model';
import type { ProbeApi, ProbeRequest } from '../../../src/contracts/worker-api';
import { installErrorTransfer } from '../../../src/runtime/rpc-errors';

installErrorTransfer();

const manifest = readManifest(manifestFile);
const request: ProbeRequest = {
  manifest,
  modelUrl: new URL('/models/nanodet.onnx', location.href).href,
  runtimeBaseUrl: new URL('/ort/', location.href).href,
  provider: 'wasm',
  threadCount: 1,
  inputs: [{ widthPx: 64, heightPx: 64 }],
  runCount: 1,
};

const workers: Worker[] = [];

/** Each measurement has a worker of its own, as in the app. */
function measure(change: Partial<ProbeRequest>): Promise<readonly number[]> {
  const worker = new Worker(new URL('../../../workers/probe.worker.ts', import.meta.url), {
    type: 'module',
  });
  workers.push(worker);
  return wrap<ProbeApi>(worker).measure({ ...request, ...change });
}

async function sha256Hex(url: string): Promise<{ sha256: string; bytes: number }> {
  const data = await (await fetch(url)).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { sha256, bytes: data.byteLength };
}

afterEach(() => {
  for (const worker of workers) worker.terminate();
  workers.length = 0;
});

describe('the probe worker', () => {
  it('times every input it was asked for', async () => {
    const inputs = [
      { widthPx: 64, heightPx: 64 },
      { widthPx: 256, heightPx: 256 },
    ];
    const [small = 0, large = 0] = await measure({ inputs });
    expect(small).toBeGreaterThan(0);
    expect(large).toBeGreaterThan(small);
  });

  it('runs on two threads on an isolated page', async () => {
    expect(crossOriginIsolated).toBe(true);
    const [ms = 0] = await measure({ threadCount: 2 });
    expect(ms).toBeGreaterThan(0);
  });

  it('says that a model is damaged', async () => {
    const damaged = { ...manifest, sha256: '0'.repeat(64) };
    await expect(measure({ manifest: damaged })).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
  });

  it('says that a file is no model', async () => {
    const modelUrl = new URL('/ort/ort-wasm-simd-threaded.mjs', location.href).href;
    const file = await sha256Hex(modelUrl);
    await expect(measure({ modelUrl, manifest: { ...manifest, ...file } })).rejects.toMatchObject({
      code: 'MODEL_CORRUPT',
      message: expect.stringContaining('expected an ONNX model, found') as unknown,
    });
  });

  it('runs the golden test before it times anything', async () => {
    const golden: GoldenTest = {
      seed: 1,
      size: { widthPx: 64, heightPx: 64 },
      outputs: [{ name: 'p32', length: 192, values: [1, 2, 3] }],
      tolerance: 0.001,
    };
    await expect(measure({ manifest: { ...manifest, golden } })).rejects.toMatchObject({
      code: 'BACKEND_WRONG',
    });
  });

  it('says that a model has another input', async () => {
    const other = { ...manifest, input: { ...manifest.input, name: 'pixels' } };
    await expect(measure({ manifest: other })).rejects.toMatchObject({
      code: 'MODEL_INCOMPATIBLE',
      message: 'Model detect-nanodet: expected an input "pixels", found input',
    });
  });

  it('says that the runtime did not start', async () => {
    const runtimeBaseUrl = new URL('/nowhere/', location.href).href;
    await expect(measure({ runtimeBaseUrl })).rejects.toMatchObject({ code: 'BACKEND_FAILED' });
  });

  it('says that there is no WebGPU', async () => {
    await expect(measure({ provider: 'webgpu' })).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
    });
  });
});
