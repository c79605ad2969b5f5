import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../server/endpoint/viewer/page/event-stream.js';
import type { SessionReader } from '../../src/contracts/session';
import { liveCamerasSchema, liveEventSchema } from '../../src/core/sync-api/live';
import { ensureClips } from '../fixtures/make-clips';
import { findFreePort, type EndpointProcess } from '../support/endpoint-process';
import { readLive, type LiveReader } from '../support/live-reader';
import { MADE_RESULT_SET } from '../support/make-session';
import { FAKE_CAMERA, QUICK_RUN } from './browser-page';
import { KeptBrowser } from './kept-browser';
import { writePaddedSession } from './padded-session';
import { sessionRows } from './stored-sessions';
import {
  connect,
  download,
  importFile,
  openHeadless,
  outbox,
  remoteSessions,
  startEndpointFor,
  syncRows,
  tokenOf,
  tryNow,
  untilAllSent,
  upload,
} from './sync-page';

/** Two pieces. */
const PADDING_BYTES = 24_000_000;
/** The app sends this much at once, and tells of its progress after each. */
const CHUNK_BYTES = 4 * 1024 * 1024;
const MARKS = { title: 'Monday', camera: 'Gate', crop: 'end' };
/** More than the app waits with what was edited. */
const MERGE_MS = 4_000;
const PATIENCE_MS = 60_000;

