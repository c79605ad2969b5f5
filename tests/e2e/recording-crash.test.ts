import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { ensureClips, type Clips } from '../fixtures/make-clips';
import {
  FAKE_CAMERA,
  openApp,
  QUICK_RUN,
  waitUntilOfflineReady,
  type AppPage,
} from './browser-page';
import { expectExportsValid, exportToDownloads } from './exported-files';
import { decodedCount, packetCount, partBytes, segmentRows, sessionRows } from './stored-sessions';

const CRASH_COUNT = 20;
/** From a recording's first moment to its crash, milliseconds: within the first segment, between two, within the second. */
const EARLIEST_MS = 100;
const LATEST_MS = 6_500;

/** The same moments in every run, in [0, 1). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * OPFS and IndexedDB take more than is written, and a session keeps room for its own end: 2 MB together. What exports sessions is stored
 * when one is recorded: 0.7 MB.
 */
const ROOM_BYTES = 3_200_000;

async function startRecording(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start camera' }).first().click();
  await page.getByRole('button', { name: 'Record', exact: true }).click({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Stop recording' }).waitFor({ timeout: 60_000 });
}

/** Kills the process of the page with all its workers, as an operating system does that runs out of memory. */
async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  // It is never answered: who would answer is gone.
  session.send('Page.crash').catch(() => undefined);
  await crashed;
}

/** Every committed segment has the pictures its row tells of, by its own index and when decoded. */
async function expectPlayable(page: Page, sessionId: string, folder: string): Promise<number> {
  const segments = await segmentRows(page, sessionId);
  for (const { part, frameCount, byteCount } of segments) {
    const bytes = await partBytes(page, sessionId, part);
    expect(bytes.length).toBe(byteCount);
    expect(await packetCount(bytes)).toBe(frameCount);
    expect([frameCount, null]).toContain(await decodedCount(folder, part, bytes));
  }
  return segments.length;
}

describe('a recording', () => {
  let clips: Clips;
  let app: AppPage;
  let folder: string;

  beforeAll(async () => {
    clips = await ensureClips();
  }, 300_000);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resight-crash-'));
    app = await openApp(`${inject('appUrl')}${QUICK_RUN}`, FAKE_CAMERA.playing(clips.mjpeg));
  });

  afterEach(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Crashes again and again in one browser, whose sessions pile up. Returns how many segments were there afterwards. */
  async function crashTimes(
    count: number,
    { context, page: first }: AppPage,
    seed: number,
  ): Promise<number> {
    const random = seededRandom(seed);
    // Their parts have the same names.
    const place = await mkdtemp(join(folder, 'browser-'));
    let page = first;
    let segmentCount = 0;
    let exportCount = 0;
    for (let number = 1; number <= count; number += 1) {
      await startRecording(page);
      await page.waitForTimeout(EARLIEST_MS + random() * (LATEST_MS - EARLIEST_MS));
      const [recorded] = await sessionRows(page);
      const committed = await segmentRows(page, recorded!.id);
      await crash(page);

      const next = await context.newPage();
      await exportToDownloads(next);
      await page.close();
      page = next;
      await page.goto(`${inject('appUrl')}${QUICK_RUN}`);
      await page.getByRole('button', { name: 'Sessions' }).click();
      await page.getByRole('button', { name: 'Close it properly' }).click({ timeout: 30_000 });
      await expect
        .poll(async () => (await sessionRows(page))[0], { timeout: 10_000 })
        .toMatchObject({ id: recorded!.id, isOpen: false, endedBecause: 'INTERRUPTED' });
      expect(await sessionRows(page)).toHaveLength(number);
      const kept = await segmentRows(page, recorded!.id);
      expect(kept.slice(0, committed.length)).toEqual(committed);
      segmentCount += await expectPlayable(page, recorded!.id, place);
      // Closed in the list, too: the first one that can be exported is the one that was recorded last.
      const choices = page.getByRole('button', { name: 'Export', exact: true });
      await expect.poll(() => choices.count(), { timeout: 10_000 }).toBe(number);
      exportCount += await expectExportsValid(page, place, kept.length > 0);
      await page.keyboard.press('Escape');
    }
    // Nothing was seen yet where the first crashes came.
    expect(exportCount).toBeGreaterThan(count);
    return segmentCount;
  }

  it(`survives ${CRASH_COUNT} crashes at random moments: offered, closed properly, every committed segment plays, every export is valid`, async () => {
    // Most of it is waiting: two browsers at once take half the time.
    const other = await openApp(
      `${inject('appUrl')}${QUICK_RUN}`,
      FAKE_CAMERA.playing(clips.mjpeg),
    );
    try {
      const segmentCounts = await Promise.all([
        crashTimes(CRASH_COUNT / 2, app, 20_260_401),
        crashTimes(CRASH_COUNT / 2, other, 20_260_402),
      ]);
      // Half of the crashes come after the first four seconds: this was no test of empty sessions.
      const segmentCount = segmentCounts.reduce((sum, count) => sum + count, 0);
      expect(segmentCount).toBeGreaterThan(CRASH_COUNT / 4);
    } finally {
      await other.close();
    }
  }, 600_000);

  it('ends with a message when its quota is used up, and analysis goes on', async () => {
    const { page, context } = app;
    await page.getByRole('button', { name: 'Start camera' }).first().click();
    const record = page.getByRole('button', { name: 'Record', exact: true });
    await record.waitFor({ timeout: 60_000 });
    // The app stores itself for use offline first: that must not be what fills the disk.
    await waitUntilOfflineReady(page);
    const session = await context.newCDPSession(page);
    const { origin } = new URL(page.url());
    const { usage } = await session.send('Storage.getUsageAndQuota', { origin });
    // Room for a segment or two. Chromium tells pages of no quota but its usual one, so nothing warns of the end.
    const quotaSize = usage + ROOM_BYTES;
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize });
    await record.click();
    await page.getByRole('button', { name: 'Stop recording' }).waitFor();
    await expect
      .poll(async () => (await sessionRows(page))[0], { timeout: 90_000, interval: 500 })
      .toMatchObject({ isOpen: false, endedBecause: 'STORAGE_FULL' });
    await page.getByText('The device’s storage is full').first().waitFor();
    await record.waitFor();
    const [stored] = await sessionRows(page);
    expect(await expectPlayable(page, stored!.id, folder)).toBeGreaterThan(0);
    const analysed = () =>
      page.evaluate(async () => (await window.resight?.ledger())?.analysedCount ?? 0);
    const before = await analysed();
    await expect.poll(analysed, { timeout: 30_000 }).toBeGreaterThan(before + 3);
    expect(app.faults).toEqual([]);
  }, 200_000);
});
