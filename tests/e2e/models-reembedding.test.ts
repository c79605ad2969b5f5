import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { ensureClips } from '../fixtures/make-clips';
import { slowEmbedder } from '../support/slow-embedder';
import { chooseVideo, openApp, QUICK_RUN, vehicleRows, type AppPage } from './browser-page';
import {
  chooseModelFile,
  closeModels,
  FIRST_EMBEDDER,
  modelCard,
  openModels,
  OTHER_EMBEDDER,
  tryAndAdd,
} from './models-page';

const SLOW_TITLE = 'slow-embedder';

describe('another embedder for a gallery that has vehicles', () => {
  let app: AppPage | null = null;

  afterEach(async () => {
    await app?.close();
    app = null;
  });

  it('embeds it again, also across a closed page, loses nothing, and recognises in its own space', async () => {
    const clips = await ensureClips();
    app = await openApp(`${inject('appUrl')}${QUICK_RUN}`);
    const { page, context } = app;
    await chooseVideo(page, clips.mp4);
    await expect.poll(() => vehicleRows(page).count(), { timeout: 120_000 }).toBe(2);
    await cancelAnalysis(page);

    await importSlowEmbedder(page);
    await use(page, SLOW_TITLE);
    await modelCard(page, FIRST_EMBEDDER.title)
      .getByText('Recognises until the gallery is re-embedded')
      .waitFor();
    const panel = page.getByRole('group', { name: 'Gallery' });
    await panel.getByRole('button', { name: 'Pause' }).click();
    await panel.getByText('Re-embedding is paused').waitFor();
    const before = await embeddedCount(panel);
    expect(before.done).toBeLessThan(before.total);
    await page.close();

    const again = await context.newPage();
    const faults: string[] = [];
    again.on('pageerror', (error) => faults.push(error.message));
    await again.goto(`${inject('appUrl')}${QUICK_RUN}`);
    const notice = again.getByText(/Re-embedding the gallery, \d+ of \d+/);
    // It goes on: what was done is not done once more.
    expect((await embeddedCount(notice)).done).toBeGreaterThanOrEqual(before.done);
    await openModels(again);
    await expectInUse(again, SLOW_TITLE);
    const after = await embeddedCount(again.getByRole('group', { name: 'Gallery' }));
    expect(after).toEqual({ done: before.total, total: before.total });

    await use(again, OTHER_EMBEDDER.title);
    await expectInUse(again, OTHER_EMBEDDER.title);
    await closeModels(again);
    expect(await vehicleRows(again).count()).toBe(2);
    await chooseVideo(again, clips.mp4);
    await vehicleRows(again)
      .filter({ hasText: /Seen again/ })
      .waitFor({ timeout: 120_000 });
    await cancelAnalysis(again);
    expect(await vehicleRows(again).count()).toBe(2);
    expect([...app.faults, ...faults]).toEqual([]);
    expect(app.foreignRequests).toEqual([]);
  }, 300_000);
});

/** Ends an analysis in the middle; what was seen is kept. */
async function cancelAnalysis(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByRole('button', { name: 'Start camera' }).first().waitFor();
}

async function importSlowEmbedder(page: Page): Promise<void> {
  await openModels(page);
  await chooseModelFile(page, { name: `${SLOW_TITLE}.onnx`, bytes: slowEmbedder() });
  await page.getByLabel('Licence').fill('MIT');
  await page.getByLabel('Pixel values').selectOption({ label: '0 to 1' });
  await page.getByRole('button', { name: 'Take a vehicle of the gallery' }).click();
  await tryAndAdd(page, SLOW_TITLE);
}

async function use(page: Page, title: string): Promise<void> {
  await modelCard(page, title).getByRole('button', { name: 'Use this model' }).click();
}

/** What is said of the sightings that are embedded already. */
async function embeddedCount(place: Locator): Promise<{ done: number; total: number }> {
  const counts = /\b(\d+) of (\d+)\b/.exec(await place.innerText());
  return { done: Number(counts?.[1]), total: Number(counts?.[2]) };
}

/** The gallery is in this embedder's space. */
async function expectInUse(page: Page, title: string): Promise<void> {
  await modelCard(page, title).getByText('In use', { exact: true }).waitFor({ timeout: 60_000 });
  expect(await page.getByText('Recognises until').count()).toBe(0);
}
