import type { Migration } from './migration';

/**
 * Several embedding spaces at once, and what is known of pairs: a sighting may have a descriptor in each of two spaces
 * while the gallery is made over for another embedder. Released; never edited again.
 */
export const spacesMigration: Migration = {
  version: 2,
  migrate(database, transaction) {
    const recent = transaction.objectStore('recentDescriptors');
    recent.deleteIndex('bySighting');
    recent.createIndex('bySighting', ['sightingId', 'space'], { unique: true });

    // Null is no key: those without a descriptor are not in it.
    transaction.objectStore('sightings').createIndex('bySpace', 'space');

    const samples = database.createObjectStore('samples', { keyPath: 'sightingId' });
    samples.createIndex('byEnd', 'endUnixMs');
    samples.createIndex('byCompanion', 'companionIds', { multiEntry: true });

    const pairs = database.createObjectStore('confirmedPairs', { keyPath: 'sightings' });
    pairs.createIndex('bySighting', 'sightings', { multiEntry: true });
    pairs.createIndex('byTime', 'confirmedUnixMs');

    database.createObjectStore('state');
  },
};
