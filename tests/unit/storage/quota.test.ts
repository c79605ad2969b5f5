import { afterEach, describe, expect, test, vi } from 'vitest';
import { originUsage, requestPersistence } from '../../../src/storage/quota';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('storage of the origin', () => {
  test('is told as the browser reports it', async () => {
    vi.stubGlobal('navigator', {
      storage: {
        estimate: () => Promise.resolve({ usage: 3, quota: 10 }),
        persisted: () => Promise.resolve(true),
      },
    });
    expect(await originUsage()).toEqual({ usedBytes: 3, quotaBytes: 10, isPersistent: true });
  });

  test('is nothing of nothing where the browser does not tell', async () => {
    vi.stubGlobal('navigator', undefined);
    expect(await originUsage()).toEqual({ usedBytes: 0, quotaBytes: 0, isPersistent: false });
    vi.stubGlobal('navigator', { storage: {} });
    expect(await originUsage()).toEqual({ usedBytes: 0, quotaBytes: 0, isPersistent: false });
  });
});

describe('asking for persistence', () => {
  test('answers what the browser decided', async () => {
    vi.stubGlobal('navigator', { storage: { persist: () => Promise.resolve(true) } });
    expect(await requestPersistence()).toBe(true);
    vi.stubGlobal('navigator', { storage: { persist: () => Promise.resolve(false) } });
    expect(await requestPersistence()).toBe(false);
  });

  test('answers what holds already where there is nobody to ask', async () => {
    vi.stubGlobal('navigator', { storage: { persisted: () => Promise.resolve(true) } });
    expect(await requestPersistence()).toBe(true);
    vi.stubGlobal('navigator', undefined);
    expect(await requestPersistence()).toBe(false);
  });
});
