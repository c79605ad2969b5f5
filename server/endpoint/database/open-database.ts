import type { Logger } from 'pino';
import type { EndpointConfig } from '../config';
import type { Database } from './database';
import { openEmbeddedDatabase } from './embedded-database';
import { openServerDatabase } from './server-database';

/**
 * The database of the configuration, with its schema up to date: a server's when there is a URL, else the embedded one. Throws
 * FolderInUseError, DatabaseTooNewError, or what the driver throws when the server cannot be reached.
 */
export function openDatabase(
  config: Pick<EndpointConfig, 'databaseUrl' | 'dataFolder'>,
  log: Logger,
): Promise<Database> {
  if (config.databaseUrl !== null) return openServerDatabase(config.databaseUrl, log);
  return openEmbeddedDatabase({ dataFolder: config.dataFolder });
}
