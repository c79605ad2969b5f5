import { describe, expect, it } from 'vitest';
import { isStoredOnFirstUse } from '../../../src/core/stored-on-first-use';

describe('what is stored on first use', () => {
  it.each([
    'models/detector.onnx',
    'ort/ort-wasm-simd-threaded.wasm',
    'assets/street.worker-B1x.js',
    'assets/export.worker-B1x.js',
    'assets/sync.worker-B1x.js',
    'verify.html',
  ])('is %s', (path) => {
    expect(isStoredOnFirstUse(path)).toBe(true);
  });

  it.each([
    'index.html',
    'assets/index-B1x.js',
    'assets/perception.worker-B1x.js',
    'assets/models/detector.onnx',
    'icons/icon-192.png',
  ])('is not %s, which the install brings', (path) => {
    expect(isStoredOnFirstUse(path)).toBe(false);
  });
});
