import type { Logger } from 'pino';
import type { EndpointConfig } from '../config';
import type { Database } from './database';
import { endWhenDead } from './end-when-dead';
import { openEmbeddedDatabase } from './embedded-database';
import { openServerDatabase } from './server-database';

/**
 * The database of the configuration, with its schema up to date: a server's when there is a URL, else the embedded one. Throws
 * FolderInUseError, DatabaseTooNewError, or what the driver throws when the server cannot be reached.
 */
export async function openDatabase(
  config: Pick<EndpointConfig, 'databaseUrl' | 'dataFolder'>,
  log: Logger,
): Promise<Database> {
  if (config.databaseUrl !== null) return openServerDatabase(config.databaseUrl, log);
  return endWhenDead(await openEmbeddedDatabase({ dataFolder: config.dataFolder }), (error) => {
    log.fatal({ err: error }, 'the embedded database gave up, and the endpoint ends with it');
    process.exit(1);
  });
}
