import type { Logger } from 'pino';
import type { Scope } from '../../src/core/sync-api/access';
import { leaveCode } from './access/code-inbox';
import { makePairingCode, type PairingCode } from './access/pairing-codes';
import type { EndpointConfig } from './config';
import { FolderInUseError } from './database/folder-lock';
import { openDatabase } from './database/open-database';

/**
 * Makes a pairing code, whether the endpoint runs or not. With the embedded database, which only one process can open, a running
 * endpoint finds it in its data folder.
 */
export async function makeCodeBeside(
  config: EndpointConfig,
  scopes: readonly Scope[],
  log: Logger,
): Promise<PairingCode> {
  try {
    const database = await openDatabase(config, log);
    try {
      return await makePairingCode(database, scopes, Date.now());
    } finally {
      await database.close();
    }
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    return leaveCode(config.dataFolder, scopes, Date.now());
  }
}
