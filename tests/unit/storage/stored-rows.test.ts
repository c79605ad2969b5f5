import { describe, expect, test } from 'vitest';
import type {
  CropRow,
  RecentDescriptorRow,
  SightingRow,
  VectorBlockRow,
  VehicleRow,
} from '../../../src/storage/schema';
import {
  readCropRow,
  readRecentDescriptorRow,
  readSightingRow,
  readVectorBlockRow,
  readVehicleRow,
} from '../../../src/storage/stored-rows';
import { packBlock } from '../../../src/storage/vector-blocks';
import { candidate, picture, sighting, SPACE, vector } from './gallery-fixtures';

const descriptor: RecentDescriptorRow = {
  sightingId: 's1',
  vehicleId: 'v1',
  vehicleNumber: 1,
  cameraId: 'camera',
  runId: 'run',
  startUnixMs: 1,
  endUnixMs: 2,
  space: SPACE,
  vector: vector(1),
};

const { decision } = sighting();

const vehicleRow: VehicleRow = {
  id: 'v1',
  number: 1,
  vehicleClass: 'bus',
  sightingCount: 1,
  firstSeenUnixMs: 1,
  lastSeenUnixMs: 2,
  lastSeenMediaUs: null,
  lastSeenLabel: 'Front door',
  lastSightingId: 's1',
  cropId: null,
  hitCountByClass: { bus: 3 },
  cropSightingId: null,
  cropHitCount: 0,
};
const sightingRow: SightingRow = {
  ...sighting({ decision: { ...decision, candidates: [candidate('v2', 2)] } }),
  candidateVehicleIds: ['v2'],
};
const cropRow: CropRow = { id: 'crop', sightingId: 's1', picture: picture('p') };
const blockRow: VectorBlockRow = packBlock([descriptor]);

describe.each([
  { kind: 'vehicle', read: readVehicleRow, row: vehicleRow },
  { kind: 'sighting', read: readSightingRow, row: sightingRow },
  { kind: 'picture', read: readCropRow, row: cropRow },
  { kind: 'descriptor', read: readRecentDescriptorRow, row: descriptor },
  { kind: 'block', read: readVectorBlockRow, row: blockRow },
])('a stored $kind', ({ read, row }) => {
  test('is read as it is when it is whole', () => {
    expect(read(row)).toBe(row);
  });

  test.each(Object.keys(row))('is not read when %s is missing or of another type', (field) => {
    const { [field]: _removed, ...rest } = row as unknown as Record<string, unknown>; // by key
    expect(read(rest)).toBeNull();
    expect(read({ ...row, [field]: { unexpected: Symbol.iterator.description } })).toBeNull();
    expect(read({ ...row, [field]: NaN })).toBeNull();
  });

  test.each([undefined, null, 7, 'row', []])('is not read from %s', (value) => {
    expect(read(value)).toBeNull();
  });
});

describe('a stored sighting', () => {
  test.each([
    ['an outcome nobody knows', { outcome: 'perhaps' }],
    ['a candidate without a similarity', { candidates: [{ vehicleId: 'v2', vehicleNumber: 2 }] }],
    ['thresholds that are no numbers', { thresholds: { accept: '0.6', keep: 0.5 } }],
    ['no similarity that was asked for', { requiredSimilarity: undefined }],
    [
      'an exclusion nobody knows',
      { candidates: [{ ...candidate('v2', 2), excludedBecause: 'perhaps' }] },
    ],
    ['a negative count', { revisionCount: -1 }],
  ])('is not read with %s in its evidence', (_what, change) => {
    expect(readSightingRow({ ...sightingRow, decision: { ...decision, ...change } })).toBeNull();
  });
});

describe('a stored block', () => {
  test('is not read when its buffer or its lists are shorter than the other', () => {
    expect(readVectorBlockRow({ ...blockRow, vectors: new ArrayBuffer(12) })).toBeNull();
    expect(readVectorBlockRow({ ...blockRow, facts: [] })).toBeNull();
    expect(readVectorBlockRow({ ...blockRow, sightingIds: ['another'] })).toBeNull();
  });
});
