import type { FoundSighting, SightingSearch } from '../../../src/core/sync-api/sightings';
import type { Database } from '../database/database';
import { cosine, unitDescriptor } from './cosine';
import {
  describeSighting,
  filterParameters,
  FILTER_SQL,
  SIGHTING_COLUMNS,
  type PageEnd,
  type SightingRow,
} from './sighting-store';

/** A sighting whose descriptor was compared. */
interface Candidate extends PageEnd {
  readonly similarity: number;
}

interface DescriptorRow extends PageEnd {
  /** What `array_send` writes. */
  readonly descriptor: Uint8Array;
}

/**
 * pgvector compares in float32, so that neighbours closer than some 1e-6 may change places. That many more are taken than are asked for,
 * and compared once more in float64, as the scan does: both find the same, in the same order.
 */
const SPARE_COUNT = 100;

/** What a scan reads at once. */
const SCAN_BYTES = 4 * 1024 * 1024;

/** Columns of a {@link DescriptorRow}. */
const DESCRIPTOR_COLUMNS =
  'device_id AS "deviceId", id, start_unix_ms AS "startUnixMs", array_send(descriptor) AS descriptor';

/** Of one space and one length: others cannot be compared. Parameters `$4` and `$5`. */
const SPACE_SQL = `space = $4 AND cardinality(descriptor) = $5 AND ${FILTER_SQL}`;

/**
 * The most similar of all devices' sightings, exact: every descriptor of the space that passes the filters is compared, by pgvector where
 * the database has it, otherwise here in bounded memory. Of equally similar ones the later comes first. Throws `Refusal` INVALID_REQUEST
 * for a descriptor that is not of unit length.
 */
export async function searchSightings(
  database: Database,
  search: SightingSearch,
): Promise<readonly FoundSighting[]> {
  const wanted = unitDescriptor(search.descriptor.values);
  const nearest = database.hasVector
    ? await compareInDatabase(database, search, wanted)
    : await compareHere(database, search, wanted);
  const rows = await readRows(database, nearest);
  return nearest.flatMap((candidate) => {
    const row = rows.get(keyOf(candidate));
    return row === undefined
      ? []
      : [{ ...describeSighting(row), similarity: candidate.similarity }];
  });
}

async function compareInDatabase(
  database: Database,
  search: SightingSearch,
  wanted: Float32Array,
): Promise<readonly Candidate[]> {
  const rows = await database.query<DescriptorRow>(
    `SELECT ${DESCRIPTOR_COLUMNS} FROM published_sightings WHERE ${SPACE_SQL}
     ORDER BY descriptor::vector <=> $6::vector, start_unix_ms DESC, device_id, id LIMIT $7`,
    [
      ...filterParameters(search),
      search.descriptor.space,
      wanted.length,
      `[${wanted.join(',')}]`,
      search.count + SPARE_COUNT,
    ],
  );
  return nearestOf(
    rows.map((row) => compare(row, wanted)),
    search.count,
  );
}

async function compareHere(
  database: Database,
  search: SightingSearch,
  wanted: Float32Array,
): Promise<readonly Candidate[]> {
  // Eight bytes a value as `array_send` writes them, twice that as text on the way.
  const rowCount = Math.max(50, Math.floor(SCAN_BYTES / (wanted.length * 24)));
  let nearest: readonly Candidate[] = [];
  let last: PageEnd | null = null;
  for (;;) {
    const rows: readonly DescriptorRow[] = await database.query<DescriptorRow>(
      `SELECT ${DESCRIPTOR_COLUMNS} FROM published_sightings WHERE ${SPACE_SQL}
         AND ($6::text IS NULL OR (device_id, id) > ($6, $7::text)) ORDER BY device_id, id LIMIT $8`,
      [
        ...filterParameters(search),
        search.descriptor.space,
        wanted.length,
        last?.deviceId ?? null,
        last?.id ?? null,
        rowCount,
      ],
    );
    const compared = rows.map((row) => compare(row, wanted));
    nearest = nearestOf([...nearest, ...compared], search.count);
    last = rows.at(-1) ?? null;
    if (last === null || rows.length < rowCount) return nearest;
  }
}

function nearestOf(compared: readonly Candidate[], count: number): readonly Candidate[] {
  return [...compared].sort(byRank).slice(0, count);
}

function compare(row: DescriptorRow, wanted: Float32Array): Candidate {
  const { deviceId, id, startUnixMs } = row;
  return { deviceId, id, startUnixMs, similarity: cosine(readDescriptor(row.descriptor), wanted) };
}

/** As SQL's `ORDER BY` above. Ids are plain ASCII and in collation "C": both compare them alike. */
function byRank(a: Candidate, b: Candidate): number {
  if (a.similarity !== b.similarity) return b.similarity - a.similarity;
  if (a.startUnixMs !== b.startUnixMs) return b.startUnixMs - a.startUnixMs;
  if (a.deviceId !== b.deviceId) return a.deviceId < b.deviceId ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** Ids have no slash. */
function keyOf({ deviceId, id }: PageEnd): string {
  return `${deviceId}/${id}`;
}

/**
 * A one-dimensional `real[]` without nulls as PostgreSQL's binary protocol writes it (src/backend/utils/adt/arrayfuncs.c, array_send):
 * 20 bytes of header, then for each value its length, 4, and the value, all big-endian.
 */
function readDescriptor(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const descriptor = new Float32Array((bytes.byteLength - 20) / 8);
  for (let i = 0; i < descriptor.length; i += 1) descriptor[i] = view.getFloat32(24 + i * 8);
  return descriptor;
}

async function readRows(
  database: Database,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<string, SightingRow>> {
  const rows = await database.query<SightingRow>(
    `SELECT ${SIGHTING_COLUMNS} FROM unnest($1::text[], $2::text[]) AS wanted (device_id, id)
     JOIN published_sightings USING (device_id, id) JOIN devices ON devices.id = device_id`,
    [candidates.map(({ deviceId }) => deviceId), candidates.map(({ id }) => id)],
  );
  return new Map(rows.map((row) => [keyOf(row), row]));
}
