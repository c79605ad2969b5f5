import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureClips, type Clips } from '../fixtures/make-clips';
import { chooseVideo, openApp, QUICK_RUN, vehicleRows, type AppPage } from './browser-page';

describe('a video file', () => {
  let app: AppPage | null = null;

  afterEach(async () => {
    await app?.close();
    app = null;
  });

  it('is analysed to its end, and the vehicle that returns is recognised', async () => {
    const clips = await ensureClips();
    app = await openApp(`${inject('appUrl')}${QUICK_RUN}`);
    const { page } = app;
    await chooseVideo(page, clips.mp4);
    await page.getByText('The video is analysed').waitFor({ timeout: 180_000 });
    await page.getByText(/1 recognised from before/).waitFor();
    expect(await vehicleRows(page).count()).toBe(2);
    await app.settleFaults();
    expect(app.faults).toEqual([]);
    expect(app.foreignRequests).toEqual([]);
  }, 240_000);

  it('can be cancelled in the middle and keeps what was seen', async () => {
    const clips = await ensureClips();
    app = await openApp(inject('appUrl'));
    const { page } = app;
    await chooseVideo(page, clips.webm);
    await vehicleRows(page).first().waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Start camera' }).first().waitFor();
    await vehicleRows(page).first().waitFor();
    expect(app.faults).toEqual([]);
  }, 180_000);
});

describe('a video file that is no good', () => {
  let clips: Clips;
  let app: AppPage;

  beforeAll(async () => {
    clips = await ensureClips();
    app = await openApp(`${inject('appUrl')}${QUICK_RUN}`);
  }, 300_000);

  afterAll(async () => {
    await app.close();
  });

  it('is opened when it is dropped on the page, too', async () => {
    const { page } = app;
    await page.getByRole('button', { name: 'Start camera' }).first().waitFor();
    const dropped = await page.evaluateHandle(async () => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([], 'nothing.mp4', { type: 'video/mp4' }));
      return transfer;
    });
    await page.dispatchEvent('body', 'drop', { dataTransfer: dropped });
    await page.getByText('The file is empty').first().waitFor();
  }, 60_000);

  // One after the other in one app, none with the words of the one before.
  it.each([
    ['garbage', 'This file is not a video that can be read'],
    ['damaged', 'The video is damaged'],
    ['audioOnly', 'The file has no picture'],
    ['truncated', 'The video is damaged'],
    ['zeroByte', 'The file is empty'],
    ['hevc', 'This browser cannot decode the video'],
  ] as const)(
    'gets a sentence and leaves the app ready for the next (%s)',
    async (name, headline) => {
      const { page } = app;
      await chooseVideo(page, clips[name]);
      await page.getByText(headline).first().waitFor({ timeout: 120_000 });
      await page.getByRole('button', { name: 'Start camera' }).first().waitFor();
      expect(app.faults).toEqual([]);
    },
    180_000,
  );
});

describe('a model file that is cut short', () => {
  let app: AppPage | null = null;

  afterEach(async () => {
    await app?.close();
    app = null;
  });

  it('is refused with a sentence, and the whole file works afterwards', async () => {
    const clips = await ensureClips();
    app = await openApp(`${inject('appUrl')}${QUICK_RUN}`);
    const { page, context } = app;
    await context.route('**/models/nanodet.onnx', async (route) => {
      const response = await route.fetch();
      const whole = await response.body();
      await route.fulfill({ response, body: whole.subarray(0, 100_000) });
    });
    await chooseVideo(page, clips.mp4);
    await page.getByText('A model file is damaged').first().waitFor({ timeout: 60_000 });
    await context.unroute('**/models/nanodet.onnx');
    await chooseVideo(page, clips.mp4);
    await vehicleRows(page).first().waitFor({ timeout: 90_000 });
  }, 240_000);
});
