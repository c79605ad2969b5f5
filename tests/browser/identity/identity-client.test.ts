import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IdentityClient } from '../../../src/runtime/identity-client';
import { deleteDatabase } from '../../../src/storage/delete-database';

const createWorker = (): Worker =>
  new Worker(new URL('../../../workers/identity.worker.ts', import.meta.url), { type: 'module' });

const databaseNames = async (): Promise<readonly (string | undefined)[]> =>
  (await indexedDB.databases()).map(({ name }) => name);

describe('a guest gallery', () => {
  const own = `own-${crypto.randomUUID()}`;
  const guest = `guest-${crypto.randomUUID()}`;
  let client: IdentityClient;
  let changeCount: number;

  beforeEach(() => {
    client = new IdentityClient(createWorker, own);
    changeCount = 0;
    client.onChanged(() => (changeCount += 1));
  });

  afterEach(() => {
    client.leaveGuest();
  });

  it('is used instead of the own one until it is left, and is gone then', async () => {
    await client.ready();
    expect(client.isGuest).toBe(false);
    await client.enterGuest(guest);
    await client.ready();
    expect(client.isGuest).toBe(true);
    expect(await databaseNames()).toEqual(expect.arrayContaining([own, guest]));
    client.leaveGuest();
    expect(client.isGuest).toBe(false);
    expect(changeCount).toBe(2);
    await expect.poll(databaseNames).not.toContain(guest);
    expect((await client.usage()).vehicleCount).toBe(0);
    expect(await databaseNames()).toContain(own);
  });

  it('is empty each time, whatever an earlier one left behind', async () => {
    await new Promise((resolve, reject) => {
      const request = indexedDB.open(guest, 1);
      request.onupgradeneeded = () => request.result.createObjectStore('leftover');
      request.onerror = reject;
      request.onsuccess = () => {
        request.result.close();
        resolve(null);
      };
    });
    await client.enterGuest(guest);
    expect(await client.usage()).toMatchObject({ vehicleCount: 0, sightingCount: 0 });
  });

  it('that another tab has open is refused, and the own one stays in use', async () => {
    const other = new IdentityClient(createWorker, `own-${crypto.randomUUID()}`);
    await other.enterGuest(guest);
    await other.ready();
    await expect(client.enterGuest(guest)).rejects.toMatchObject({ code: 'GALLERY_IN_USE' });
    expect(client.isGuest).toBe(false);
    other.leaveGuest();
  });

  it('deletes a database that nobody has', async () => {
    await expect(deleteDatabase(`none-${crypto.randomUUID()}`)).resolves.toBeUndefined();
  });
});
