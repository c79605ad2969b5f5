import type { Page } from 'playwright-core';
import { findChromium } from '../../server/find-chromium';
import { launchChromium } from '../../server/analyze/launch-chromium';
import { serveBuiltApp } from '../../server/analyze/headless-page';
import type { FrameLedger } from '../../src/contracts/worker-api';
import { ensureClips } from '../fixtures/make-clips';
import {
  COLLECTABLE_FLAGS,
  collectGarbage,
  waitForUnclosedFrames,
  watchUnclosedFrames,
} from '../support/watch-unclosed-frames';

const MINUTE_MS = 60_000;

export interface SoakResult {
  readonly minutes: number;
  /** Bytes of page and workers after a forced collection, one a minute, from minute 1. */
  readonly heapBytes: readonly number[];
  /** Last minute over minute 2 (or the first, in a shorter run). */
  readonly heapGrowth: number;
  readonly analysedCount: number;
  readonly ledger: FrameLedger;
  /** Frames the perception worker still held after the run. */
  readonly openFrameCount: number;
  /** Times the browser found frames, of page or workers, that nobody had closed. */
  readonly unclosedWarnings: number;
  readonly pageErrorCount: number;
  readonly pageErrors: readonly string[];
}

/** Analyses a looped fake camera in the real app, screen and all, and weighs it every minute. */
export async function soak(minutes: number, log: (line: string) => void): Promise<SoakResult> {
  const clips = await ensureClips(findChromium() ?? undefined);
  const server = await serveBuiltApp(log);
  const browser = await launchChromium([
    ...COLLECTABLE_FLAGS,
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${clips.mjpeg}`,
    // Lets measureUserAgentSpecificMemory collect and answer at once instead of within minutes.
    '--enable-blink-features=ForceEagerMeasureMemory',
  ]);
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    const pageErrors: string[] = [];
    let unclosedWarnings = 0;
    page.on('pageerror', (error) => pageErrors.push(error.message));
    await watchUnclosedFrames(page, (warning) => {
      log(warning);
      unclosedWarnings += 1;
    });
    await page.goto(`${server.url}?headless&screen`);
    await page
      .getByRole('button', { name: /start camera/i })
      .first()
      .click();
    await page.waitForFunction(
      async () => ((await window.resight?.ledger())?.analysedCount ?? 0) > 0,
    );
    const heapBytes: number[] = [];
    for (let minute = 1; minute <= minutes; minute += 1) {
      await page.waitForTimeout(MINUTE_MS);
      heapBytes.push(await heapOf(page));
      log(`minute ${minute}: ${((heapBytes.at(-1) ?? 0) / 2 ** 20).toFixed(1)} MiB`);
    }
    // In mid-run: what lies in the browser's own pipe when a camera stops, it drops itself (Chromium 156).
    await waitForUnclosedFrames(context, page);
    await page.getByRole('button', { name: /^stop/i }).first().click();
    // Back to a start screen: the run's last answer has come. What is open now stays open.
    await page
      .getByRole('button', { name: /start camera/i })
      .first()
      .waitFor();
    const ledger = (await page.evaluate(() => window.resight?.ledger())) as FrameLedger; // there on a headless page
    const first = heapBytes[1] ?? heapBytes[0] ?? 0;
    return {
      minutes,
      heapBytes,
      heapGrowth: (heapBytes.at(-1) ?? 0) / first,
      analysedCount: ledger.analysedCount,
      ledger,
      openFrameCount: ledger.openCount,
      unclosedWarnings,
      pageErrorCount: pageErrors.length,
      pageErrors,
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Page and all its workers, after a forced collection. Needs cross-origin isolation. */
async function heapOf(page: Page): Promise<number> {
  await collectGarbage(page);
  return page.evaluate(async () => {
    // In Chromium on isolated pages; not in TypeScript's DOM.
    const measurable = performance as unknown as {
      measureUserAgentSpecificMemory(): Promise<{ bytes: number }>;
    };
    return (await measurable.measureUserAgentSpecificMemory()).bytes;
  });
}
