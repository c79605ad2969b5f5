import { Gauge } from 'prom-client';
import type { Endpoint } from '../endpoint';

/** What the catalogue holds, for `/metrics`: counted when it is asked for, so that all processes tell the same. */
export function addUploadMetrics({ database, metrics }: Endpoint): void {
  new Gauge({
    name: 'resight_sessions',
    help: 'Sessions by state: pending, complete, damaged, deleting.',
    labelNames: ['state'],
    registers: [metrics],
    async collect() {
      const rows = await database.query<{ state: string; count: number }>(
        'SELECT state, count(*) AS count FROM sessions GROUP BY state',
      );
      this.reset();
      for (const state of ['pending', 'complete', 'damaged', 'deleting']) this.set({ state }, 0);
      for (const { state, count } of rows) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'resight_stored_bytes',
    help: 'Bytes of pieces that are stored whole.',
    registers: [metrics],
    async collect() {
      const [row] = await database.query<{ bytes: number }>(
        `SELECT coalesce(sum(byte_count), 0)::bigint AS bytes FROM pieces WHERE state = 'stored'`,
      );
      this.set(row?.bytes ?? 0);
    },
  });
  new Gauge({
    name: 'resight_uploads_open',
    help: 'Pieces that are begun and not whole yet.',
    registers: [metrics],
    async collect() {
      const [row] = await database.query<{ count: number }>(
        `SELECT count(*) AS count FROM pieces WHERE state = 'open'`,
      );
      this.set(row?.count ?? 0);
    },
  });
}
