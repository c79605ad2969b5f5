import type { EditsPage } from '../../../src/core/sync-api/edits';
import { reserveBytes } from '../catalogue/quota';
import type { Queries } from '../database/database';
import { lockUntilCommit } from '../database/lock-until-commit';
import type { Endpoint } from '../endpoint';
import { Refusal } from '../refusal';

/** Of entries on a page: 6 MiB at most. */
const PAGE_COUNT = 100;

/** An entry of a device's own log. */
export interface NewEdit {
  /** From 1. */
  readonly number: number;
  /** Base64. */
  readonly data: string;
}

/**
 * Adds to a device's log; entries that are there already may come again. Answers the number of its last entry. Refusals: CONFLICT: a
 * number is missing, or one that is there is another entry; QUOTA_EXCEEDED.
 */
export async function appendEdits(
  { database, config }: Endpoint,
  deviceId: string,
  entries: readonly NewEdit[],
): Promise<number> {
  return database.transaction(async (queries) => {
    // One at a time over all devices: positions become visible in their order, so that whoever reads on from one misses none.
    await lockUntilCommit(queries, 'edits');
    const last = await lastNumber(queries, deviceId);
    requireWithoutHole(entries, last);
    const known = await knownEntries(queries, deviceId, entries);
    for (const { number, data } of entries) {
      if (number <= last && known.get(number) !== data) {
        throw new Refusal(
          'CONFLICT',
          `Expected entry ${number} to be the one that is there already.`,
        );
      }
    }
    const added = entries.filter(({ number }) => number > last);
    const bytes = added.map(({ data }) => Buffer.from(data, 'base64'));
    const byteCount = bytes.reduce((sum, { length }) => sum + length, 0);
    await reserveBytes(queries, deviceId, byteCount, config.quotaBytesPerDevice);
    for (const [index, { number }] of added.entries()) {
      await queries.query(
        `INSERT INTO edits (position, device_id, number, data)
         SELECT coalesce(max(position), 0) + 1, $1, $2, $3 FROM edits`,
        [deviceId, number, bytes[index] ?? null],
      );
    }
    return last + added.length;
  });
}

/** Entries of all devices after a position. */
export async function readEdits(queries: Queries, after: number): Promise<EditsPage> {
  const rows = await queries.query<{
    position: number;
    deviceId: string;
    number: number;
    data: Uint8Array;
  }>(
    `SELECT position, device_id AS "deviceId", number, data FROM edits WHERE position > $1 ORDER BY position LIMIT $2`,
    [after, PAGE_COUNT + 1],
  );
  return {
    entries: rows
      .slice(0, PAGE_COUNT)
      .map((row) => ({ ...row, data: Buffer.from(row.data).toString('base64') })),
    isLast: rows.length <= PAGE_COUNT,
  };
}

async function lastNumber(queries: Queries, deviceId: string): Promise<number> {
  const [row] = await queries.query<{ last: number }>(
    'SELECT coalesce(max(number), 0)::bigint AS last FROM edits WHERE device_id = $1',
    [deviceId],
  );
  return row?.last ?? 0;
}

async function knownEntries(
  queries: Queries,
  deviceId: string,
  entries: readonly NewEdit[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await queries.query<{ number: number; data: Uint8Array }>(
    'SELECT number, data FROM edits WHERE device_id = $1 AND number BETWEEN $2 AND $3',
    [deviceId, entries[0]?.number ?? 0, entries.at(-1)?.number ?? 0],
  );
  return new Map(rows.map((row) => [row.number, Buffer.from(row.data).toString('base64')]));
}

function requireWithoutHole(entries: readonly NewEdit[], last: number): void {
  const first = Math.min(entries[0]?.number ?? 1, last + 1);
  for (const [index, { number }] of entries.entries()) {
    if (number !== first + index) {
      throw new Refusal('CONFLICT', `Expected entry ${first + index}, found ${number}.`);
    }
  }
}
