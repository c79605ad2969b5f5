import { proxy } from 'comlink';
import { afterEach, expect, test } from 'vitest';
import { openSession } from '../../../src/storage/session-reader';
import { sessionFrame } from '../../unit/session-format/session-fixtures';
import { SessionBench } from './session-fixtures';
import { LIVE, newSession } from './session-parts';

/** Moments after the first durable frame at which the writer is killed, milliseconds. */
const MOMENTS_MS = [0, 3, 7, 12, 20, 31, 45, 64, 90, 130];

const bench = new SessionBench();

afterEach(() => bench.clear());

test.for(MOMENTS_MS)(
  'a writer killed %s ms into its work loses nothing that it had called durable',
  async (momentMs) => {
    const place = bench.place();
    const { worker, remote } = await bench.host(place.database.name);
    const id = await remote.begin(newSession());
    await remote.beginResultSet(LIVE);
    const durable = { frameCount: 0, segmentCount: 0 };
    void remote
      .writeForEver(
        proxy((frameCount: number, segmentCount: number) => {
          durable.frameCount = frameCount;
          durable.segmentCount = segmentCount;
        }),
      )
      .catch(() => undefined); // it never ends by itself
    await expect.poll(() => durable.frameCount, { interval: 5 }).toBeGreaterThan(0);
    // The one wait that is meant: for a moment that nothing announces.
    await new Promise((resolve) => setTimeout(resolve, momentMs));
    worker.terminate();
    const promised = { ...durable };

    const other = await bench.host(place.database.name);
    const header = await other.remote.recover(id);
    const session = await openSession(place, id);
    let frameCount = 0;
    for await (const frame of session!.frames('live', null)) {
      expect(frame).toEqual(sessionFrame(frameCount * 100_000, 20));
      frameCount += 1;
    }
    expect(frameCount).toBeGreaterThanOrEqual(promised.frameCount);
    expect(header.resultSets[0]).toMatchObject({ frameCount, boxCount: frameCount * 20 });
    expect(session!.segments.length).toBeGreaterThanOrEqual(promised.segmentCount);
    for (const { index, part } of session!.segments) {
      const bytes = new Uint8Array(await (await session!.part(part)).arrayBuffer());
      expect(bytes.length).toBe(50_000);
      expect(bytes.every((byte) => byte === index)).toBe(true);
    }
    expect(await place.files.names(id)).toHaveLength(1 + session!.segments.length);
  },
);
