import type { Endpoint } from '../endpoint';
import { parsePieceId, pieceId, type PieceName } from './piece-name';
import { forgetPiece, readPiece } from './piece-rows';
import type { PieceStore } from './piece-store';

/** Of rows that are read at once. */
const BATCH_COUNT = 2000;

/** What did not agree. */
export interface Repairs {
  /** Files of no piece, removed. */
  readonly strayCount: number;
  /** Pieces whose file was missing or of another size: to be sent again. */
  readonly lostCount: number;
}

/**
 * Makes files and rows agree again after a process died at any moment or a disk lost something: a file that no row tells of is removed, a row
 * whose file is not there begins anew. A complete session that lost a piece leaves the catalogue (`damaged`) until its device sends what
 * is missing. Other processes may be at work meanwhile.
 */
export async function repairStore(endpoint: Endpoint, store: PieceStore): Promise<Repairs> {
  const { pieceLocks } = endpoint;
  const found = new Map<string, number | null>();
  for await (const { id, byteCount } of store.pieces()) {
    found.set(id, byteCount ?? found.get(id) ?? null);
  }
  let lostCount = 0;
  const known = new Set<string>();
  for await (const row of startedPieces(endpoint)) {
    const id = pieceId(row);
    known.add(id);
    const isThere = row.state === 'open' ? found.has(id) : found.get(id) === row.byteCount;
    if (!isThere && (await pieceLocks.withLock(id, () => forgetLost(endpoint, store, row))))
      lostCount += 1;
  }
  let strayCount = 0;
  for (const id of found.keys()) {
    if (known.has(id)) continue;
    if (await pieceLocks.withLock(id, () => removeStray(endpoint, store, id))) strayCount += 1;
  }
  return { strayCount, lostCount };
}

interface StartedPiece extends PieceName {
  readonly state: 'open' | 'stored';
  readonly byteCount: number;
}

async function* startedPieces({ database }: Endpoint): AsyncIterable<StartedPiece> {
  let rows: readonly StartedPiece[] = [];
  do {
    const last = rows.at(-1);
    rows = await database.query<StartedPiece>(
      `SELECT session_id AS "sessionId", piece, state, byte_count AS "byteCount" FROM pieces
       WHERE state <> 'absent' AND (session_id, piece) > ($1, $2) ORDER BY session_id, piece LIMIT $3`,
      [last?.sessionId ?? '', last?.piece ?? 0, BATCH_COUNT],
    );
    yield* rows;
  } while (rows.length === BATCH_COUNT);
}

/** Looks once more, now that nobody else is at work on it. False: it is as it should be, or being removed. */
async function forgetLost(
  endpoint: Endpoint,
  store: PieceStore,
  name: PieceName,
): Promise<boolean> {
  const { database, log } = endpoint;
  const id = pieceId(name);
  const row = await readPiece(database, name);
  if (row === null || row.sessionState === 'deleting' || row.state === 'absent') return false;
  const bytes = await store.receivedBytes(id);
  if (row.state === 'open' ? bytes !== null : bytes === row.byteCount) return false;
  await store.remove(id);
  if (row.sessionState === 'complete') {
    log.error(
      'a complete session lost a piece, and left the catalogue until its device sends it again',
    );
    await database.query(
      `UPDATE sessions SET state = 'damaged' WHERE id = $1 AND state = 'complete'`,
      [name.sessionId],
    );
  }
  await database.query(
    `UPDATE pieces SET state = 'open' WHERE session_id = $1 AND piece = $2 AND state = 'stored'`,
    [name.sessionId, name.piece],
  );
  await forgetPiece(database, name);
  return true;
}

/** False: it has a row by now. */
async function removeStray(
  { database }: Endpoint,
  store: PieceStore,
  id: string,
): Promise<boolean> {
  const name = parsePieceId(id);
  const row = name === null ? null : await readPiece(database, name);
  if (row !== null && row.state !== 'absent') return false;
  await store.remove(id);
  return true;
}
