import { syncMigration } from './0001-sync';
import type { Migration } from './migration';

/** The whole history of the database of what is sent, oldest first. A new version is a new file and a new line here. */
export const SYNC_MIGRATIONS: readonly Migration[] = [syncMigration];
