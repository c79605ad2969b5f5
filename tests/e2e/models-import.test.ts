import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { ensureClips } from '../fixtures/make-clips';
import {
  chooseVideo,
  openApp,
  vehicleRows,
  waitUntilOfflineReady,
  type AppPage,
} from './browser-page';
import {
  chooseModelFile,
  closeModels,
  FIRST_EMBEDDER,
  modelCard,
  openModels,
  tryAndAdd,
} from './models-page';

const MY_TITLE = 'my-embedder';

describe('a model file of one’s own', () => {
  let app: AppPage;
  let weights: Uint8Array;

  beforeEach(async () => {
    weights = await readFile(join(inject('appFolder'), 'models', FIRST_EMBEDDER.file));
    app = await openApp(inject('appUrl'));
  });

  afterEach(async () => {
    await app.close();
  });

  it('that is no model, or not whole, is refused with what was expected and found, and another can be chosen', async () => {
    const { page } = app;
    await openModels(page);
    const alert = page.getByRole('dialog').getByRole('alert');
    await chooseModelFile(page, {
      name: 'garbage.onnx',
      bytes: Buffer.from('no model '.repeat(99)),
    });
    await alert.getByText(/expected an ONNX model, found .* bytes of something else/i).waitFor();
    await alert.getByText('Choose a whole .onnx file').waitFor();

    const half = weights.subarray(0, Math.floor(weights.length / 2));
    await chooseModelFile(page, { name: 'half.onnx', bytes: half });
    await alert.getByText(/begin like one and are cut off or damaged/).waitFor();
    const choose = page.getByRole('button', { name: 'Choose a file' });
    expect(await choose.evaluate((button) => button === document.activeElement)).toBe(true);

    await chooseModelFile(page, { name: 'whole.onnx', bytes: weights });
    await page.getByRole('group', { name: 'What the file says' }).waitFor();
    expect(await alert.count()).toBe(0);
    expect(app.faults).toEqual([]);
  });

  it('is tried on a picture, is on the shelf then, and recognises after a reload without a network', async () => {
    const { page, context } = app;
    const clips = await ensureClips();
    await waitUntilOfflineReady(page);
    await openModels(page);
    await chooseModelFile(page, { name: `${MY_TITLE}.onnx`, bytes: weights });
    await page.getByLabel('Licence').fill(FIRST_EMBEDDER.licence);
    await page.getByLabel('Pixel values').selectOption({ label: '0 to 255, as they are' });
    await page
      .getByLabel('Picture for the trial')
      .setInputFiles(join(inject('appFolder'), 'icons/icon-512.png'));
    await tryAndAdd(page, MY_TITLE);
    const card = modelCard(page, MY_TITLE);
    await card.getByRole('button', { name: 'Use this model' }).click();
    await card.getByText('In use', { exact: true }).waitFor();

    await context.setOffline(true);
    await page.reload();
    await openModels(page);
    await card.getByText('Yours').waitFor();
    await card.getByText('In use', { exact: true }).waitFor();
    await closeModels(page);
    await chooseVideo(page, clips.mp4);
    await vehicleRows(page).first().waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    // The gallery is in its space: another model would have to embed it again.
    await openModels(page);
    await modelCard(page, FIRST_EMBEDDER.title).getByText('embedded again').waitFor();
    expect(app.faults).toEqual([]);
    expect(app.foreignRequests).toEqual([]);
  });
});
