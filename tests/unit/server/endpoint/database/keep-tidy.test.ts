import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../../../../server/endpoint/database/database';
import { openEmbeddedDatabase } from '../../../../../server/endpoint/database/embedded-database';
import { tidy } from '../../../../../server/endpoint/database/keep-tidy';
import { emptyDatabase } from '../../../../support/endpoint';

describe('the embedded database while it runs', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openEmbeddedDatabase({ dataFolder: null, archive: await emptyDatabase() });
    await database.query('CREATE TABLE words (word text)');
  });
  afterAll(() => database.close());

  const numberOf = async (sql: string) => {
    const [row] = await database.query<{ number: number }>(`SELECT (${sql})::bigint AS number`);
    return row?.number ?? 0;
  };
  const logBytes = () =>
    numberOf('SELECT pg_current_wal_lsn() - redo_lsn FROM pg_control_checkpoint()');
  const tableBytes = () => numberOf(`SELECT pg_total_relation_size('words')`);
  const deadRows = () =>
    numberOf(`SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'words'`);

  it('uses the room of what was removed again', async () => {
    const fillAndEmpty = async () => {
      await database.query(
        `INSERT INTO words SELECT repeat('x', 500) FROM generate_series(1, 5000)`,
      );
      await database.query('DELETE FROM words');
    };
    await fillAndEmpty();
    // Told once a second at most.
    await vi.waitFor(async () => expect(await deadRows()).toBeGreaterThan(1200), 20_000);
    const filledBytes = await tableBytes();
    await tidy(database);
    await fillAndEmpty();
    expect(await tableBytes()).toBeLessThan(1.1 * filledBytes);
  });

  it('has a short log', async () => {
    // 40 MB, which cannot be compressed.
    await database.query(
      `INSERT INTO words SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 1250000) AS n GROUP BY n % 40`,
    );
    expect(await logBytes()).toBeGreaterThan(32 * 1024 * 1024);
    await tidy(database);
    expect(await logBytes()).toBeLessThan(1024 * 1024);
  });
});
