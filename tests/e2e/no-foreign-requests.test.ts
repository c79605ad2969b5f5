import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureClips } from '../fixtures/make-clips';
import { FAKE_CAMERA, openApp, QUICK_RUN, type AppPage } from './browser-page';
import { exportToDownloads } from './exported-files';
import { sessionRows } from './stored-sessions';

describe('without an endpoint', () => {
  let app: AppPage;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resight-alone-'));
    const { mjpeg } = await ensureClips();
    app = await openApp(`${inject('appUrl')}${QUICK_RUN}`, FAKE_CAMERA.playing(mjpeg));
  }, 300_000);

  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('a session is watched, recorded, replayed and exported with requests to the app’s own origin only', async () => {
    const { context } = app;
    const requested: string[] = [];
    context.on('request', (request) => requested.push(request.url()));
    await exportToDownloads(app.page);
    await app.page.reload();
    const { page } = app;
    await page.getByRole('button', { name: 'Start camera' }).first().click();
    await page.getByRole('button', { name: 'Record', exact: true }).click({ timeout: 60_000 });
    const stop = page.getByRole('button', { name: 'Stop recording' });
    await stop.waitFor({ timeout: 60_000 });
    const seen = page.getByText(/in view/i).first();
    await seen.waitFor({ timeout: 60_000 });
    await stop.click();
    await expect
      .poll(async () => (await sessionRows(page))[0]?.isOpen, { timeout: 60_000 })
      .toBe(false);
    await page.getByRole('button', { name: 'Sessions' }).click();
    const list = page.getByRole('dialog');
    await list.getByRole('button', { name: 'Export', exact: true }).first().click();
    await page.getByRole('radio', { name: /^JSON Lines/ }).check();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /^Export \S/ }).click(),
    ]);
    const path = join(folder, 'exported.jsonl');
    await download.saveAs(path);
    expect((await stat(path)).size).toBeGreaterThan(100);
    await page.getByRole('button', { name: 'All sessions' }).click();
    await list.getByRole('button', { name: 'Open', exact: true }).first().click();
    await page.getByRole('button', { name: 'Play', exact: true }).click({ timeout: 30_000 });
    // This was no test of a page that asks for nothing.
    expect(requested.length).toBeGreaterThan(10);
    expect(app.foreignRequests).toEqual([]);
    // What speaks with endpoints was not even loaded.
    expect(requested.filter((url) => url.includes('sync.worker'))).toEqual([]);
    expect(page.workers().filter((worker) => worker.url().includes('sync.worker'))).toEqual([]);
  }, 200_000);
});
