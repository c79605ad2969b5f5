import { join } from 'node:path';
import type { Plugin } from 'vite';
import type { ManifestOptions, VitePWAOptions } from 'vite-plugin-pwa';
import { isStoredOnFirstUse } from '../src/core/stored-on-first-use.ts';
import { precompressFolder } from './precompress.ts';
import { META_CONTENT_SECURITY_POLICY } from './security-headers.ts';

/** Paper of the dark theme and background of the icon; the page's own meta elements refine it once it is there. */
const THEME_COLOUR = '#0d1413';

/** What an installed app shows about itself. */
const WEB_MANIFEST: Partial<ManifestOptions> = {
  id: './',
  name: 'Resight',
  short_name: 'Resight',
  description:
    'Finds the vehicles a camera sees, follows each one and recognises it when it returns. On your device, offline.',
  lang: 'en',
  dir: 'ltr',
  start_url: './',
  scope: './',
  display: 'standalone',
  orientation: 'any',
  theme_color: THEME_COLOUR,
  background_color: THEME_COLOUR,
  categories: ['photo', 'utilities'],
  icons: [
    { src: './icons/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
    { src: './icons/icon-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
    { src: './icons/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any' },
    {
      src: './icons/icon-maskable-512.png',
      sizes: '512x512',
      type: 'image/png',
      purpose: 'maskable',
    },
  ],
};

/** What the install of the service worker downloads must stay small; the same limit as workbox-build's default. */
const MAX_SHELL_FILE_BYTES = 2 * 1024 * 1024;

/** Options for vite-plugin-pwa: our own service worker, told of every file of the build. */
export const PWA_OPTIONS: Partial<VitePWAOptions> = {
  strategies: 'injectManifest',
  srcDir: join(import.meta.dirname, '../workers'),
  filename: 'service-worker.ts',
  registerType: 'prompt',
  // `runtime/app-updates.ts` registers it.
  injectRegister: false,
  manifest: WEB_MANIFEST,
  integration: {
    configureCustomSWViteBuild(options) {
      options.logLevel = 'warn';
    },
  },
  injectManifest: {
    // One classic script: not every browser runs a service worker that is a module.
    rollupFormat: 'iife',
    globPatterns: [
      '**/*.{html,js,mjs,css,json,svg,png,webmanifest,wasm,woff2}',
      '{models,ort}/**/*',
    ],
    globIgnores: ['**/*.{br,gz,map}'],
    // What is stored on first use has to pass; the shell's own limit is checked below.
    maximumFileSizeToCacheInBytes: 256 * 1024 * 1024,
    manifestTransforms: [
      (entries) => {
        const tooBig = entries.filter(
          ({ url, size }) => !isStoredOnFirstUse(url) && size > MAX_SHELL_FILE_BYTES,
        );
        if (tooBig.length > 0) {
          const list = tooBig.map(({ url, size }) => `${url} (${size} bytes)`).join(', ');
          throw new Error(
            `Expected shell files of at most ${MAX_SHELL_FILE_BYTES} bytes, found ${list}. ` +
              'Put large files into public/models or public/ort, which are stored on first use.',
          );
        }
        return { manifest: entries, warnings: [] };
      },
    ],
  },
};

/** Writes the security policy into the page itself, for hosts that send no headers. Builds only: HMR needs more. */
export function metaSecurityPolicy(): Plugin {
  return {
    name: 'resight:meta-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: META_CONTENT_SECURITY_POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** Compresses what was built, after everything else was written. */
export function precompress(): Plugin {
  let outDir = '';
  return {
    name: 'resight:precompress',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      outDir = config.build.outDir;
    },
    closeBundle: {
      sequential: true,
      order: 'post',
      async handler(error) {
        if (error === undefined) await precompressFolder(outDir);
      },
    },
  };
}
