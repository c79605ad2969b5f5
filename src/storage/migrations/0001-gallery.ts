import type { Migration } from './migration';

/**
 * The first gallery: vehicles, sightings, pictures, descriptors. Released; never edited again.
 * Names are written out here because the schema's own may change later and this must not.
 */
export const galleryMigration: Migration = {
  version: 1,
  migrate(database) {
    const vehicles = database.createObjectStore('vehicles', { keyPath: 'id' });
    vehicles.createIndex('byLastSeen', ['lastSeenUnixMs', 'number']);
    vehicles.createIndex('byNumber', 'number', { unique: true });

    const sightings = database.createObjectStore('sightings', { keyPath: 'id' });
    sightings.createIndex('byVehicle', ['vehicleId', 'startUnixMs']);
    sightings.createIndex('byEnd', 'endUnixMs');
    sightings.createIndex('byCandidate', 'candidateVehicleIds', { multiEntry: true });

    const crops = database.createObjectStore('crops', { keyPath: 'id' });
    crops.createIndex('bySighting', 'sightingId');

    const recent = database.createObjectStore('recentDescriptors', {
      keyPath: 'sequence',
      autoIncrement: true,
    });
    recent.createIndex('bySighting', 'sightingId', { unique: true });
    recent.createIndex('bySpace', ['space', 'sequence']);

    const blocks = database.createObjectStore('vectorBlocks', {
      keyPath: 'id',
      autoIncrement: true,
    });
    blocks.createIndex('bySpace', 'space');
    blocks.createIndex('bySighting', 'sightingIds', { multiEntry: true });

    database.createObjectStore('meta');
  },
};
