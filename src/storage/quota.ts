import type { StorageUsage } from '../contracts/gallery';

/** The storage manager of a page; a worker's has no `persist`. Absent on plain http and in Node. */
interface AnyStorageManager {
  estimate?(): Promise<{ usage?: number; quota?: number }>;
  persisted?(): Promise<boolean>;
  persist?(): Promise<boolean>;
}

function storageManager(): AnyStorageManager {
  // `navigator` and `storage` are typed as always there; on plain http and in Node 20 they are not.
  const { navigator } = globalThis as { navigator?: { storage?: AnyStorageManager } };
  return navigator?.storage ?? {};
}

/**
 * What this whole origin uses and may use, in bytes, as the browser reports it (browsers round and
 * pad these). 0 of 0 where the browser does not tell.
 */
export async function originUsage(): Promise<
  Pick<StorageUsage, 'usedBytes' | 'quotaBytes' | 'isPersistent'>
> {
  const storage = storageManager();
  const estimate = (await storage.estimate?.()) ?? {};
  return {
    usedBytes: estimate.usage ?? 0,
    quotaBytes: estimate.quota ?? 0,
    isPersistent: (await storage.persisted?.()) ?? false,
  };
}

/** How many bytes this origin may still write, about; null where the browser does not tell. */
export async function readFreeBytes(): Promise<number | null> {
  const { usedBytes, quotaBytes } = await originUsage();
  return quotaBytes === 0 ? null : Math.max(0, quotaBytes - usedBytes);
}

/**
 * Asks the browser to keep this origin's data when the disk runs low; some browsers ask the user, so
 * call it after a gesture, and from the page (a worker cannot ask). Resolves with whether it is kept:
 * false when refused, and where there is nothing to ask.
 */
export async function requestPersistence(): Promise<boolean> {
  const storage = storageManager();
  return (await storage.persist?.()) ?? (await storage.persisted?.()) ?? false;
}
