import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CHROMIUM_HELP, findChromium } from '../../server/find-chromium';
import { chromiumArguments } from '../../server/analyze/launch-chromium';
import { sessionFileExporter } from '../../src/sinks/export/session-file/session-file';
import { collectExport } from '../support/collect-export';
import { packAgain } from '../support/hostile-archives';
import { fileTools, makeDeviceKey, makeFullSession } from '../support/session-file-tools';

/* The page of a session file as a stranger has it: unpacked into a folder, opened from there, without a network. */

let browser: Browser;
let folder: string;

beforeAll(async () => {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(CHROMIUM_HELP);
  folder = await mkdtemp(join(tmpdir(), 'resight-verifier-'));
  await copyFile(join(inject('appFolder'), 'verify.html'), join(folder, 'verify.html'));
  const exporter = sessionFileExporter(fileTools(await makeDeviceKey()));
  const label = '<img src=x onerror="document.title=1">';
  const session = await makeFullSession({ durationS: 3, labels: [label] });
  const { blob } = await collectExport(exporter, session);
  const changed = await packAgain(blob, (entry) => {
    if (entry.path === 'data/video-0-1.mp4') return [];
    if (entry.path !== 'exports/live/tracks.csv') return [entry];
    return [
      { path: entry.path, text: 'track_id\r\n' },
      { path: '<script>document.title=1</script>', text: 'x' },
    ];
  });
  for (const [name, file] of [
    ['good.zip', blob],
    ['changed.zip', changed],
    ['letter.zip', new Blob(['Dear Sir'])],
  ] as const)
    await writeFile(join(folder, name), new Uint8Array(await file.arrayBuffer()));
  browser = await chromium.launch({ executablePath, args: [...chromiumArguments([])] });
});

afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

/** Opens the page, chooses a file, and waits for the result. */
async function check(file: string): Promise<{
  readonly page: Page;
  readonly faults: readonly string[];
  readonly requests: readonly string[];
}> {
  const page = await browser.newPage();
  await page.context().setOffline(true);
  const faults: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => faults.push(message.text()));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(join(folder, 'verify.html')).href);
  await page.getByLabel('Session file').setInputFiles(join(folder, file));
  await page.locator('#result h2').waitFor();
  return { page, faults, requests };
}

describe('the page that checks a session file', () => {
  it('finds an unchanged file unchanged, from a folder and without a network', async () => {
    const { page, faults, requests } = await check('good.zip');
    expect(await page.getByRole('status').textContent()).toContain('Nothing was changed');
    expect(await page.locator('dd.mono').textContent()).toMatch(/^(?:[0-9a-f]{4} ?){16}$/);
    expect(await page.locator('tbody tr').count()).toBeGreaterThan(5);
    expect(await page.locator('tbody tr.bad, tbody tr.warn').count()).toBe(0);
    expect(faults).toEqual([]);
    expect(requests).toEqual([page.url()]);
    await page.close();
  });

  it('names what was changed, taken away and put in, first, and shows names as text', async () => {
    const { page, faults } = await check('changed.zip');
    expect(await page.getByRole('status').textContent()).toContain('This file was changed');
    const rows = await page.locator('tbody tr.bad').allInnerTexts();
    expect(rows.map((row) => row.split(/\s+/).slice(0, 2).join(' ')).sort()).toEqual([
      'changed exports/live/tracks.csv',
      'missing data/video-0-1.mp4',
      'put in',
    ]);
    expect(rows.join('\n')).toContain('<script>document.title=1</script>');
    expect(await page.title()).toBe('Resight: check a session file');
    expect(faults).toEqual([]);
    await page.close();
  });

  it('says of another file that it is none', async () => {
    const { page } = await check('letter.zip');
    const status = await page.getByRole('status').textContent();
    expect(status).toContain('This cannot be read as a session file');
    expect(status).toMatch(/expected a whole ZIP archive/);
    await page.close();
  });
});
