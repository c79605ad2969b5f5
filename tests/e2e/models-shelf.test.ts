import { afterEach, describe, expect, inject, it } from 'vitest';
import { BUILT_IN_MODELS, LISTINGS } from '../../models';
import { bytesText } from '../../src/ui/shared/number-text';
import { accuracyText } from '../../src/ui/shelf/model-text';
import { startPlainHost, type PlainHost } from '../fixtures/plain-host';
import { openApp, waitUntilOfflineReady, type AppPage } from './browser-page';
import { FIRST_EMBEDDER, modelCard, openModels } from './models-page';

describe('the Models page', () => {
  let app: AppPage | null = null;
  let host: PlainHost | null = null;

  afterEach(async () => {
    await app?.close();
    await host?.close();
    app = null;
    host = null;
  });

  it('says of every built-in model what it is and how fast it is here, also without a network', async () => {
    app = await openApp(inject('appUrl'));
    const { page, context } = app;
    await waitUntilOfflineReady(page);
    await openModels(page);
    await expectCards(app);
    await measure(app);

    await context.setOffline(true);
    await page.reload();
    await openModels(page);
    await expectCards(app);
    await measure(app);
    expect(app.faults).toEqual([]);
    expect(app.foreignRequests).toEqual([]);
  });

  it('has a model that was added while the app was served after a reload, and keeps it offline', async () => {
    const added = LISTINGS.find(({ download }) => download !== null);
    if (!added) throw new Error('Expected a model that can be added');
    host = await startPlainHost(inject('appFolder'));
    app = await openApp(host.url);
    const { page } = app;
    await waitUntilOfflineReady(page);
    await openModels(page);
    const card = modelCard(page, added.title);
    await card.getByText('Not installed').waitFor();
    await card.locator('code', { hasText: `npm run models -- add ${added.id}` }).waitFor();

    const row = { id: added.id, file: added.file, sha256: 'ab'.repeat(32), bytes: 1_000_000 };
    host.replaced.set('/models/installed.json', JSON.stringify([row]));
    await page.reload();
    await openModels(page);
    await card.getByText('Added', { exact: true }).waitFor();
    expect(await card.getByRole('button', { name: 'Use this model' }).isVisible()).toBe(true);

    host.isDown = true;
    await page.reload();
    await openModels(page);
    await card.getByText('Added', { exact: true }).waitFor();
    expect(app.faults).toEqual([]);
  });
});

/** All that a card says of each model that comes with the app. */
async function expectCards({ page }: AppPage): Promise<void> {
  for (const { title, licence, bytes, card, input } of BUILT_IN_MODELS) {
    const text = await modelCard(page, title).innerText();
    const figures = card.accuracy.map(({ value }) => accuracyText(value));
    const side = input.size ? `${input.size.widthPx} × ${input.size.heightPx} px` : 'any multiple';
    for (const part of ['Built in', licence, bytesText(bytes), side, card.trainedOn, ...figures]) {
      expect(text, title).toContain(part);
    }
    expect(text).toContain(`Known failures (${card.failures.length})`);
  }
}

/** Times the embedder here: figures of this device, for every way it can be run. */
async function measure({ page }: AppPage): Promise<void> {
  const card = modelCard(page, FIRST_EMBEDDER.title);
  await card.getByRole('button', { name: 'Measure here' }).click();
  await card.getByRole('button', { name: 'Measure again' }).waitFor();
  expect(await card.innerText()).toMatch(/WebAssembly, 1 thread\s+[\d.]+\u202fms/);
}
