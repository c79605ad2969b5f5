import { afterEach, describe, expect, test } from 'vitest';
import type { SessionHeader } from '../../../src/contracts/session';
import { openSession } from '../../../src/storage/session-reader';
import {
  frameEvent,
  sessionBox,
  sessionFrame,
  sessionSighting,
} from '../../unit/session-format/session-fixtures';
import { SessionBench, type SessionHost } from './session-fixtures';
import { LIVE, newSession } from './session-parts';

const NO_LIMITS = { maxAgeDays: null, maxBytes: null, maxPictureAgeDays: null };
const AGAIN = { ...LIVE, id: 'again-1', label: 'with another detector' };
const bench = new SessionBench();

afterEach(() => bench.clear());

const picture = (text: string): Blob => new Blob([text], { type: 'image/jpeg' });

/** A session that is complete, with a picture. */
async function record({ remote }: SessionHost): Promise<SessionHeader> {
  await remote.begin(newSession());
  await remote.beginResultSet(LIVE);
  const cropPart = await remote.addCrop('live-crop', picture('live'));
  await remote.append('live', [
    frameEvent(0),
    { type: 'sighting', sighting: sessionSighting({ cropPart }) },
  ]);
  return remote.finish('INTERRUPTED');
}

/** Begins a further result set, with another picture. */
async function analyseAgain({ remote }: SessionHost, id: string): Promise<void> {
  await remote.extend(id);
  await remote.beginResultSet(AGAIN);
  const cropPart = await remote.addCrop('again-crop', picture('again!'));
  await remote.append(AGAIN.id, [
    frameEvent(0, 2),
    { type: 'sighting', sighting: sessionSighting({ id: 's2', vehicleId: 'v2', cropPart }) },
  ]);
}

describe('a further result set', () => {
  test('comes with its pictures, and leaves all else of the session as it was', async () => {
    const place = bench.place();
    const host = await bench.host(place.database.name);
    const before = await record(host);
    await analyseAgain(host, before.id);
    const header = await host.remote.finish(null);
    const session = await openSession(place, before.id);
    const again = await session!.part('results-again-1.rsl');
    expect(header).toEqual({
      ...before,
      resultSets: [
        ...before.resultSets,
        { ...AGAIN, frameCount: 1, boxCount: 2, trackCount: 0, sightingCount: 1 },
      ],
      byteCount: before.byteCount + again.size + 'again!'.length,
    });
    expect(header.endedBecause).toBe('INTERRUPTED');
    const [sighting] = await session!.sightings(AGAIN.id);
    expect(await (await session!.part(sighting?.cropPart ?? '')).text()).toBe('again!');
  });

  test('leaves nothing when its writer dies in the middle', async () => {
    const place = bench.place();
    const host = await bench.host(place.database.name);
    const before = await record(host);
    await analyseAgain(host, before.id);
    host.worker.terminate();
    await expect.poll(async () => (await place.lockedIds()).size).toBe(0);
    const cut = await openSession(place, before.id);
    expect(cut!.header).toEqual(before);
    expect(await cut!.partNames()).toEqual(['results-live.rsl', 'crops/live-crop.jpg']);

    const { remote } = await bench.host(place.database.name);
    await remote.tidy(NO_LIMITS);
    expect([...(await place.files.names(before.id))].sort()).toEqual([
      'crops/live-crop.jpg',
      'results-live.rsl',
    ]);
    expect((await openSession(place, before.id))!.header).toEqual(before);
  });

  test('is refused while the session is written, and for one that is not complete', async () => {
    const place = bench.place();
    const host = await bench.host(place.database.name);
    const { id } = await record(host);
    await analyseAgain(host, id);
    const other = await bench.host(place.database.name);
    await expect(other.remote.extend(id)).rejects.toMatchObject({ code: 'SESSION_IN_USE' });
    await expect(other.remote.remove([id])).rejects.toMatchObject({ code: 'SESSION_IN_USE' });
    await host.remote.finish(null);
    const interrupted = await host.remote.begin(newSession());
    host.worker.terminate();
    await expect.poll(async () => (await place.lockedIds()).size).toBe(0);
    await expect(other.remote.extend(interrupted)).rejects.toThrow(/complete session/);
  });

  test('is removed with what only it has; the first one never is', async () => {
    const place = bench.place();
    const host = await bench.host(place.database.name);
    const before = await record(host);
    await analyseAgain(host, before.id);
    const both = await host.remote.finish(null);
    for (const resultSet of ['live', 'again-2'])
      await expect(host.remote.removeResultSet(before.id, resultSet)).rejects.toThrow(
        /further result set/,
      );
    expect(await host.remote.removeResultSet(before.id, AGAIN.id)).toEqual({
      sessionCount: 0,
      videoSegmentCount: 0,
      cropCount: 1,
      sightingCount: 1,
      byteCount: both.byteCount - before.byteCount,
    });
    const session = await openSession(place, before.id);
    expect(session!.header).toEqual(before);
    expect([...(await place.files.names(before.id))].sort()).toEqual([
      'crops/live-crop.jpg',
      'results-live.rsl',
    ]);
    const frames = [];
    for await (const frame of session!.frames('live', null)) frames.push(frame);
    expect(frames).toEqual([sessionFrame(0)]);
  });

  test('keeps pictures that a result set which cannot be read may have', async () => {
    const place = bench.place();
    const host = await bench.host(place.database.name);
    const { id } = await record(host);
    await analyseAgain(host, id);
    await host.remote.finish(null);
    await place.files.remove(id, 'results-live.rsl');
    expect(await host.remote.removeResultSet(id, AGAIN.id)).toMatchObject({ cropCount: 0 });
    expect(await place.files.names(id)).toContain('crops/live-crop.jpg');
  });

  test('is forgotten with its pictures where it was analysed again, and what else was seen stays', async () => {
    const place = bench.place();
    const host = await bench.host(place.database.name);
    const before = await record(host);
    await host.remote.extend(before.id);
    await host.remote.beginResultSet(AGAIN);
    const there = await host.remote.addCrop('there', picture('there'));
    const elsewhere = await host.remote.addCrop('elsewhere', picture('elsewhere'));
    const frame = sessionFrame(0, 1);
    const away = { ...sessionBox(9), box: { x1: 500, y1: 10, x2: 540, y2: 60 } };
    await host.remote.append(AGAIN.id, [
      { type: 'frame', frame: { ...frame, boxes: [...frame.boxes, away] } },
      {
        type: 'sighting',
        sighting: sessionSighting({ id: 'a', vehicleId: 'other-1', cropPart: there }),
      },
      {
        type: 'sighting',
        sighting: sessionSighting({
          id: 'b',
          vehicleId: 'other-2',
          trackIds: [9],
          cropPart: elsewhere,
        }),
      },
    ]);
    await host.remote.finish(null);
    expect(await host.remote.forgetVehicle('v1')).toMatchObject({ sightingCount: 2, cropCount: 2 });
    const session = await openSession(place, before.id);
    expect(await session!.sightings('live')).toEqual([]);
    expect((await session!.sightings(AGAIN.id)).map(({ id }) => id)).toEqual(['b']);
    expect(
      (await place.files.names(before.id)).filter((name) => name.startsWith('crops/')),
    ).toEqual([elsewhere]);
  });
});
