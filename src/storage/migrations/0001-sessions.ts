import type { Migration } from './migration';

/** The first sessions. Released; never edited again. Names are written out here as in the gallery's migrations. */
export const sessionsMigration: Migration = {
  version: 1,
  migrate(database) {
    const sessions = database.createObjectStore('sessions', { keyPath: 'id' });
    sessions.createIndex('byCreated', 'createdUnixMs');

    database.createObjectStore('segments', { keyPath: ['sessionId', 'cameraId', 'index'] });
    database.createObjectStore('crops', { keyPath: ['sessionId', 'part'] });

    const vehicles = database.createObjectStore('sessionVehicles', {
      keyPath: ['sessionId', 'vehicleId'],
    });
    vehicles.createIndex('byVehicle', 'vehicleId');

    database.createObjectStore('keys');
  },
};
