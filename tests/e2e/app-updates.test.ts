import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { launchChromium } from '../../server/analyze/launch-chromium';
import { startPlainHost, type PlainHost } from '../fixtures/plain-host';
import { waitUntilStored } from './browser-page';

/*
 * The real service worker and the real AppUpdates, on a page that does nothing else, from a host that sends
 * no headers. Built with the app's own configuration.
 */

const REPOSITORY = join(import.meta.dirname, '../..');
const FIXTURE = join(REPOSITORY, 'tests/fixtures/updates-app');
const MODEL = 'models/net.onnx';
const NEW_WEIGHTS = 'weights, second version';

let folder = '';
let browser: Browser;
let host: PlainHost;
let context: BrowserContext;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'resight-updates-'));
  // Vitest's own NODE_ENV would make it a development build, which has no service worker.
  vi.stubEnv('NODE_ENV', 'production');
  await build({
    configFile: join(REPOSITORY, 'vite.config.ts'),
    mode: 'production',
    logLevel: 'error',
    root: FIXTURE,
    publicDir: join(FIXTURE, 'public'),
    build: { outDir: folder },
  });
  vi.unstubAllEnvs();
  browser = await launchChromium();
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  host = await startPlainHost(folder);
  context = await browser.newContext();
});

afterEach(async () => {
  await context.close();
  await host.close();
});

/** Opens the page and waits until it runs isolated, which takes the one reload. */
async function openIsolated(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(host.url);
  await page.waitForFunction(() => crossOriginIsolated && 'updatesPage' in window);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  return page;
}

/** What the page gets for the model, as text; a failed fetch as its message. */
function fetchModel(page: Page, cache: RequestCache = 'default'): Promise<string> {
  return page.evaluate(
    ([url, mode]) =>
      fetch(url, { cache: mode }).then(
        (response) => response.text(),
        (error: unknown) => String(error),
      ),
    [MODEL, cache] as const,
  );
}

/** Puts a new build on the host: another service worker that wants another model. */
function releaseNewVersion(): void {
  const md5 = (bytes: Buffer | string): string => createHash('md5').update(bytes).digest('hex');
  const oldRevision = md5(readFileSync(join(folder, MODEL)));
  const worker = readFileSync(join(folder, 'service-worker.js'), 'utf8');
  expect(worker).toContain(oldRevision);
  host.replaced.set('/service-worker.js', worker.replace(oldRevision, md5(NEW_WEIGHTS)));
  host.replaced.set(`/${MODEL}`, NEW_WEIGHTS);
}

/** Has the page look for the new version and waits until that is ready to be let in. */
async function findUpdate(page: Page): Promise<void> {
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  await page.waitForFunction(() => window.updatesPage.updates.state.isUpdateWaiting);
}

const loadCount = (page: Page): Promise<number> =>
  page.evaluate(() => window.updatesPage.loadCount);

describe('on a host that sends no headers', () => {
  it('is cross-origin isolated after exactly one reload', async () => {
    const page = await openIsolated();
    expect(await loadCount(page)).toBe(2);
    await page.reload();
    expect(await loadCount(page)).toBe(3);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  });

  it('does not reload under a run that has begun, and is isolated the next time', async () => {
    const page = await context.newPage();
    await page.addInitScript(() => {
      window.startBusy = true;
    });
    await page.goto(host.url);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    expect(await loadCount(page)).toBe(1);
    await page.goto(host.url);
    await page.waitForFunction(() => crossOriginIsolated);
    expect(await loadCount(page)).toBe(2);
  });
});

