import { wrap } from 'comlink';
import type { ExportFormat } from '../../src/contracts/export';
import { ExportClient } from '../../src/runtime/export-client';
import { installErrorTransfer } from '../../src/runtime/rpc-errors';
import { SESSIONS_DATABASE_NAME } from '../../src/storage/session-changes';
import { storeSession } from '../browser/export/store-session';
import type { SessionHostApi } from '../browser/storage/session-host.worker';
import { makeSession, MADE_RESULT_SET } from '../support/make-session';

/*
 * The page's side of the bench of exports: keeps a session of an hour in the origin's storage and exports it through the export
 * worker, as the app does.
 */

/** Objects of which ten of twelve seconds are in view: 20 at a time. */
const OBJECT_COUNT = 24;

/** What was stored. */
export interface HourSession {
  readonly id: string;
  readonly frameCount: number;
  readonly boxCount: number;
}

/** What an export took, and how much came of it. */
export interface HourExport {
  readonly seconds: number;
  readonly byteCount: number;
  readonly recordCount: number;
}

/** Stores a results-only session with 20 objects at 10 frames a second. */
export async function storeHour(seconds: number): Promise<HourSession> {
  installErrorTransfer();
  const worker = new Worker(new URL('../browser/storage/session-host.worker.ts', import.meta.url), {
    type: 'module',
  });
  try {
    const host = wrap<SessionHostApi>(worker);
    await host.open(SESSIONS_DATABASE_NAME);
    const made = makeSession({ durationS: seconds, objectCount: OBJECT_COUNT, hasPosition: true });
    const { frameCount = 0, boxCount = 0 } = made.header.resultSets[0] ?? {};
    return { id: await storeSession(host, made), frameCount, boxCount };
  } finally {
    worker.terminate();
  }
}

const client = new ExportClient(
  () => new Worker(new URL('../../workers/export.worker.ts', import.meta.url), { type: 'module' }),
  // Nobody downloads it: it is in its temporary file then, as whole as it is going to be.
  () => () => undefined,
);

/** Exports once; the worker is there from the second time on. */
export async function exportHour(sessionId: string, format: ExportFormat): Promise<HourExport> {
  const startMs = performance.now();
  const { byteCount, recordCount } = await client.export(
    { sessionId, resultSet: MADE_RESULT_SET, format, range: null, cameraId: null, without: [] },
    null,
    () => undefined,
    new AbortController().signal,
  );
  return { seconds: (performance.now() - startMs) / 1000, byteCount, recordCount };
}
