import { sessionsMigration } from './0001-sessions';
import type { Migration } from './migration';

/** The whole history of the sessions' database, oldest first. A new version is a new file and a new line here. */
export const SESSION_MIGRATIONS: readonly Migration[] = [sessionsMigration];
