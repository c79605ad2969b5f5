import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SessionRetention } from '../../../src/contracts/session';
import { SessionLibrary } from '../../../src/runtime/session-library';
import { SettingsKeeper } from '../../../src/runtime/settings-keeper';
import { SESSIONS_DATABASE_NAME } from '../../../src/storage/session-changes';
import { makeSession } from '../../support/make-session';
import { storeSession } from '../export/store-session';
import { SessionBench } from './session-fixtures';

const bench = new SessionBench();
// It is the app's own database: other tests may have left sessions there.
beforeEach(async () => {
  const page = openPage(new Map());
  const { sessions } = await page.list({ offset: 0, count: 10_000 });
  await page.remove(sessions.map(({ id }) => id));
});
afterEach(() => bench.clear());

/** A page of the app with the real worker; pages share what the device remembers. */
function openPage(device: Map<string, string>): SessionLibrary {
  return new SessionLibrary({
    createKeeper: () =>
      new Worker(new URL('../../../workers/session-keeper.worker.ts', import.meta.url), {
        type: 'module',
      }),
    settings: new SettingsKeeper({
      get: (key) => device.get(key) ?? null,
      set: (key, value) => void device.set(key, value),
      remove: (key) => void device.delete(key),
    }),
  });
}

async function record(): Promise<string> {
  const { remote } = await bench.host(SESSIONS_DATABASE_NAME);
  return storeSession(remote, makeSession({ durationS: 5, kind: 'crops' }));
}

const idsOf = async (page: SessionLibrary): Promise<readonly string[]> =>
  (await page.list({ offset: 0, count: 99 })).sessions.map(({ id }) => id);

describe('what the user lets be kept', () => {
  test('applies at once, and to what is recorded after the page was loaded again', async () => {
    const device = new Map<string, string>();
    const page = openPage(device);
    const older = await record();
    const newer = await record();
    const { sessionBytes } = await page.usage();
    const limit: SessionRetention = {
      maxAgeDays: null,
      maxPictureAgeDays: null,
      maxBytes: sessionBytes - 1,
    };
    const removal = await page.setRetention(limit);
    expect(removal.sessionCount).toBe(1);
    expect(await idsOf(page)).toEqual([newer]);
    await expect(page.open(older)).resolves.toBeNull();

    const reloaded = openPage(device);
    await reloaded.start();
    expect(await idsOf(reloaded)).toEqual([newer]);
    const newest = await record();
    await expect.poll(() => idsOf(reloaded)).toEqual([newest]);

    await reloaded.setRetention({ ...limit, maxBytes: null });
    const another = await record();
    expect(new Set(await idsOf(reloaded))).toEqual(new Set([newest, another]));
  });
});
