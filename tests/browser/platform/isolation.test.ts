import { expect, it } from 'vitest';

it('gives browser tests a cross-origin isolated page, so that WASM threads can be tested', () => {
  expect(crossOriginIsolated).toBe(true);
  expect(new SharedArrayBuffer(8).byteLength).toBe(8);
});

it.each(['/models/nanodet.onnx', '/ort/ort-wasm-simd-threaded.wasm'])(
  'serves %s, which the install step put there',
  async (url) => {
    const response = await fetch(url, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(Number(response.headers.get('Content-Length'))).toBeGreaterThan(1_000_000);
  },
);
