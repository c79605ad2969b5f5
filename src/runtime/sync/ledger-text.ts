import type { LedgerEntry } from '../../contracts/sync';
import { csvRow, csvStart } from '../../sinks/export/csv-rows';

const HEAD = ['time', 'endpoint', 'what', 'session', 'bytes', 'readable_there', 'details'] as const;

/** The ledger for a spreadsheet, times in UTC. */
export function ledgerCsv(entries: readonly LedgerEntry[]): string {
  const rows = entries.map((entry) =>
    csvRow([
      new Date(entry.timeUnixMs).toISOString(),
      entry.url,
      entry.what,
      entry.sessionId,
      entry.byteCount,
      entry.isReadable ? 'yes' : 'no',
      entry.details,
    ]),
  );
  return [csvStart(entries.map(({ details }) => details)), csvRow(HEAD), ...rows].join('');
}