describe('devices at one endpoint', () => {
  let folder: string;
  let port: number;
  let endpoint: EndpointProcess;
  let browser: KeptBrowser;
  let otherBrowser: KeptBrowser;
  let copiedBrowser: KeptBrowser | null = null;
  let page: Page;
  let other: Page;
  let session: SessionReader;
  let sessionId: string;
  let otherSessionId: string;
  let vaultKey: string;

  const start = async (): Promise<void> => {
    endpoint = await startEndpointFor(port, join(folder, 'data'));
  };
  /** Of the other device, which may do everything. */
  const makeCode = async (from: Page): Promise<string> =>
    (
      await from.evaluate(() =>
        window.resight!.sync.makeCode(['upload', 'read', 'publish', 'admin']),
      )
    ).code;

  beforeAll(async () => {
    const { mjpeg } = await ensureClips();
    folder = await mkdtemp(join(tmpdir(), 'resight-sharing-'));
    port = await findFreePort();
    session = await writePaddedSession(join(folder, 'session.zip'), MARKS, PADDING_BYTES);
    browser = await KeptBrowser.create(FAKE_CAMERA.playing(mjpeg));
    otherBrowser = await KeptBrowser.create();
    await start();
    page = await openHeadless(await browser.start());
    other = await openHeadless(await otherBrowser.start());
    sessionId = await importFile(page, join(folder, 'session.zip'));
    await connect(page, endpoint.url, endpoint.pairingCode ?? '', 'First device', null);
    vaultKey = (await page.evaluate(() => window.resight!.sync.vaultKey())) ?? '';
    await connect(other, endpoint.url, await makeCode(page), 'Second device', vaultKey);
  }, 300_000);

  afterAll(async () => {
    await browser.remove();
    await otherBrowser.remove();
    await copiedBrowser?.remove();
    await endpoint.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it('finds a vehicle among sightings that another device published with a session', async () => {
    await upload(page, sessionId, true);
    await untilAllSent(page);
    const [remote] = await remoteSessions(other);
    otherSessionId = await download(other, remote!.id);
    const [sighting] = await session.sightings(MADE_RESULT_SET);
    const matches = await other.evaluate(
      ([id, sightingId]) => window.resight!.sync.searchPublished(id, sightingId),
      [otherSessionId, sighting!.id] as const,
    );
    expect(matches[0]).toMatchObject({
      camera: MARKS.camera,
      deviceName: 'First device',
      vehicleClass: sighting!.vehicleClass,
      vehicleNumber: sighting!.vehicleNumber,
    });
    expect(matches[0]!.similarity).toBeCloseTo(1, 4);
    expect(matches.at(-1)!.similarity).toBeLessThan(0.99);
  });

  it('sends from one tab, tells in both, and goes on in the other when that one is closed', async () => {
    const tabs = [page, await openHeadless(await page.context().newPage())] as const;
    const sent = tabs.map((tab) => requestsTo(tab, `${endpoint.url}/api/uploads`));
    const before = await receivedBytes();
    await upload(tabs[0], sessionId);
    // The endpoint goes away when the second chunk has arrived: then the first one has been told of.
    while ((await receivedBytes()) < before + 2 * CHUNK_BYTES) await sleep(5);
    await endpoint.kill();
    const progress = async (tab: Page) => {
      const { sentBytes, totalBytes } = (await outbox(tab)).at(-1)!;
      return { sentBytes, totalBytes };
    };
    // Tried again and again meanwhile, without a byte more.
    await expect.poll(() => progress(tabs[0])).toEqual(await progress(tabs[1]));
    const { sentBytes, totalBytes } = await progress(tabs[0]);
    expect(sentBytes).toBeGreaterThan(0);
    expect(sentBytes).toBeLessThan(totalBytes);
    const sender = sent[0]!.length > 0 ? 0 : 1;
    const waiter = 1 - sender;
    expect(sent[waiter]).toEqual([]);
    await tabs[sender].close();
    await start();
    page = tabs[waiter]!;
    await tryNow(page);
    await untilAllSent(page);
    expect(sent[waiter]).not.toEqual([]);
    expect(await remoteSessions(other)).toHaveLength(2);
  });

  it('shows what a camera sees to those who watch, until it is disconnected, and nothing is asked there after that', async () => {
    await openHeadless(page, QUICK_RUN);
    await page.evaluate(() => window.resight!.sync.setLivePublished(true));
    await page.getByRole('button', { name: 'Start camera' }).first().click();
    const token = await tokenOf(other);
    const camera = await untilCameraKnown(token);
    const viewer = await other.context().newPage();
    await viewer.goto(`${endpoint.url}/live/${camera}#token=${token}`);
    const live = await readLive(endpoint.url, camera, token);
    const first = await takeUntil(live, hasVehicles);
    live.close();
    await viewer.waitForFunction(
      () =>
        [...document.querySelectorAll('[data-class]')].some(
          ({ textContent }) => Number(textContent) > 0,
        ),
      undefined,
      { timeout: PATIENCE_MS },
    );
    // The clip shows two vehicles by turns: both have been seen when two sightings were told.
    const resumed = await readLive(endpoint.url, camera, token, first.at(-1)!.id);
    const rest = await takeUntil(resumed, isSighting);
    rest.push(...(await takeUntil(resumed, isSighting)));
    const numbers = [...first, ...rest].map(({ id }) => Number(id));
    expect(numbers).toEqual(numbers.map((_, at) => numbers[0]! + at));

    const oldToken = await tokenOf(page);
    await page.evaluate(() => window.resight!.sync.disconnect());
    const asked = requestsTo(page, endpoint.url);
    await takeUntil(resumed, isStopped);
    resumed.close();
    const refused = await fetch(`${endpoint.url}/api/sessions`, {
      headers: { Authorization: `Bearer ${oldToken}` },
    });
    expect(refused.status).toBe(401);
    await page.evaluate((id) => window.resight!.sessions.rename(id, 'Never told'), sessionId);
    await openHeadless(page, QUICK_RUN);
    await page.getByRole('button', { name: 'Start camera' }).first().click();
    await page
      .getByText(/in view/i)
      .first()
      .waitFor({ timeout: PATIENCE_MS });
    await page.waitForTimeout(MERGE_MS);
    expect(asked).toEqual([]);
    expect(await syncRows(page, 'connection')).toEqual([]);
  });

  it('agrees on names, positions and vehicles that devices edited while none had a connection', async () => {
    // A gallery is a device's own: two have the same when one was set up from the other.
    await browser.stop();
    copiedBrowser = await browser.copy();
    page = await openHeadless(await browser.start());
    const twin = await openHeadless(await copiedBrowser.start());
    const devices = [page, twin, other];
    for (const device of [page, twin])
      await connect(device, endpoint.url, await makeCode(other), 'Twin', vaultKey);
    // Whatever is different from what they see now was edited.
    for (const device of devices)
      await expect.poll(() => syncRows(device, 'seenValues')).not.toEqual([]);
    await endpoint.kill();

    const [a, b] = await sightingIds(page);
    const pair = [a!, b!] as const;
    const position = { latitudeDeg: 47.5, longitudeDeg: 8.25 };
    const { cameraId } = session.header.cameras[0]!;
    await page.evaluate(
      async ([id, camera, place, sightings]) => {
        const { sessions, recognition } = window.resight!;
        await sessions.rename(id, 'North gate');
        await sessions.setCameraPosition(id, camera, place);
        await recognition.confirmPair(...sightings, true);
      },
      [sessionId, cameraId, position, pair] as const,
    );
    for (const value of ['North gate', '47.5', '"same"']) await untilEdited(page, value);
    await twin.evaluate(
      (sightings) => window.resight!.recognition.confirmPair(...sightings, false),
      pair,
    );
    await untilEdited(twin, '"different"');
    await other.evaluate((id) => window.resight!.sessions.rename(id, 'South gate'), otherSessionId);
    await untilEdited(other, 'South gate');

    await start();
    const looks = devices.map((device) => async () => {
      const [row] = await sessionRows(device);
      const verdicts = await device.evaluate(
        async (id) =>
          (await window.resight!.recognition.confirmedPairs(id)).map(({ isSame }) => isSame),
        pair[0],
      );
      return { title: row?.title, position: row?.cameras[0]?.position, verdicts };
    });
    const merged = { title: 'South gate', position };
    await untilMerged(devices, () => Promise.all(looks.map((look) => look())), [
      { ...merged, verdicts: [false] },
      { ...merged, verdicts: [false] },
      // It has no such vehicles.
      { ...merged, verdicts: [] },
    ]);
  });

  async function receivedBytes(): Promise<number> {
    const pieces = join(folder, 'data', 'pieces');
    const sizes = (await readdir(pieces)).map(
      async (name) => (await stat(join(pieces, name))).size,
    );
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  }

  async function untilCameraKnown(token: string): Promise<string> {
    const known = async () => {
      const headers = { Authorization: `Bearer ${token}` };
      const answer = await fetch(`${endpoint.url}/api/live`, { headers });
      return v.parse(liveCamerasSchema, await answer.json()).cameras;
    };
    await expect.poll(known, { timeout: PATIENCE_MS }).toHaveLength(1);
    return (await known())[0]!.id;
  }
});

/** Addresses that a page, or a worker of it, asks from now on. */
function requestsTo(page: Page, address: string): readonly string[] {
  const urls: string[] = [];
  page.on('request', (request) => {
    if (request.url().startsWith(address)) urls.push(request.url());
  });
  return urls;
}

/** An edit that says this has its time on the device. */
async function untilEdited(page: Page, value: string): Promise<void> {
  const edits = async () => JSON.stringify(await syncRows(page, 'edits'));
  await expect.poll(edits, { timeout: PATIENCE_MS }).toContain(value);
}

/** Devices look for what others edited when the network is there again; each at a time of its own, and what one sends then the next may miss. */
async function untilMerged(
  devices: readonly Page[],
  read: () => Promise<unknown>,
  expected: unknown,
): Promise<void> {
  const look = async () => {
    for (const device of devices) await device.evaluate(() => dispatchEvent(new Event('online')));
    return read();
  };
  await expect.poll(look, { timeout: PATIENCE_MS, interval: MERGE_MS }).toEqual(expected);
}

/** Of the gallery, with the browser's own means. */
function sightingIds(page: Page): Promise<readonly string[]> {
  return page.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        const opening = indexedDB.open('resight');
        opening.onerror = () => reject(opening.error ?? new Error('not opened'));
        opening.onsuccess = () => {
          const reading = opening.result
            .transaction('sightings')
            .objectStore('sightings')
            .getAllKeys();
          reading.onerror = () => reject(reading.error ?? new Error('not read'));
          reading.onsuccess = () => {
            opening.result.close();
            resolve(reading.result.map(String));
          };
        };
      }),
  );
}

/** Events up to the first one that is it. */
async function takeUntil(
  live: LiveReader,
  isIt: (event: StreamEvent) => boolean,
): Promise<StreamEvent[]> {
  const taken: StreamEvent[] = [];
  for (;;) {
    const [event] = await live.take(1);
    taken.push(event!);
    if (isIt(event!)) return taken;
  }
}

function readEvent({ data }: StreamEvent) {
  return v.parse(liveEventSchema, JSON.parse(data));
}

function hasVehicles(event: StreamEvent): boolean {
  const read = readEvent(event);
  return read.type === 'present' && Object.values(read.counts).some((count) => count > 0);
}

function isSighting(event: StreamEvent): boolean {
  return readEvent(event).type === 'sighting';
}

function isStopped(event: StreamEvent): boolean {
  const read = readEvent(event);
  return read.type === 'state' && read.state === 'stopped';
}
