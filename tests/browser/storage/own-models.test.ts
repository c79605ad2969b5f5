import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OwnModels, type OwnModelKey } from '../../../src/storage/own-models';

const CACHE_NAME = 'resight-own-models-v1';
const SHA256 = 'ab'.repeat(32);
const FIRST: OwnModelKey = { sha256: SHA256, id: 'own-one' };
const SECOND: OwnModelKey = { sha256: SHA256, id: 'own-two' };

let models: OwnModels;

beforeEach(async () => {
  await caches.delete(CACHE_NAME);
  models = new OwnModels(caches, document.baseURI);
});

afterEach(() => caches.delete(CACHE_NAME));

describe('models of the user’s own', () => {
  it('are there for the next page, weights and description', async () => {
    await models.put(FIRST, new Blob(['weights']), { title: 'One' });
    const next = new OwnModels(caches, document.baseURI);
    expect(await next.list()).toEqual([{ key: FIRST, manifest: { title: 'One' } }]);
    expect(await (await next.file(SHA256))?.text()).toBe('weights');
  });

  it('made of one file share its weights, which go with the last of them', async () => {
    const file = new Blob(['weights']);
    await models.put(FIRST, file, { title: 'One' });
    await models.put(SECOND, file, { title: 'Two' });
    await models.remove(FIRST);
    expect(await models.list()).toEqual([{ key: SECOND, manifest: { title: 'Two' } }]);
    expect(await models.file(SHA256)).not.toBeNull();
    await models.remove(SECOND);
    expect(await models.file(SHA256)).toBeNull();
    expect(await (await caches.open(CACHE_NAME)).keys()).toEqual([]);
  });

  it('give way to one with the same key', async () => {
    await models.put(FIRST, new Blob(['weights']), { title: 'One' });
    await models.put(FIRST, new Blob(['weights']), { title: 'One, renamed' });
    expect(await models.list()).toEqual([{ key: FIRST, manifest: { title: 'One, renamed' } }]);
  });

  it('are not half there when the description could not be kept', async () => {
    // JSON has no such number: what comes after the weights fails.
    const unwritable = { bytes: 1n };
    await expect(models.put(FIRST, new Blob(['weights']), unwritable)).rejects.toThrow();
    expect(await models.file(SHA256)).toBeNull();
  });

  it('cannot be kept on a page that is not secure, which is said', async () => {
    const nowhere = new OwnModels(undefined, document.baseURI);
    expect(await nowhere.list()).toEqual([]);
    await expect(nowhere.put(FIRST, new Blob(), {})).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
  });
});
