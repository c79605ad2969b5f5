import { afterEach, describe, expect, test } from 'vitest';
import { listSessions } from '../../../src/storage/session-list';
import { openSession } from '../../../src/storage/session-reader';
import {
  fileOf,
  frameEvent,
  sessionFrame,
  sessionSighting,
  sessionTrack,
} from '../../unit/session-format/session-fixtures';
import { SessionBench } from './session-fixtures';
import { LIVE, newSession, videoSegment } from './session-parts';

const bench = new SessionBench();

afterEach(() => bench.clear());

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const picture = (text: string): Blob => new Blob([text], { type: 'image/jpeg' });

describe('a session that is written and finished', () => {
  test('is read back with frames, tracks, sightings, video and pictures', async () => {
    const place = bench.place();
    const { remote } = await bench.host(place.database.name);
    const id = await remote.begin(newSession());
    await remote.beginResultSet(LIVE);
    const cropPart = await remote.addCrop('crop-1', picture('one'));
    const sighting = sessionSighting({ cropPart });
    await remote.append('live', [frameEvent(0, 2), frameEvent(100_000)]);
    await remote.append('live', [
      frameEvent(2_500_000),
      { type: 'track', track: sessionTrack() },
      { type: 'sighting', sighting },
      { type: 'gap', gap: { startUs: 100_000, endUs: 2_500_000, reason: 'hidden' } },
    ]);
    const byteCount = await remote.writePart('video-0-0.mp4', new Uint8Array(1_000).fill(7));
    await remote.addSegment(videoSegment(0, byteCount));
    const header = await remote.finish(null);

    expect(header).toMatchObject({
      id,
      state: 'complete',
      startUs: 0,
      endUs: 2_500_000,
      videoFrameCount: 20,
      gaps: [{ startUs: 100_000, endUs: 2_500_000, reason: 'hidden' }],
      endedBecause: null,
    });
    expect(header.resultSets).toEqual([
      { ...LIVE, frameCount: 3, boxCount: 4, trackCount: 1, sightingCount: 1 },
    ]);
    const session = await openSession(place, id);
    expect(session!.header).toEqual(header);
    expect(await all(session!.frames('live', null))).toEqual([
      sessionFrame(0, 2),
      sessionFrame(100_000),
      sessionFrame(2_500_000),
    ]);
    expect(await session!.tracks('live')).toEqual([sessionTrack()]);
    expect(await session!.sightings('live')).toEqual([sighting]);
    expect(session!.segments).toEqual([videoSegment(0, 1_000)]);
    expect(await session!.partNames()).toEqual(['results-live.rsl', 'crops/crop-1.jpg']);
    expect((await session!.part('video-0-0.mp4')).size).toBe(1_000);
    expect(await (await session!.part(cropPart)).text()).toBe('one');
    const results = await session!.part('results-live.rsl');
    expect(header.byteCount).toBe(results.size + 1_000 + 3);
  });

  test('keeps only pictures that a sighting has in the end, and no video that was not told of', async () => {
    const place = bench.place();
    const { remote } = await bench.host(place.database.name);
    const id = await remote.begin(newSession());
    await remote.beginResultSet(LIVE);
    const first = await remote.addCrop('first', picture('first'));
    const second = await remote.addCrop('second', picture('second'));
    for (const cropPart of [first, second])
      await remote.append('live', [{ type: 'sighting', sighting: sessionSighting({ cropPart }) }]);
    await remote.writePart('video-0-0.mp4', new Uint8Array(10));
    await remote.writePart('video-0-1.mp4', new Uint8Array(10), false);
    await remote.finish('STORAGE_FULL');
    expect([...(await place.files.names(id))].sort()).toEqual([second, 'results-live.rsl']);
    const session = await openSession(place, id);
    expect(await session!.partNames()).toEqual(['results-live.rsl', second]);
    expect(session!.header.endedBecause).toBe('STORAGE_FULL');
  });

  test('takes a results file as it is, to the last byte', async () => {
    const place = bench.place();
    const { remote } = await bench.host(place.database.name);
    const id = await remote.begin(newSession({ origin: 'imported' }));
    await remote.beginResultSet(LIVE);
    const results = fileOf([frameEvent(0)], [{ type: 'sighting', sighting: sessionSighting() }]);
    await remote.appendResults('live', results);
    const header = await remote.finish(null);
    expect(header.resultSets[0]).toMatchObject({ frameCount: 1, sightingCount: 1 });
    const session = await openSession(place, id);
    const stored = await session!.part('results-live.rsl');
    expect(await stored.arrayBuffer()).toEqual(await results.arrayBuffer());
  });

  test('gets a further result set, which is nothing until it is finished', async () => {
    const place = bench.place();
    const { remote } = await bench.host(place.database.name);
    const id = await remote.begin(newSession());
    await remote.beginResultSet(LIVE);
    await remote.append('live', [frameEvent(0)]);
    const first = await remote.finish(null);
    await remote.extend(id);
    await remote.beginResultSet({ ...LIVE, id: 'again' });
    await remote.append('again', [frameEvent(0, 3)]);
    await remote.discard();
    expect((await openSession(place, id))!.header).toEqual(first);
    expect(await place.files.names(id)).toEqual(['results-live.rsl']);
    await remote.extend(id);
    await remote.beginResultSet({ ...LIVE, id: 'again' });
    await remote.append('again', [frameEvent(0, 3)]);
    await remote.finish(null);
    const session = await openSession(place, id);
    expect(session!.header.resultSets.map((set) => [set.id, set.boxCount])).toEqual([
      ['live', 1],
      ['again', 3],
    ]);
    expect(await all(session!.frames('again', null))).toEqual([sessionFrame(0, 3)]);
  });

  test('leaves nothing when it is discarded', async () => {
    const place = bench.place();
    const { remote } = await bench.host(place.database.name);
    await remote.begin(newSession());
    await remote.beginResultSet(LIVE);
    await remote.append('live', [frameEvent(0)]);
    await remote.discard();
    expect(await place.files.sessionIds()).toEqual([]);
    expect(await listSessions(place, { offset: 0, count: 9 })).toEqual({
      sessions: [],
      totalCount: 0,
    });
  });
});

describe('a session under way', () => {
  test('is listed as being recorded by every tab, and opened by none', async () => {
    const place = bench.place();
    const { remote } = await bench.host(place.database.name);
    const id = await remote.begin(newSession());
    const { sessions } = await listSessions(place, { offset: 0, count: 9 });
    expect(sessions.map(({ state }) => state)).toEqual(['recording']);
    await expect(openSession(place, id)).rejects.toMatchObject({ code: 'SESSION_IN_USE' });
  });

  test('is listed as interrupted once its writer is gone', async () => {
    const place = bench.place();
    const { worker, remote } = await bench.host(place.database.name);
    await remote.begin(newSession());
    worker.terminate();
    await expect
      .poll(async () => (await listSessions(place, { offset: 0, count: 9 })).sessions[0]?.state)
      .toBe('interrupted');
  });

  test('refuses events that could not be read back, and goes on', async () => {
    const place = bench.place();
    const { remote } = await bench.host(place.database.name);
    const id = await remote.begin(newSession());
    await remote.beginResultSet(LIVE);
    await expect(remote.append('live', [frameEvent(Number.NaN)])).rejects.toThrow(
      /Expected a time/,
    );
    await remote.append('live', [frameEvent(5)]);
    await remote.finish(null);
    expect(await all((await openSession(place, id))!.frames('live', null))).toEqual([
      sessionFrame(5),
    ]);
  });
});
