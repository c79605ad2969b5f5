import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { CatalogueSession } from '../../src/core/sync-api/catalogue';
import { createRandom, type Random } from '../../src/street/random';
import { dumpDatabase, filesWith } from '../support/endpoint-dump';
import { openApp } from './browser-page';
import { readCatalogue } from './catalogue-reader';
import { writePaddedSession } from './padded-session';
import { privateFiles, sessionRows } from './stored-sessions';
import {
  connect,
  download,
  importFile,
  openHeadless,
  outbox,
  remoteSessions,
  tokenOf,
  untilAllSent,
  upload,
} from './sync-page';
import { UploadVictims, type PieceFiles, type Victim } from './upload-victims';

const KILL_COUNT = 20;
/** What is killed, in turn. */
const VICTIMS: readonly Victim[] = ['browser', 'server', 'both', 'page'];
/** Uploads that are broken, one after the other. */
const UPLOAD_COUNT = 3;
/** As part of an upload that nobody breaks. What comes next after some bytes arrived falls into it: encrypting, completing, packing. */
const LONGEST_DELAY = 0.1;
/** For reading what was sent last once more. */
const READ_PATIENCE_MS = 30_000;
/** A session is sent in three pieces. */
const PADDING_BYTES = 40_000_000;
const MARKS = {
  title: 'MARKER-IN-THE-TITLE',
  camera: 'MARKER-IN-A-CAMERA',
  crop: 'MARKER-IN-A-PICTURE',
};

