import type { Locator, Page } from 'playwright-core';
import { BUILT_IN_MODELS, DEFAULT_EMBEDDER_ID } from '../../models';
import type { ModelManifest } from '../../src/contracts/model';

/** Embedders that come with the app: the one it begins with, and another to change to. */
export const [FIRST_EMBEDDER, OTHER_EMBEDDER] = builtInEmbedders();

function builtInEmbedders(): readonly [ModelManifest, ModelManifest] {
  const embedders = BUILT_IN_MODELS.filter(({ task }) => task === 'embed');
  const first = embedders.find(({ id }) => id === DEFAULT_EMBEDDER_ID);
  const other = embedders.find(({ id }) => id !== DEFAULT_EMBEDDER_ID);
  if (!first || !other) throw new Error('Expected two built-in embedders');
  return [first, other];
}

/** Opens the Models page. */
export async function openModels(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Models', exact: true }).click();
  await page.locator('article').first().waitFor();
}

export async function closeModels(page: Page): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** A model's card on the open page. */
export function modelCard(page: Page, title: string): Locator {
  return page.getByRole('article', { name: title, exact: true });
}

/** A file as the picker hands it over. */
export interface ChosenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Takes a file into the form for a model of one's own, from the page of models or from its first step. */
export async function chooseModelFile(page: Page, { name, bytes }: ChosenFile): Promise<void> {
  const start = page.getByRole('button', { name: 'Add your own model' });
  if (await start.isVisible()) await start.click();
  await page.locator('input[accept=".onnx"]').setInputFiles({
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(bytes),
  });
}

/** Presses trial, waits for its answer, and puts the model on the shelf. The form is filled in, a picture is there. */
export async function tryAndAdd(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'Try it on the picture' }).click();
  await page.getByText(/values · similarity with its mirror image/).waitFor();
  await page.getByRole('button', { name: 'Add to the shelf' }).click();
  await modelCard(page, title).getByText('Yours').waitFor();
}
