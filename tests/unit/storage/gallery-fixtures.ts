import { openDB } from 'idb';
import type { Sighting } from '../../../src/contracts/gallery';
import type { MatchCandidate } from '../../../src/contracts/match';
import type { SightingRecord } from '../../../src/storage/commit-sighting';

/** A space that has the shape of a real one. */
export const SPACE = `${'a'.repeat(64)}:1`;

/** 2026-03-01T12:00:00Z, so that ages in tests are round numbers. */
export const NOON_UNIX_MS = 1_772_366_400_000;

export const DAY_MS = 86_400_000;

let databaseCount = 0;

/** A database name no other test uses. */
export function freshName(): string {
  databaseCount += 1;
  return `gallery-test-${databaseCount}-${Math.random().toString(36).slice(2)}`;
}

/** A sighting of one second by vehicle `v1`; everything may be overridden. */
export function sighting(change: Partial<Sighting> = {}): Sighting {
  const vehicleId = change.vehicleId ?? 'v1';
  return {
    id: 's1',
    vehicleId,
    runId: 'run-1',
    cameraId: 'camera-1',
    cameraLabel: 'Front door',
    sourceKind: 'camera',
    vehicleClass: 'car',
    startUnixMs: NOON_UNIX_MS,
    endUnixMs: NOON_UNIX_MS + 1_000,
    originUnixMs: NOON_UNIX_MS,
    startMediaUs: null,
    endMediaUs: null,
    hitCount: 10,
    space: null,
    cropId: null,
    decision: {
      outcome: 'new',
      vehicleId,
      vehicleNumber: 1,
      similarity: null,
      thresholds: { accept: 0.6, keep: 0.5 },
      candidates: [],
      cropTimesUs: [0],
      requiredSimilarity: null,
      revisionCount: 0,
    },
    ...change,
  };
}

/** A record as the identity worker hands it over: with picture and vector, unless told otherwise. */
export function record(
  change: Partial<Sighting> = {},
  rest: Partial<Omit<SightingRecord, 'sighting'>> = {},
): SightingRecord {
  const whole = sighting({ cropId: `crop-${change.id ?? 's1'}`, space: SPACE, ...change });
  return {
    sighting: whole,
    vehicleNumber: 1,
    crop: whole.cropId === null ? null : picture(whole.cropId),
    vector: whole.space === null ? null : Float32Array.of(1, 0, 0, 0),
    sample: null,
    ...rest,
  };
}

/** A candidate that names a vehicle in the evidence of another. */
export function candidate(vehicleId: string, vehicleNumber: number): MatchCandidate {
  return {
    vehicleId,
    vehicleNumber,
    sightingId: `of-${vehicleId}`,
    similarity: 0.4,
    excludedBecause: null,
  };
}

/** Bytes that stand for a picture and can be told apart. */
export function picture(text: string): Blob {
  return new Blob([text], { type: 'image/webp' });
}

/** Everything in a database, read past the gallery: values of each store by name. */
export async function rawStores(name: string): Promise<Record<string, unknown[]>> {
  const database = await openDB(name);
  const stores: Record<string, unknown[]> = {};
  for (const store of database.objectStoreNames) stores[store] = await database.getAll(store);
  database.close();
  return stores;
}

/** Writes a value past the gallery, as damage or a foreign program would. */
export async function putRaw(
  name: string,
  store: string,
  value: unknown,
  key?: IDBValidKey,
): Promise<void> {
  const database = await openDB(name);
  await database.put(store, value, key);
  database.close();
}

/** A vector of a given length whose first number tells it apart. */
export function vector(first: number, dimension = 4): Float32Array {
  const values = new Float32Array(dimension);
  values[0] = first;
  return values;
}
