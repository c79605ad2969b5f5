import { afterEach, expect, test } from 'vitest';
import { listSessions, sessionUsage } from '../../../src/storage/session-list';
import { openSession } from '../../../src/storage/session-reader';
import type { SessionRow } from '../../../src/storage/session-rows';
import { frameEvent } from '../../unit/session-format/session-fixtures';
import { SessionBench } from './session-fixtures';
import { LIVE, newSession, videoSegment } from './session-parts';

/*
 * Prints what lists and reading cost, because the choices in session-queries.ts and src/core/session-format rest on it. Times depend on
 * the machine and are for reading; only what was read is asserted.
 */

const SESSION_COUNT = 500;

const bench = new SessionBench();

afterEach(() => bench.clear());

/** An hour with a gap, as its row is. */
function row(index: number): SessionRow {
  return {
    ...newSession({ createdUnixMs: 1_772_366_400_000 + index * 3_600_000 }),
    id: crypto.randomUUID(),
    startUs: 0,
    endUs: 3_600_000_000,
    gaps: [{ startUs: 1, endUs: 2, reason: 'hidden' }],
    resultSets: [
      { ...LIVE, frameCount: 36_000, boxCount: 720_000, trackCount: 900, sightingCount: 800 },
    ],
    videoFrameCount: 108_000,
    droppedAnalysedCount: 0,
    droppedOtherCount: 0,
    byteCount: 1_500_000_000,
    endedBecause: null,
    isOpen: false,
    storedUnixMs: index,
    resultFiles: [{ resultSet: 'live', fileName: 'results-live.rsl', byteCount: 16_000_000 }],
    isTidy: true,
  };
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

test('five hundred sessions with video and pictures are listed from their rows', async () => {
  const place = bench.place();
  await place.database.write('fill', async (transaction) => {
    for (let index = 0; index < SESSION_COUNT; index += 1) {
      const session = row(index);
      await transaction.objectStore('sessions').put(session);
      for (let part = 0; part < 30; part += 1) {
        const segment = { ...videoSegment(part, 1_000_000), sessionId: session.id };
        void transaction.objectStore('segments').put(segment);
        const crop = { sessionId: session.id, part: `crops/${part}.webp`, byteCount: 15_000 };
        void transaction.objectStore('crops').put(crop);
      }
    }
  });
  place.close();
  let first: Awaited<ReturnType<typeof listSessions>> | null = null;
  const coldMs = await msOf(async () => {
    first = await listSessions(place, { offset: 0, count: SESSION_COUNT });
  });
  const warmMs = await msOf(() => listSessions(place, { offset: 0, count: SESSION_COUNT }));
  const pageMs = await msOf(() => listSessions(place, { offset: 100, count: 50 }));
  const usageMs = await msOf(() => sessionUsage(place));
  expect(first!.sessions).toHaveLength(SESSION_COUNT);
  expect(first!.sessions[0]?.createdUnixMs).toBe(row(SESSION_COUNT - 1).createdUnixMs);
  console.info(
    `${SESSION_COUNT} sessions: database opened and all listed ${coldMs.toFixed(0)} ms, again ${warmMs.toFixed(0)} ms, ` +
      `50 of them ${pageMs.toFixed(0)} ms, usage ${usageMs.toFixed(0)} ms`,
  );
});

test('an hour of twenty vehicles is written, read and found in', async () => {
  const place = bench.place();
  const { remote } = await bench.host(place.database.name);
  const id = await remote.begin(newSession({ kind: 'results' }));
  await remote.beginResultSet(LIVE);
  const blockMs: number[] = [];
  for (let second = 0; second < 3_600; second += 5) {
    const events = Array.from({ length: 50 }, (_, frame) =>
      frameEvent(second * 1e6 + frame * 1e5, 20),
    );
    blockMs.push(await msOf(() => remote.append('live', events)));
  }
  await remote.finish(null);
  const session = (await openSession(place, id))!;
  let boxCount = 0;
  const readMs = await msOf(async () => {
    for await (const frame of session.frames('live', null)) boxCount += frame.boxes.length;
  });
  const again = (await openSession(place, id))!;
  const seekMs = await msOf(async () => {
    for await (const frame of again.frames('live', { startUs: 3e9, endUs: 3e9 + 1e6 }))
      boxCount += frame.boxes.length;
  });
  expect(boxCount).toBe(720_000 + 11 * 20);
  blockMs.sort((a, b) => a - b);
  console.info(
    `one hour: block of 5 s durable in ${blockMs[blockMs.length >> 1]!.toFixed(1)} ms (median, with its way to the worker), ` +
      `read in ${readMs.toFixed(0)} ms, a second of it found in a session just opened in ${seekMs.toFixed(0)} ms`,
  );
});
