import type { Migration } from './migration';

/** The first database of what is sent to an endpoint. Released; never edited again. Names are written out here as in the gallery's migrations. */
export const syncMigration: Migration = {
  version: 1,
  migrate(database) {
    database.createObjectStore('connection');
    database.createObjectStore('settings');
    database.createObjectStore('outbox', { keyPath: 'id' });
    database.createObjectStore('flights', { keyPath: 'uploadId' });
    database.createObjectStore('ledger', { autoIncrement: true });
    database.createObjectStore('edits', { keyPath: 'field' });
    database.createObjectStore('seenValues', { keyPath: 'field' });
    database.createObjectStore('editLog');
  },
};
