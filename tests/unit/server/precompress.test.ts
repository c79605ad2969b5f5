import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { precompressFolder } from '../../../server/precompress';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'resight-compress-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('puts both compressed variants beside what shrinks, and leaves weights, pictures and small files alone', async () => {
  const text = 'console.log("again and again");\n'.repeat(200);
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'assets/main.js'), text);
  writeFileSync(join(folder, 'assets/small.js'), 'export {};');
  writeFileSync(join(folder, 'net.onnx'), text);
  writeFileSync(join(folder, 'icon.png'), text);
  await precompressFolder(folder);
  expect(readdirSync(join(folder, 'assets')).sort()).toEqual([
    'main.js',
    'main.js.br',
    'main.js.gz',
    'small.js',
  ]);
  expect(readdirSync(folder).sort()).toEqual(['assets', 'icon.png', 'net.onnx']);
  const brotli = readFileSync(join(folder, 'assets/main.js.br'));
  expect(brotli.length).toBeLessThan(text.length / 10);
  expect(brotliDecompressSync(brotli).toString()).toBe(text);
  expect(gunzipSync(readFileSync(join(folder, 'assets/main.js.gz'))).toString()).toBe(text);
});
