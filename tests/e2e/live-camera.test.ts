import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureClips, type Clips } from '../fixtures/make-clips';
import {
  FAKE_CAMERA,
  openApp,
  QUICK_RUN,
  vehicleRows,
  waitUntilOfflineReady,
  type AppPage,
} from './browser-page';

describe('a live camera', () => {
  let clips: Clips;
  let app: AppPage | null = null;

  beforeAll(async () => {
    clips = await ensureClips();
  }, 300_000);

  afterEach(async () => {
    await app?.close();
    app = null;
  });

  it('becomes boxes, a gallery, and a gallery that is still there offline after a reload', async () => {
    app = await openApp(inject('appUrl'), FAKE_CAMERA.playing(clips.mjpeg));
    const { page, context } = app;
    await page.getByRole('button', { name: 'Start camera' }).first().click();
    await vehicleRows(page).first().waitFor();
    await waitUntilOfflineReady(page);
    // The clip shows A, then B, then A again, and loops: a known vehicle comes back.
    await page
      .getByText(/seen again|recognised|\d+ sightings/i)
      .first()
      .waitFor({ timeout: 120_000 });
    // In mid-run: what lies in the browser's own pipe when a camera stops, it drops itself (Chromium 156).
    await app.settleFaults();
    expect(app.faults).toEqual([]);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Start camera' }).first().waitFor();
    const before = await vehicleRows(page).count();
    expect(before).toBeGreaterThan(0);

    await context.setOffline(true);
    await page.reload();
    await vehicleRows(page).first().waitFor();
    expect(await vehicleRows(page).count()).toBe(before);
    const picture = vehicleRows(page).locator('img').first();
    await picture.waitFor();
    expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(
      0,
    );

    await page.getByRole('button', { name: 'Start camera' }).first().click();
    await page
      .getByText(/in view/i)
      .first()
      .waitFor();
    await page.locator('button.row[aria-current], button.row').first().waitFor();
    expect(app.faults).toEqual([]);
    expect(app.foreignRequests).toEqual([]);
  }, 300_000);

  it('says what to do when permission is denied, and goes on', async () => {
    app = await openApp(inject('appUrl'), FAKE_CAMERA.denied);
    const { page } = app;
    await page.getByRole('button', { name: 'Start camera' }).first().click();
    await page.getByText('The camera is not allowed').first().waitFor();
    await page
      .getByText(/Allow the camera for this site/)
      .first()
      .waitFor();
    expect(await page.getByRole('button', { name: 'Start camera' }).first().isEnabled()).toBe(true);
    expect(app.faults).toEqual([]);
  }, 120_000);

  it('says what to do when there is no camera', async () => {
    app = await openApp(inject('appUrl'), FAKE_CAMERA.none);
    const { page } = app;
    await page.getByRole('button', { name: 'Start camera' }).first().click();
    await page.getByText('No camera found').first().waitFor();
    expect(app.faults).toEqual([]);
  }, 120_000);

  it('notices a camera that is taken away, marks the gap, and takes it back', async () => {
    app = await openApp(`${inject('appUrl')}${QUICK_RUN}`, FAKE_CAMERA.playing(clips.mjpeg));
    const { page } = app;
    await page.evaluate(() => {
      // Keeps the stream the app gets, so that the test can pull the plug, and refuses the next ones.
      const { mediaDevices } = navigator;
      const original = mediaDevices.getUserMedia.bind(mediaDevices);
      const plug = { tracks: [] as MediaStreamTrack[], isPulled: false };
      mediaDevices.getUserMedia = async (constraints) => {
        if (plug.isPulled) throw new DOMException('Requested device not found', 'NotFoundError');
        const stream = await original(constraints);
        plug.tracks = stream.getTracks();
        return stream;
      };
      Object.assign(window, { plug });
    });
    await page.getByRole('button', { name: 'Start camera' }).first().click();
    await vehicleRows(page).first().waitFor({ timeout: 60_000 });
    await page.evaluate(() => {
      const { plug } = window as unknown as {
        plug: { tracks: MediaStreamTrack[]; isPulled: boolean };
      };
      plug.isPulled = true;
      for (const track of plug.tracks) {
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
    });
    await page
      .getByText(/camera (went away|is gone)/i)
      .first()
      .waitFor();
    await page.evaluate(() => {
      const { plug } = window as unknown as { plug: { isPulled: boolean } };
      plug.isPulled = false;
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    });
    // Closed by default; that it is there is what counts.
    await page
      .getByText(/camera was gone/i)
      .first()
      .waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Start camera' }).first().waitFor();
    expect(app.faults).toEqual([]);
  }, 180_000);
});
