import type { BrowserContext, Page } from 'playwright-core';

/** For the browser: lets {@link collectGarbage} collect at once. */
export const COLLECTABLE_FLAGS: readonly string[] = ['--js-flags=--expose-gc'];

/** What Chromium says of a frame that was collected although nobody had closed it. */
const UNCLOSED_FRAME = /garbage collected without being closed/;

/** The workers that hold frames. Those of ONNX Runtime's threads hold none, and sleep too deep to be asked. */
const FRAME_WORKERS = /\/(perception|identity)\.worker/;

/** Chromium looks for collected frames every ten seconds, in each page and worker by its own clock. */
const LOOK_TIMEOUT_MS = 30_000;

/**
 * Tells of frames that the page, or a worker of it, dropped without closing them: once for each of
 * Chromium's looks that found some.
 *
 * Listens to the browser's log itself: Playwright's `console` event leaves out what a worker logs.
 */
export async function watchUnclosedFrames(
  page: Page,
  onWarning: (text: string) => void,
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  session.on('Log.entryAdded', ({ entry }) => {
    if (UNCLOSED_FRAME.test(entry.text)) onWarning(`${entry.source}: ${entry.text}`);
  });
  await session.send('Log.enable');
}

/** Collects what nobody holds any more, in the page and in the app's workers. Needs {@link COLLECTABLE_FLAGS}. */
export async function collectGarbage(page: Page): Promise<void> {
  const collect = (): void => {
    // There with --expose-gc only.
    (globalThis as unknown as { gc(): void }).gc();
  };
  await page.evaluate(collect);
  for (const worker of page.workers().filter((each) => FRAME_WORKERS.test(each.url()))) {
    await worker.evaluate(collect);
  }
}

/**
 * Resolves when every frame dropped by `page` so far has been told of.
 *
 * "Nothing was said" needs a clock and a proof that something would have been: both are a worker on a blank
 * page beside it, which drops a frame on purpose. Its ten seconds begin last, so its warning comes last.
 * Rejects when that warning does not come.
 */
export async function waitForUnclosedFrames(context: BrowserContext, page: Page): Promise<void> {
  await collectGarbage(page);
  const blank = await context.newPage();
  try {
    const told = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error('Expected the browser to tell of the frame dropped on purpose'));
      }, LOOK_TIMEOUT_MS);
      watchUnclosedFrames(blank, (text) => {
        if (!text.startsWith('worker')) return;
        clearTimeout(timer);
        resolve();
      }).catch(reject);
    });
    await dropFrameInWorker(blank);
    await told;
  } finally {
    await blank.close();
  }
}

/** Starts a worker on the page, has it drop a frame, and collects it. */
export async function dropFrameInWorker(page: Page): Promise<void> {
  const started = page.waitForEvent('worker');
  await page.evaluate(() => {
    // Kept by the page, or the browser might end it.
    Object.assign(globalThis, { keptWorker: new Worker(URL.createObjectURL(new Blob(['0']))) });
  });
  const worker = await started;
  await worker.evaluate(() => {
    const canvas = new OffscreenCanvas(16, 16);
    canvas.getContext('2d');
    new VideoFrame(canvas, { timestamp: 0 });
  });
  await worker.evaluate(() => {
    (globalThis as unknown as { gc(): void }).gc(); // as in collectGarbage
  });
}
