import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../server/analyze/launch-chromium';
import {
  COLLECTABLE_FLAGS,
  dropFrameInWorker,
  waitForUnclosedFrames,
  watchUnclosedFrames,
} from '../support/watch-unclosed-frames';

/* The other end-to-end tests and the soak trust this watch: a leak it cannot see would pass them all. */

describe('the watch for frames nobody closed', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium(COLLECTABLE_FLAGS);
  });

  afterAll(async () => {
    await browser.close();
  });

  it('sees a frame that a worker drops, and says nothing of one that is closed', async () => {
    const context = await browser.newContext();
    const [leaky, tidy] = [await context.newPage(), await context.newPage()];
    const warnings = { leaky: [] as string[], tidy: [] as string[] };
    await watchUnclosedFrames(leaky, (text) => warnings.leaky.push(text));
    await watchUnclosedFrames(tidy, (text) => warnings.tidy.push(text));
    await dropFrameInWorker(leaky);
    await tidy.evaluate(() => {
      const canvas = new OffscreenCanvas(16, 16);
      canvas.getContext('2d');
      new VideoFrame(canvas, { timestamp: 0 }).close();
    });
    await waitForUnclosedFrames(context, tidy);
    expect(warnings).toEqual({ leaky: [expect.stringMatching(/^worker: /)], tidy: [] });
  }, 60_000);
});