describe('an endpoint', () => {
  let folder: string;
  let victims: UploadVictims;
  let sessionId: string;
  let vaultKey: string;
  /** As the catalogue lists them, read whole. */
  let listed: readonly CatalogueSession[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resight-sync-'));
    await writePaddedSession(join(folder, 'session.zip'), MARKS, PADDING_BYTES);
    victims = await UploadVictims.start(join(folder, 'data'));
    const { page, endpoint } = victims;
    sessionId = await importFile(page, join(folder, 'session.zip'));
    await connect(page, endpoint.url, endpoint.pairingCode ?? '', 'First device', null);
    vaultKey = (await page.evaluate(() => window.resight!.sync.vaultKey())) ?? '';
  });

  afterAll(async () => {
    await victims.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it(`has every session whole after browser, endpoint and page were killed at ${KILL_COUNT} random points of uploads`, async () => {
    const reader = readCatalogue(victims.endpoint.url, await tokenOf(victims.page));
    const beganMs = performance.now();
    await upload(victims.page, sessionId);
    await untilAllSent(victims.page);
    const usualMs = performance.now() - beganMs;
    const [{ totalBytes } = { totalBytes: NaN }] = await outbox(victims.page);
    for (let number = 1; number <= UPLOAD_COUNT; number += 1) await upload(victims.page, sessionId);
    const found = await killAtRandom(victims, totalBytes, usualMs);
    await untilAllSent(victims.page);
    // Every upload is there once: one that was begun again would be there twice, or some of it under another name.
    await expect
      .poll(() => reader.whole.size, { timeout: READ_PATIENCE_MS })
      .toBe(UPLOAD_COUNT + 1);
    await reader.stop();
    listed = [...reader.whole.values()];
    const now = await victims.pieceFiles();
    expect([...now.keys()].sort()).toEqual(listed.flatMap(pieceNames).sort());
    expect(begunAgain([...found, now])).toEqual([]);
    const ledger = await victims.page.evaluate(() => window.resight!.sync.ledger());
    expect(ledger.filter(({ what }) => what === 'session-encrypted')).toHaveLength(listed.length);
    // Nothing packed or encrypted is left on the device.
    expect(await privateFiles(victims.page, 'sync')).toEqual([]);
    const places = found.map((files) => placeOf(files, listed));
    // Where one lands depends on the machine: mostly in an upload, and then mostly in a piece.
    const insideCount = places.filter((place) => place !== 'outside').length;
    expect(insideCount, places.join(', ')).toBeGreaterThanOrEqual(KILL_COUNT / 3);
    expect(places).toContain('in a piece');
  }, 300_000);

  it('holds exactly the bytes that the device announced', async () => {
    const sessions = await remoteSessions(victims.page);
    expect(sessions.every(({ details }) => details?.title === MARKS.title)).toBe(true);
    for (const session of listed) {
      for (const [index, { sha256 }] of session.pieces.entries()) {
        const bytes = await readFile(join(folder, 'data', 'pieces', `${session.id}.${index}`));
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
      }
    }
  });

  it('gives a session to another device, which imports it as it was', async () => {
    const { page, endpoint } = victims;
    const { code } = await page.evaluate(() => window.resight!.sync.makeCode(['upload', 'read']));
    const second = await openApp(`${inject('appUrl')}?headless`);
    try {
      const other = await openHeadless(second.page);
      await connect(other, endpoint.url, code, 'Second device', vaultKey);
      const [session] = await remoteSessions(other);
      expect(session).toMatchObject({ hereId: null, details: { title: MARKS.title } });
      await download(other, session!.id);
      const [[sent], [got]] = [await sessionRows(page), await sessionRows(other)];
      expect(got).toMatchObject({
        title: sent!.title,
        runId: sent!.runId,
        cameras: sent!.cameras,
        resultSets: sent!.resultSets,
        byteCount: sent!.byteCount,
      });
      expect((await remoteSessions(other))[0]).toMatchObject({ hereId: got!.id });
      expect(second.faults).toEqual([]);
    } finally {
      await second.close();
    }
  });

  it('knows nothing of what is in them', async () => {
    await victims.endpoint.kill();
    const texts = [...Object.values(MARKS), vaultKey];
    expect(await filesWith(join(folder, 'data'), texts)).toEqual([]);
    const dump = await dumpDatabase(join(folder, 'data'));
    expect(dump).toContain('First device');
    for (const text of texts) expect(dump).not.toContain(text);
  });
});

/** Returns what the endpoint had each time. `usualBytes`, `usualMs`: of an upload that nobody breaks; one is there already. */
async function killAtRandom(
  victims: UploadVictims,
  usualBytes: number,
  usualMs: number,
): Promise<readonly PieceFiles[]> {
  const random: Random = createRandom(20_261_123);
  const points = Array.from({ length: KILL_COUNT }, () => random.next() * UPLOAD_COUNT);
  const found: PieceFiles[] = [];
  for (const [number, point] of points.sort((a, b) => a - b).entries()) {
    await victims.untilReceived(usualBytes * (1 + point));
    // Half of them while bytes arrive, half while something else is done.
    if (random.next() < 0.5) await sleep(random.next() * LONGEST_DELAY * usualMs);
    found.push(await victims.kill(VICTIMS[number % VICTIMS.length] ?? 'both'));
  }
  return found;
}

/** Pieces that had bytes when something was killed, and were in another file at the next look. */
function begunAgain(looks: readonly PieceFiles[]): readonly string[] {
  return looks.slice(0, -1).flatMap((files, at) =>
    [...files]
      .filter(([name, { byteCount, inode }]) => {
        return byteCount > 0 && looks[at + 1]?.get(name)?.inode !== inode;
      })
      .map(([name, { byteCount }]) => `${name} had ${byteCount} bytes`),
  );
}

function pieceNames({ id, pieces }: CatalogueSession): readonly string[] {
  return pieces.map((_, index) => `${id}.${index}`);
}

/** Where in an upload the endpoint was that had these files. */
function placeOf(
  files: PieceFiles,
  sessions: readonly CatalogueSession[],
): 'in a piece' | 'between pieces' | 'outside' {
  for (const session of sessions) {
    const bytes = pieceNames(session).map((name) => files.get(name)?.byteCount ?? 0);
    const sum = bytes.reduce((total, each) => total + each, 0);
    if (sum === 0 || sum === session.byteCount) continue;
    const isPart = (each: number, index: number): boolean =>
      each > 0 && each < (session.pieces[index]?.byteCount ?? 0);
    return bytes.some(isPart) ? 'in a piece' : 'between pieces';
  }
  return 'outside';
}
