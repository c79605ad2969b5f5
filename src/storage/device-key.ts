import { SESSIONS_DATABASE_NAME } from './session-changes';
import { SessionDatabase } from './session-database';
import { toStorageError } from './storage-error';

/** Key in the store `keys`. */
const DEVICE_KEY = 'device';

/**
 * The key pair that signs session files on this device: ECDSA P-256, made when first asked for. The private key cannot be taken out of the
 * browser; it goes with the site's data, and another pair is made then. Throws AppError STORAGE_*.
 */
export async function deviceKey(databaseName = SESSIONS_DATABASE_NAME): Promise<CryptoKeyPair> {
  const sessions = new SessionDatabase(databaseName);
  try {
    return (await storedPair(sessions)) ?? (await storePair(sessions, await makePair()));
  } finally {
    sessions.close();
  }
}

async function storedPair(sessions: SessionDatabase): Promise<CryptoKeyPair | null> {
  return sessions.use('read the device’s key', async (database) =>
    readPair(await database.get('keys', DEVICE_KEY)),
  );
}

/** Another tab may have been faster: then its pair counts, in one transaction. */
async function storePair(sessions: SessionDatabase, made: CryptoKeyPair): Promise<CryptoKeyPair> {
  return sessions.use('keep the device’s key', async (database) => {
    const transaction = database.transaction('keys', 'readwrite', { durability: 'strict' });
    const found = readPair(await transaction.store.get(DEVICE_KEY));
    if (!found) await transaction.store.put(made, DEVICE_KEY);
    await transaction.done;
    return found ?? made;
  });
}

async function makePair(): Promise<CryptoKeyPair> {
  try {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    return await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  } catch (error) {
    throw toStorageError(error, 'make a key for this device');
  }
}

function readPair(value: unknown): CryptoKeyPair | null {
  if (typeof value !== 'object' || value === null) return null;
  const { privateKey, publicKey } = value as Partial<Record<keyof CryptoKeyPair, unknown>>; // any object may be asked for its keys
  return privateKey instanceof CryptoKey && publicKey instanceof CryptoKey
    ? { privateKey, publicKey }
    : null;
}
