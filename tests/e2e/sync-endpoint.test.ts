import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { SyncState } from '../../src/contracts/sync';
import type { SessionReader } from '../../src/contracts/session';
import { sessionFileExporter } from '../../src/sinks/export/session-file/session-file';
import { collectExport } from '../support/collect-export';
import { dumpDatabase, filesWith } from '../support/endpoint-dump';
import {
  findFreePort,
  startEndpointProcess,
  type EndpointProcess,
} from '../support/endpoint-process';
import { alteredSession, makeSession } from '../support/make-session';
import { fileTools, makeDeviceKey } from '../support/session-file-tools';
import { withResults } from '../support/session-with-results';
import { openApp, type AppPage } from './browser-page';
import { sessionRows } from './stored-sessions';

const BREAK_COUNT = 20;
/** Of what an upload took when nothing broke it: packing, planning, encrypting, sending and what comes after fall into it. */
const LATEST_BREAK = 1.1;
const MARKERS = {
  title: 'MARKER-IN-THE-TITLE',
  camera: 'MARKER-IN-A-CAMERA',
  crop: 'MARKER-IN-A-PICTURE',
};
/** Beyond what a picture needs: what is sent is more than one request. */
const CROP_PADDING_BYTES = 100_000;

/** The same moments in every run, in [0, 1). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** With a text planted in title, camera name and the bytes of every picture. */
async function markedSession(): Promise<SessionReader> {
  const made = await withResults(
    makeSession({ durationS: 10, kind: 'crops', labels: [MARKERS.camera] }),
  );
  const noise = Uint8Array.from({ length: CROP_PADDING_BYTES }, (_, at) => (at * at * 31) >> 3);
  return alteredSession(made, {
    header: { ...made.header, title: MARKERS.title },
    part: async (name) => {
      const part = await made.part(name);
      if (!name.startsWith('crops/')) return part;
      return new Blob([part, noise, MARKERS.crop], { type: part.type });
    },
  });
}

/** Kills the process of the page with all its workers, as an operating system does that runs out of memory. */
async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  // It is never answered: who would answer is gone.
  session.send('Page.crash').catch(() => undefined);
  await crashed;
}

async function opened(page: Page): Promise<Page> {
  await page.goto(`${inject('appUrl')}?headless`);
  await page.waitForFunction(() => window.resight !== undefined);
  return page;
}

function outbox(page: Page): Promise<SyncState['outbox']> {
  return page.evaluate(() => {
    const { sync } = window.resight!;
    // The first call looks at what is kept; the state is what it found.
    return sync.ledger().then(() => sync.state.outbox);
  });
}

function upload(page: Page, id: string): Promise<void> {
  return page.evaluate(
    (sessionId) => window.resight!.sync.upload({ sessionId, without: [], isPublished: false }),
    id,
  );
}

async function expectAllDone(page: Page): Promise<void> {
  await expect
    .poll(async () => (await outbox(page)).map(({ state, error }) => error ?? state), {
      timeout: 60_000,
      interval: 200,
    })
    .toSatisfy((states: readonly unknown[]) => states.every((state) => state === 'done'));
}

const EVERYTHING = { fromDay: null, toDay: null, text: '' };

function remoteSessions(page: Page) {
  return page.evaluate(async (search) => {
    const found = [];
    let cursor: string | null = null;
    do {
      const answer = await window.resight!.sync.remote(search, cursor);
      found.push(...answer.sessions);
      cursor = answer.cursor;
    } while (cursor !== null);
    return found;
  }, EVERYTHING);
}

