import type { Page, Worker } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureClips, type Clips } from '../fixtures/make-clips';
import {
  chooseVideo,
  FAKE_CAMERA,
  openApp,
  QUICK_RUN,
  vehicleRows,
  type AppPage,
} from './browser-page';

/* What happens in mid-run and is not the user's fault: each is said on screen, and the run goes on. */

/** The app's own worker of that name; the newest, when an earlier one has died. */
function workerOf(page: Page, name: 'perception' | 'identity'): Worker {
  const worker = page.workers().findLast((each) => each.url().includes(`/${name}.worker`));
  if (!worker) throw new Error(`Expected the ${name} worker, found none`);
  return worker;
}

/** An error nobody catches ends a worker for whoever waits for its answers. */
async function breakWorker(page: Page, name: 'perception' | 'identity'): Promise<void> {
  await workerOf(page, name).evaluate(() => {
    setTimeout(() => {
      throw new Error('broken by the test');
    });
  });
}

/** Frames analysed by the perception worker there is now. Needs a page with `?headless`. */
function analysedCount(page: Page): Promise<number> {
  return page.evaluate(async () => (await window.resight?.ledger())?.analysedCount ?? 0);
}

describe('in mid-run', () => {
  let clips: Clips;
  let app: AppPage | null = null;

  beforeAll(async () => {
    clips = await ensureClips();
  }, 300_000);

  afterEach(async () => {
    await app?.close();
    app = null;
  });

  it('a perception worker that dies is said, and another goes on with the camera', async () => {
    app = await openApp(`${inject('appUrl')}${QUICK_RUN}`, FAKE_CAMERA.playing(clips.mjpeg));
    const { page } = app;
    await page.getByRole('button', { name: 'Start camera' }).first().click();
    await vehicleRows(page).first().waitFor({ timeout: 60_000 });
    const first = workerOf(page, 'perception');
    const ended = new Promise((resolve) => first.once('close', resolve));
    await breakWorker(page, 'perception');
    await page.getByText('A part of the analysis stopped and is started again').first().waitFor();
    await ended;
    await expect.poll(() => analysedCount(page), { timeout: 60_000 }).toBeGreaterThan(5);
    expect(workerOf(page, 'perception')).not.toBe(first);
    await page
      .getByText(/the analysis had to be restarted/)
      .first()
      .waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Start camera' }).first().waitFor();
    expect(app.faults.filter((fault) => !fault.includes('broken by the test'))).toEqual([]);
  }, 120_000);

  it('an identity worker that dies is said, and the file is analysed to its end', async () => {
    app = await openApp(`${inject('appUrl')}${QUICK_RUN}`);
    const { page } = app;
    await chooseVideo(page, clips.mp4);
    await vehicleRows(page).first().waitFor({ timeout: 60_000 });
    await breakWorker(page, 'identity');
    await page.getByText('A part of the analysis stopped and is started again').first().waitFor();
    await page.getByText('The video is analysed').waitFor({ timeout: 90_000 });
    expect(await vehicleRows(page).count()).toBeGreaterThan(0);
    expect(app.faults.filter((fault) => !fault.includes('broken by the test'))).toEqual([]);
  }, 180_000);

  it('a reload keeps what was stored, and a new run works', async () => {
    app = await openApp(`${inject('appUrl')}${QUICK_RUN}`);
    const { page } = app;
    await chooseVideo(page, clips.mp4);
    await expect
      .poll(() => vehicleRows(page).allInnerTexts(), { timeout: 60_000 })
      .toContainEqual(expect.stringMatching(/\b1\ssighting\b/));
    expect(await page.getByText('The video is analysed').count()).toBe(0);
    await page.reload();
    await vehicleRows(page).first().waitFor();
    await chooseVideo(page, clips.mp4);
    await page.getByText('The video is analysed').waitFor({ timeout: 90_000 });
    expect(await vehicleRows(page).count()).toBe(2);
    expect(app.faults).toEqual([]);
  }, 180_000);

  it('a second tab says that the first one has the gallery, and the first goes on', async () => {
    app = await openApp(`${inject('appUrl')}${QUICK_RUN}`, FAKE_CAMERA.playing(clips.mjpeg));
    const { page, context } = app;
    await page.getByRole('button', { name: 'Start camera' }).first().click();
    await vehicleRows(page).first().waitFor({ timeout: 60_000 });
    const second = await context.newPage();
    await second.goto(inject('appUrl'));
    await second.getByText('The app is open in another tab').first().waitFor();
    const before = await analysedCount(page);
    await expect.poll(() => analysedCount(page), { timeout: 30_000 }).toBeGreaterThan(before + 5);
    expect(app.faults).toEqual([]);
  }, 120_000);

  it('a camera that sends no picture is a gap with its reason, until it sends again', async () => {
    app = await openApp(`${inject('appUrl')}${QUICK_RUN}`);
    const { page } = app;
    await page.evaluate(() => {
      // A camera that can be muted: a canvas that is painted, or not.
      const canvas = document.createElement('canvas');
      canvas.width = 640;
      canvas.height = 360;
      const context = canvas.getContext('2d');
      const lens = { isOpen: true, track: null as MediaStreamTrack | null };
      setInterval(() => {
        if (!context || !lens.isOpen) return;
        context.fillStyle = `hsl(${performance.now() % 360} 50% 50%)`;
        context.fillRect(0, 0, canvas.width, canvas.height);
      }, 100);
      navigator.mediaDevices.getUserMedia = () => {
        const stream = canvas.captureStream();
        lens.track = stream.getVideoTracks()[0] ?? null;
        return Promise.resolve(stream);
      };
      Object.assign(window, { lens });
    });
    const setLens = (isOpen: boolean): Promise<void> =>
      page.evaluate((open) => {
        const { lens } = window as unknown as {
          lens: { isOpen: boolean; track: MediaStreamTrack };
        };
        lens.isOpen = open;
        lens.track.dispatchEvent(new Event(open ? 'unmute' : 'mute'));
      }, isOpen);
    await page.getByRole('button', { name: 'Start camera' }).first().click();
    await expect.poll(() => analysedCount(page), { timeout: 60_000 }).toBeGreaterThan(5);
    await setLens(false);
    await page.getByText('The camera sends no picture').first().waitFor();
    await page
      .getByText(/^Since .*: the camera sent no picture/)
      .first()
      .waitFor({ state: 'attached' });
    await setLens(true);
    // With its end: "14:02, 3 s: the camera sent no picture".
    await page
      .getByText(/, [^:]*: the camera sent no picture/)
      .first()
      .waitFor({ state: 'attached' });
    const before = await analysedCount(page);
    await expect.poll(() => analysedCount(page), { timeout: 30_000 }).toBeGreaterThan(before + 5);
    expect(app.faults).toEqual([]);
  }, 120_000);
});
