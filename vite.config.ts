// Our own files are named with their ending here: Vite will read this file without bundling it one day.
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { CHROMIUM_FLAGS, findChromium, SOFTWARE_WEBGPU_FLAGS } from './server/find-chromium.ts';
import { SECURITY_HEADERS } from './server/security-headers.ts';
import { verifierPage } from './server/verifier-page.ts';
import { metaSecurityPolicy, precompress, PWA_OPTIONS } from './server/vite-plugins.ts';
import { ISOLATION_HEADERS } from './src/core/isolation-headers.ts';
import { probeVideo, readShared } from './tests/support/browser-commands.ts';

const repository = import.meta.dirname;

export default defineConfig({
  root: join(repository, 'src'),
  publicDir: join(repository, 'public'),
  cacheDir: join(repository, 'node_modules/.vite'),
  // Relative addresses: the app runs from any folder of any host.
  base: './',
  resolve: {
    // The variant of onnxruntime-web that carries no copy of its runtime: the app loads the one it needs from ort/.
    conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions],
  },
  build: {
    outDir: join(repository, 'dist'),
    emptyOutDir: true,
    // Chromium 94, Firefox 93, Safari 16.4 and later: all that have WASM SIMD threads and module workers.
    target: 'es2022',
    // Small files stay files: the security policy forbids fetching data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  server: { headers: { ...ISOLATION_HEADERS } },
  preview: { headers: { ...SECURITY_HEADERS } },
  // Found late, in a worker, a package makes the test page load again in mid-test.
  optimizeDeps: {
    exclude: ['onnxruntime-web'],
    include: [
      'three',
      'comlink',
      'idb',
      'valibot',
      'mediabunny',
      '@noble/hashes/sha2.js',
      '@noble/hashes/utils.js',
      '@zip.js/zip.js',
      '@zip.js/zip.js/lib/zip-core-reader.js',
      '@zip.js/zip.js/lib/zip-core-writer.js',
      'csv-parse/browser/esm/sync',
      'age-encryption',
      'tus-js-client',
      'workbox-precaching',
      '@tensorflow/tfjs',
    ],
  },
  plugins: [
    svelte({ configFile: false }),
    VitePWA(PWA_OPTIONS),
    metaSecurityPolicy(),
    verifierPage(),
    precompress(),
  ],
  test: {
    root: repository,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts'],
          environment: 'node',
        },
      },
      browserProject('browser', []),
      browserProject('browser-webgpu', SOFTWARE_WEBGPU_FLAGS),
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['tests/support/serve-built-app.ts'],
          // Each has a browser at work, which computes on one core most of the time: two leave none idle, more would starve each other.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});

/** Tests that need the real thing: frames, workers, IndexedDB, WebAssembly threads. */
function browserProject(
  name: 'browser' | 'browser-webgpu',
  extraFlags: readonly string[],
): TestProjectInlineConfiguration {
  const executablePath = findChromium();
  return {
    extends: true,
    test: {
      name,
      include: [`tests/${name}/**/*.test.ts`],
      // Many play or record by the clock: two at a time, one of them shows an old picture now and then.
      maxWorkers: 1,
      testTimeout: 60_000,
      hookTimeout: 60_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: {
            // Without one Playwright looks for its own, and says how to install it.
            ...(executablePath === null ? {} : { executablePath }),
            args: [...CHROMIUM_FLAGS, ...extraFlags],
          },
        }),
        instances: [{ browser: 'chromium' }],
        commands: { probeVideo, readShared },
      },
    },
  };
}