describe('an endpoint', () => {
  let folder: string;
  let endpoint: EndpointProcess;
  let first: AppPage;
  let page: Page;
  let sessionId: string;
  let vaultKey: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resight-sync-'));
    const session = await markedSession();
    const exporter = sessionFileExporter(fileTools(await makeDeviceKey()));
    const { blob } = await collectExport(exporter, session);
    await writeFile(join(folder, 'session.zip'), new Uint8Array(await blob.arrayBuffer()));
    endpoint = await startEndpointProcess(await findFreePort(), {
      RESIGHT_DATA: join(folder, 'data'),
      RESIGHT_ALLOWED_ORIGINS: 'loopback',
      RESIGHT_DEVICE_REQUESTS_PER_MINUTE: '100000',
    });
    first = await openApp(`${inject('appUrl')}?headless`);
    page = await opened(first.page);
    await page.locator('#headless-files').setInputFiles(join(folder, 'session.zip'));
    sessionId = await page.evaluate(() => window.resight!.importSession(0));
    await page.evaluate(
      async ([url, code]) => {
        await window.resight!.sync.connect(url, code, 'First device');
        await window.resight!.sync.openVault(null);
      },
      [endpoint.url, endpoint.pairingCode ?? ''] as const,
    );
    vaultKey = (await page.evaluate(() => window.resight!.sync.vaultKey())) ?? '';
  });

  afterAll(async () => {
    await first.close();
    await endpoint.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it(`has every session whole after ${BREAK_COUNT} crashes and reloads at random points of uploads`, async () => {
    const random = seededRandom(20_261_123);
    const beganMs = performance.now();
    await upload(page, sessionId);
    await expectAllDone(page);
    const usualMs = performance.now() - beganMs;
    for (let number = 1; number <= BREAK_COUNT; number += 1) {
      await upload(page, sessionId);
      await page.waitForTimeout(random() * LATEST_BREAK * usualMs);
      if (number % 2 === 0) {
        await opened(page);
      } else {
        await crash(page);
        const next = await first.context.newPage();
        await page.close();
        page = await opened(next);
      }
      await expectAllDone(page);
      expect(await outbox(page)).toHaveLength(number + 1);
    }
    const sessions = await remoteSessions(page);
    // Each break had an upload of its own; one that was packed again does not leave a second one behind.
    expect(sessions).toHaveLength(BREAK_COUNT + 1);
    expect(sessions.every(({ details }) => details?.title === MARKERS.title)).toBe(true);
  }, 300_000);

  it('holds exactly the bytes that the device announced', async () => {
    const pieces = join(folder, 'data', 'pieces');
    const names = (await readdir(pieces)).filter((name) => /^[0-9a-f-]{36}\.\d+$/.test(name));
    expect(names.length).toBe(BREAK_COUNT + 1);
    const found = await Promise.all(
      names.map(async (name) => {
        const bytes = await readFile(join(pieces, name));
        return createHash('sha256').update(bytes).digest('hex');
      }),
    );
    const token = await tokenOf(page);
    const answer = await fetch(`${endpoint.url}/api/sessions`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    const { sessions } = (await answer.json()) as {
      sessions: readonly { pieces: readonly { sha256: string }[] }[];
    }; // as the schema says, which the app has checked
    const announced = sessions.flatMap((session) => session.pieces.map(({ sha256 }) => sha256));
    expect([...announced].sort()).toEqual([...found].sort());
  });

  it('gives a session to another device, which imports it as it was', async () => {
    const { code } = await page.evaluate(() => window.resight!.sync.makeCode(['upload', 'read']));
    const second = await openApp(`${inject('appUrl')}?headless`);
    try {
      const other = await opened(second.page);
      await other.evaluate(
        async ([url, pairing, key]) => {
          await window.resight!.sync.connect(url, pairing, 'Second device');
          await window.resight!.sync.openVault(key);
        },
        [endpoint.url, code, vaultKey] as const,
      );
      const [session] = await remoteSessions(other);
      expect(session).toMatchObject({ isHere: false, details: { title: MARKERS.title } });
      await other.evaluate(
        (id) => window.resight!.sync.download(id, () => undefined, new AbortController().signal),
        session!.id,
      );
      const [[sent], [got]] = [await sessionRows(page), await sessionRows(other)];
      expect(got).toMatchObject({
        title: sent!.title,
        runId: sent!.runId,
        cameras: sent!.cameras,
        resultSets: sent!.resultSets,
        byteCount: sent!.byteCount,
      });
      expect((await remoteSessions(other))[0]).toMatchObject({ isHere: true });
      expect(second.faults).toEqual([]);
    } finally {
      await second.close();
    }
  });

  it('knows nothing of what is in them', async () => {
    await endpoint.kill();
    const texts = [...Object.values(MARKERS), vaultKey];
    expect(await filesWith(join(folder, 'data'), texts)).toEqual([]);
    const dump = await dumpDatabase(join(folder, 'data'));
    expect(dump).toContain('First device');
    for (const text of texts) expect(dump).not.toContain(text);
  });
});

/** As the app keeps it, with the browser's own means. */
function tokenOf(page: Page): Promise<string> {
  return page.evaluate(
    () =>
      new Promise<string>((resolve, reject) => {
        const opening = indexedDB.open('resight-sync');
        opening.onerror = () => reject(opening.error ?? new Error('not opened'));
        opening.onsuccess = () => {
          const reading = opening.result
            .transaction('connection')
            .objectStore('connection')
            .get('only');
          reading.onerror = () => reject(reading.error ?? new Error('not read'));
          reading.onsuccess = () => {
            opening.result.close();
            resolve((reading.result as { token: string }).token); // as the app wrote it
          };
        };
      }),
  );
}
