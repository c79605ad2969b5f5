import type * as v from 'valibot';
import type {
  deletionStatementSchema,
  DeletionReceipt,
} from '../../../src/core/sync-api/catalogue';
import type { ReceiptKey } from '../access/receipt-key';
import type { Queries } from '../database/database';

/** Of receipts on a page. */
const PAGE_COUNT = 200;

/** What is signed. */
type DeletionStatement = v.InferOutput<typeof deletionStatementSchema>;

/** Signs a statement and keeps the receipt. */
export async function storeReceipt(
  queries: Queries,
  key: ReceiptKey,
  deviceId: string,
  statement: DeletionStatement,
): Promise<void> {
  const text = JSON.stringify(statement);
  await queries.query(
    `INSERT INTO deletions (session_id, device_id, position, statement, signature)
     VALUES ($1, $2, nextval('deletion_positions'), $3, $4)`,
    [statement.sessionId, deviceId, text, key.sign(text)],
  );
}

/** A receipt and whose session it was; null: there is none. */
export async function findReceipt(
  queries: Queries,
  sessionId: string,
): Promise<{ readonly deviceId: string; readonly receipt: DeletionReceipt } | null> {
  const [row] = await queries.query<{ deviceId: string; statement: string; signature: string }>(
    'SELECT device_id AS "deviceId", statement, signature FROM deletions WHERE session_id = $1',
    [sessionId],
  );
  if (row === undefined) return null;
  const { deviceId, statement, signature } = row;
  return { deviceId, receipt: { statement, signature } };
}

/** Of all devices, the latest first. */
export async function listReceipts(
  queries: Queries,
  cursor: string | undefined,
): Promise<{ receipts: DeletionReceipt[]; cursor: string | null }> {
  const rows = await queries.query<DeletionReceipt & { position: number }>(
    `SELECT position, statement, signature FROM deletions
     WHERE $1::bigint IS NULL OR position < $1 ORDER BY position DESC LIMIT $2`,
    [cursor ?? null, PAGE_COUNT + 1],
  );
  const page = rows.slice(0, PAGE_COUNT);
  const last = page.at(-1);
  return {
    receipts: page.map(({ statement, signature }) => ({ statement, signature })),
    cursor: rows.length > PAGE_COUNT && last !== undefined ? String(last.position) : null,
  };
}
