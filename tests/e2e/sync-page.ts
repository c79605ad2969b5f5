import type { Page } from 'playwright-core';
import { expect, inject } from 'vitest';
import type { RemoteSession, SyncState, UploadChoice } from '../../src/contracts/sync';
import { startEndpointProcess, type EndpointProcess } from '../support/endpoint-process';

/* Both sides of an endpoint: the process, and pages without a screen (`?headless`) that are asked. */

/** An endpoint that pages of this machine may ask as often as they like. */
export function startEndpointFor(port: number, dataFolder: string): Promise<EndpointProcess> {
  return startEndpointProcess(port, {
    RESIGHT_DATA: dataFolder,
    RESIGHT_ALLOWED_ORIGINS: 'loopback',
    RESIGHT_DEVICE_REQUESTS_PER_MINUTE: '100000',
  });
}

/** Opens the app, and resolves once it goes on with what it has to send. */
export async function openHeadless(page: Page, query = '?headless'): Promise<Page> {
  await page.goto(`${inject('appUrl')}${query}`);
  await page.waitForFunction(() => window.resight !== undefined);
  // Without a screen it begins with the first call.
  await outbox(page);
  return page;
}

/** Imports a session file; its id here. */
export async function importFile(page: Page, path: string): Promise<string> {
  await page.locator('#headless-files').setInputFiles(path);
  return page.evaluate(() => window.resight!.importSession(0));
}

/** Pairs with an endpoint. `vaultKey` null: makes a vault there. */
export async function connect(
  page: Page,
  url: string,
  code: string,
  deviceName: string,
  vaultKey: string | null,
): Promise<void> {
  await page.evaluate(
    async ([address, pairingCode, name, key]) => {
      await window.resight!.sync.connect(address, pairingCode, name);
      await window.resight!.sync.openVault(key);
    },
    [url, code, deviceName, vaultKey] as const,
  );
}

export function syncState(page: Page): Promise<SyncState> {
  return page.evaluate(() => {
    const { sync } = window.resight!;
    // The first call looks at what is kept; the state is what it found.
    return sync.ledger().then(() => sync.state);
  });
}

/** Everything that was to be sent, oldest first. */
export async function outbox(page: Page): Promise<SyncState['outbox']> {
  return (await syncState(page)).outbox;
}

/** Queues a session, whole and encrypted. */
export function upload(page: Page, sessionId: string, isPublished = false): Promise<void> {
  const choice: UploadChoice = { sessionId, without: [], isPublished };
  return page.evaluate((chosen) => window.resight!.sync.upload(chosen), choice);
}

/** As the button: what waits for its next try has it now. */
export function tryNow(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const { sync } = window.resight!;
    const waiting = sync.state.outbox.filter(({ state }) => state === 'waiting');
    for (const { id } of waiting) await sync.resumeUpload(id);
  });
}

/** Resolves when everything in the outbox is done; told in the failure what is not. */
export async function untilAllSent(page: Page): Promise<void> {
  await expect
    .poll(async () => (await outbox(page)).map(({ state, error }) => error ?? state), {
      timeout: 60_000,
      interval: 200,
    })
    .toSatisfy((states: readonly unknown[]) => states.every((state) => state === 'done'));
}

/** Everything in the catalogue, newest first. */
export function remoteSessions(page: Page): Promise<readonly RemoteSession[]> {
  return page.evaluate(async () => {
    const found = [];
    let cursor: string | null = null;
    do {
      const everything = { fromDay: null, toDay: null, text: '' };
      const answer = await window.resight!.sync.remote(everything, cursor);
      found.push(...answer.sessions);
      cursor = answer.cursor;
    } while (cursor !== null);
    return found;
  });
}

/** Gets a session from the endpoint; its id here. */
export function download(page: Page, id: string): Promise<string> {
  return page.evaluate(
    (remoteId) =>
      window.resight!.sync.download(remoteId, () => undefined, new AbortController().signal),
    id,
  );
}

/** Rows of a store, as the app keeps what it sends, with the browser's own means. */
export function syncRows(page: Page, storeName: string): Promise<readonly unknown[]> {
  return page.evaluate(
    (name) =>
      new Promise<unknown[]>((resolve, reject) => {
        const opening = indexedDB.open('resight-sync');
        opening.onerror = () => reject(opening.error ?? new Error('not opened'));
        opening.onsuccess = () => {
          const reading = opening.result.transaction(name).objectStore(name).getAll();
          reading.onerror = () => reject(reading.error ?? new Error('not read'));
          reading.onsuccess = () => {
            opening.result.close();
            resolve(reading.result);
          };
        };
      }),
    storeName,
  );
}

/** Of the connection there is. */
export async function tokenOf(page: Page): Promise<string> {
  const [connection] = (await syncRows(page, 'connection')) as readonly { token: string }[]; // as the app wrote it
  if (!connection) throw new Error('Expected a connection, found none.');
  return connection.token;
}