describe('offline', () => {
  it('starts, and has every file that was warmed', async () => {
    const page = await openIsolated();
    const reply = await page.evaluate((url) => window.updatesPage.updates.warmAssets([url]), MODEL);
    expect(reply).toEqual({ cachedCount: 1, failedUrls: [] });
    expect(await page.evaluate(() => window.updatesPage.updates.state.isOfflineReady)).toBe(true);
    host.isDown = true;
    await page.reload();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await fetchModel(page)).toBe('weights, first version');
    await page.goto(`${host.url}?source=home-screen`);
    expect(await page.title()).toBe('AppUpdates on a page of its own');
    await page.goto(`${host.url}no/such/page`);
    expect(page.url()).toBe(host.url);
  });

  it('is not claimed ready when a file could not be stored', async () => {
    const page = await openIsolated();
    const reply = await page.evaluate(() =>
      window.updatesPage.updates.warmAssets(['models/unknown.onnx']),
    );
    expect(reply?.failedUrls).toEqual([`${host.url}models/unknown.onnx`]);
    expect(await page.evaluate(() => window.updatesPage.updates.state.isOfflineReady)).toBe(false);
  });

  it('replaces a damaged stored model when the app asks past the cache', async () => {
    const page = await openIsolated();
    host.replaced.set(`/${MODEL}`, 'damaged on the way');
    expect(await fetchModel(page)).toBe('damaged on the way');
    // The service worker stores what it has answered with after it has answered.
    await waitUntilStored(page, [MODEL]);
    host.replaced.clear();
    expect(await fetchModel(page)).toBe('damaged on the way');
    expect(await fetchModel(page, 'reload')).toBe('weights, first version');
    host.isDown = true;
    expect(await fetchModel(page)).toBe('weights, first version');
  });
});

describe('a new version', () => {
  it('waits for the user, then reloads and works offline with its own model', async () => {
    const page = await openIsolated();
    expect(await fetchModel(page)).toBe('weights, first version');
    releaseNewVersion();
    await findUpdate(page);
    expect(await fetchModel(page)).toBe('weights, first version');
    const before = await loadCount(page);
    await Promise.all([
      page.waitForEvent('load'),
      page.evaluate(() => window.updatesPage.updates.applyUpdate()).catch(() => 'reloaded'),
    ]);
    await page.waitForFunction(() => 'updatesPage' in window);
    expect(await loadCount(page)).toBe(before + 1);
    host.isDown = true;
    expect(await fetchModel(page)).toBe(NEW_WEIGHTS);
  });

  it('is refused while analysis runs here', async () => {
    const page = await openIsolated();
    releaseNewVersion();
    await findUpdate(page);
    const outcome = await page.evaluate(() => {
      window.updatesPage.isBusy = true;
      return window.updatesPage.updates.applyUpdate();
    });
    expect(outcome).toBe('busy');
  });

  it('is refused while analysis runs in another tab', async () => {
    const page = await openIsolated();
    const other = await openIsolated();
    await other.evaluate(() => {
      window.updatesPage.isBusy = true;
    });
    releaseNewVersion();
    await findUpdate(page);
    expect(await page.evaluate(() => window.updatesPage.updates.applyUpdate())).toBe('busy');
  });

  it('is refused when a run begins while the other tabs are asked', async () => {
    const page = await openIsolated();
    releaseNewVersion();
    await findUpdate(page);
    const outcome = await page.evaluate(() => {
      const applied = window.updatesPage.updates.applyUpdate();
      window.updatesPage.isBusy = true;
      return applied;
    });
    expect(outcome).toBe('busy');
  });

  it('does not reload under a run that begins after the press, and is offered again', async () => {
    const page = await openIsolated();
    releaseNewVersion();
    await findUpdate(page);
    const before = await loadCount(page);
    const outcome = await page.evaluate(async () => {
      const changed = new Promise((resolve) => {
        navigator.serviceWorker.addEventListener('controllerchange', resolve);
      });
      const applied = await window.updatesPage.updates.applyUpdate();
      window.updatesPage.isBusy = true;
      await changed;
      return applied;
    });
    expect(outcome).toBe('reloading');
    await page.waitForFunction(() => window.updatesPage.states.at(-1)?.isUpdateWaiting === true);
    expect(await loadCount(page)).toBe(before);
    await Promise.all([
      page.waitForEvent('load'),
      page
        .evaluate(() => {
          window.updatesPage.isBusy = false;
          return window.updatesPage.updates.applyUpdate();
        })
        .catch(() => 'reloaded'),
    ]);
    await page.waitForFunction(() => 'updatesPage' in window);
    expect(await loadCount(page)).toBe(before + 1);
  });
});
