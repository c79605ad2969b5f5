import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { chromiumArguments } from '../../server/analyze/launch-chromium';
import { CHROMIUM_HELP, findChromium } from '../../server/find-chromium';
import {
  COLLECTABLE_FLAGS,
  waitForUnclosedFrames,
  watchUnclosedFrames,
} from '../support/watch-unclosed-frames';

/** Chromium's stand-ins for a camera. */
export const FAKE_CAMERA = {
  /** A file as the camera, permission given. */
  playing: (mjpegPath: string): readonly string[] => [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${mjpegPath}`,
  ],
  /** A camera is there, the user says no. */
  denied: ['--use-fake-device-for-media-stream', '--deny-permission-prompts'],
  /** Permission would be given, but there is no camera. */
  none: ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=device-count=0'],
} as const;

/** Asked for by the address: small input and one thread, so that nothing is measured first, and the machine keeps up. */
export const QUICK_RUN = '?headless&screen&threads=1&provider=wasm&side=320';

/** The app in a Chromium of its own, with what it did wrong along the way. */
export interface AppPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Uncaught errors, policy violations, frames nobody closed. A test that expects none checks it is empty. */
  readonly faults: readonly string[];
  /** Requests to anything but the app's own origin. */
  readonly foreignRequests: readonly string[];
  /** Resolves when frames that page and workers dropped unclosed are among `faults`; takes ten seconds. */
  settleFaults(): Promise<void>;
  close(): Promise<void>;
}

const FAULT = /Content Security Policy|Uncaught/;

/** Opens the app in a fresh profile, so that storage and service worker begin empty. */
export async function openApp(
  appUrl: string,
  flags: readonly string[] = [],
  viewport = { width: 1280, height: 800 },
): Promise<AppPage> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(CHROMIUM_HELP);
  const profile = await mkdtemp(join(tmpdir(), 'resight-e2e-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: [...chromiumArguments([...COLLECTABLE_FLAGS, ...flags])],
    viewport,
  });
  const faults: string[] = [];
  const foreignRequests: string[] = [];
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (FAULT.test(message.text())) faults.push(message.text());
  });
  await watchUnclosedFrames(page, (warning) => faults.push(warning));
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    const isOwn = origin === new URL(appUrl).origin || ['blob:', 'data:'].includes(protocol);
    if (!isOwn) foreignRequests.push(request.url());
  });
  await page.goto(appUrl);
  return {
    page,
    context,
    faults,
    foreignRequests,
    settleFaults: () => waitForUnclosedFrames(context, page),
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Opens a file through the app's own picker. */
export async function chooseVideo(page: Page, path: string): Promise<void> {
  await page.locator('#app input[type=file]').first().setInputFiles(path);
}

/** The list's section of vehicles, in view and stored. */
export function vehicleRows(page: Page): ReturnType<Page['locator']> {
  return page.locator('button.row');
}

/** Addresses of everything the service worker has stored. */
export function storedUrls(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const opened = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const requests = (await Promise.all(opened.map((cache) => cache.keys()))).flat();
    return requests.map(({ url }) => url);
  });
}

/**
 * Resolves once a file with each of these parts in its address is stored. Not with Playwright's `waitForFunction`, which takes the
 * promise of an asynchronous function for true.
 */
export async function waitUntilStored(page: Page, parts: readonly string[]): Promise<void> {
  const missing = async (): Promise<readonly string[]> => {
    // While the page reloads to be isolated it cannot be asked.
    const urls = await storedUrls(page).catch((): readonly string[] => []);
    return parts.filter((part) => !urls.some((url) => url.includes(part)));
  };
  await expect.poll(missing, { timeout: 60_000 }).toEqual([]);
}

/** Resolves once the app starts without a network. */
export async function waitUntilOfflineReady(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await waitUntilStored(page, ['nanodet', 'embedder', 'installed.json', 'simd-threaded.wasm']);
}
