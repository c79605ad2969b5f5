import { SessionPlace } from '../../../src/storage/session-place';

/** https://wicg.github.io/storage-buckets/: a quota of its own, and the same databases and files inside. */
interface StorageBucket {
  readonly indexedDB: IDBFactory;
  getDirectory(): Promise<FileSystemDirectoryHandle>;
}

interface StorageBuckets {
  open(name: string, options?: { quota: number }): Promise<StorageBucket>;
  delete(name: string): Promise<void>;
}

function buckets(): StorageBuckets {
  const { storageBuckets } = navigator as { storageBuckets?: StorageBuckets }; // not in TypeScript's library yet
  if (!storageBuckets) throw new Error('Expected Chromium with storage buckets');
  return storageBuckets;
}

/** Makes a disk of that many bytes. */
export async function makeSmallDisk(name: string, quotaBytes: number): Promise<void> {
  await buckets().open(name, { quota: quotaBytes });
}

/** Its private files. */
export async function smallDiskFolder(name: string): Promise<FileSystemDirectoryHandle> {
  return (await buckets().open(name)).getDirectory();
}

export async function removeSmallDisk(name: string): Promise<void> {
  await buckets().delete(name);
}

/** Sessions in a bucket (from then on this context has no other databases), or, with null, where the app has them. */
export async function placeIn(databaseName: string, bucket: string | null): Promise<SessionPlace> {
  if (bucket === null) return new SessionPlace(databaseName);
  const disk = await buckets().open(bucket);
  Object.defineProperty(globalThis, 'indexedDB', { value: disk.indexedDB, configurable: true });
  return new SessionPlace(databaseName, () => disk.getDirectory());
}
