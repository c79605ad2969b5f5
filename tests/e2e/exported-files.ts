import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import schema from '../../src/sinks/export/session-events.schema.json' with { type: 'json' };
import { readMot } from '../support/read-mot';
import { decodedCount } from './stored-sessions';

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

/** Browsers without a dialog for it put exports among their downloads. To be called before the page is opened. */
export async function exportToDownloads(page: Page): Promise<void> {
  await page.addInitScript('delete window.showSaveFilePicker');
}

/**
 * Exports the newest session of the list that is on screen, and reads the files with programs that are not ours: JSON Lines by its
 * schema, MOTChallenge text by the rules of that, video (if there is any) by ffprobe, where that is installed. Returns how many there were.
 */
export async function expectExportsValid(
  page: Page,
  folder: string,
  hasVideo: boolean,
): Promise<number> {
  await page.getByRole('button', { name: 'Export', exact: true }).first().click();
  const lines = await exported(page, /^JSON Lines/, folder);
  for (const line of lines?.toString().trimEnd().split('\n') ?? []) {
    expect(validate(JSON.parse(line)), `${line}: ${JSON.stringify(validate.errors)}`).toBe(true);
  }
  const mot = await exported(page, /^MOTChallenge/, folder);
  if (mot) readMot(mot.toString());
  const video = hasVideo ? await exported(page, /^Video\b.*As recorded/, folder) : null;
  expect(video === null).toBe(!hasVideo);
  if (video) expect(await decodedCount(folder, 'clip.mp4', video)).not.toBe(0);
  await page.getByRole('button', { name: 'All sessions' }).click();
  return [lines, mot, video].filter((file) => file !== null).length;
}

/** Null: the format is refused, as for a session in which nothing was seen yet. */
async function exported(page: Page, format: RegExp, folder: string): Promise<Buffer | null> {
  const choice = page.getByRole('radio', { name: format });
  // Nothing can be chosen while the export before is still being put away.
  await page.locator('fieldset:enabled').filter({ has: choice }).waitFor();
  if (await choice.isDisabled()) return null;
  await choice.check();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: /^Export \S/ }).click(),
  ]);
  const path = join(folder, 'exported');
  await download.saveAs(path);
  return readFile(path);
}
