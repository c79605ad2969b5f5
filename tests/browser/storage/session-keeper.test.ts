import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SessionRetention } from '../../../src/contracts/session';
import { encodeBlock } from '../../../src/core/session-format/encode-block';
import { deviceKey } from '../../../src/storage/device-key';
import { listSessions, sessionUsage } from '../../../src/storage/session-list';
import type { SessionPlace } from '../../../src/storage/session-place';
import { openSession } from '../../../src/storage/session-reader';
import {
  frameEvent,
  sessionFrame,
  sessionSighting,
  sessionTrack,
} from '../../unit/session-format/session-fixtures';
import { SessionBench, type SessionHost } from './session-fixtures';
import { LIVE, newSession, videoSegment } from './session-parts';

const NO_LIMITS: SessionRetention = { maxAgeDays: null, maxBytes: null, maxPictureAgeDays: null };

const bench = new SessionBench();

afterEach(async () => {
  vi.restoreAllMocks();
  await bench.clear();
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const picture = (text: string): Blob => new Blob([text], { type: 'image/webp' });

async function statesOf(place: SessionPlace): Promise<readonly string[]> {
  const { sessions } = await listSessions(place, { offset: 0, count: 99 });
  return sessions.map(({ state }) => state);
}

/** A session of two vehicles with a picture each, of which the second was taken for the first before, and a video segment. */
async function recordTwoVehicles({ remote }: SessionHost): Promise<string> {
  const id = await remote.begin(newSession());
  await remote.beginResultSet(LIVE);
  const first = sessionSighting({
    id: 's1',
    vehicleId: 'v1',
    cropPart: await remote.addCrop('crop-1', picture('one')),
  });
  const second = sessionSighting({
    id: 's2',
    vehicleId: 'v2',
    cropPart: await remote.addCrop('crop-2', picture('two')),
  });
  const candidate = {
    vehicleId: 'v1',
    vehicleNumber: 1,
    sightingId: 's1',
    similarity: 0.5,
    excludedBecause: null,
  };
  await remote.append('live', [
    frameEvent(0, 2),
    { type: 'sighting', sighting: { ...second, vehicleId: 'v1' } },
    { type: 'sighting', sighting: first },
  ]);
  await remote.append('live', [
    {
      type: 'sighting',
      sighting: { ...second, decision: { ...second.decision, candidates: [candidate] } },
    },
  ]);
  const byteCount = await remote.writePart('video-0-0.mp4', new Uint8Array(500));
  await remote.addSegment(videoSegment(0, byteCount));
  await remote.finish(null);
  return id;
}

describe('recovery', () => {
  test('closes a session whose worker was killed, with all that was committed', async () => {
    const place = bench.place();
    const { worker, remote } = await bench.host(place.database.name);
    const id = await remote.begin(newSession());
    await remote.beginResultSet(LIVE);
    const cropPart = await remote.addCrop('kept', picture('kept'));
    await remote.addCrop('untold', picture('untold'));
    await remote.append('live', [
      frameEvent(0, 2),
      { type: 'sighting', sighting: sessionSighting({ cropPart }) },
      { type: 'track', track: sessionTrack({ trackId: 2 }) },
    ]);
    await remote.append('live', [frameEvent(100_000, 2)]);
    const byteCount = await remote.writePart('video-0-0.mp4', new Uint8Array(100));
    await remote.addSegment(videoSegment(0, byteCount));
    await remote.writePart('video-0-1.mp4', new Uint8Array(50), false);
    worker.terminate();
    await expect.poll(() => statesOf(place)).toEqual(['interrupted']);

    const other = await bench.host(place.database.name);
    const header = await other.remote.recover(id);
    expect(header).toMatchObject({
      state: 'complete',
      startUs: 0,
      endUs: 1_900_000,
      endedBecause: 'INTERRUPTED',
      videoFrameCount: 20,
    });
    expect(header.resultSets[0]).toMatchObject({
      frameCount: 2,
      boxCount: 4,
      trackCount: 2,
      sightingCount: 1,
    });
    expect([...(await place.files.names(id))].sort()).toEqual([
      cropPart,
      'results-live.rsl',
      'video-0-0.mp4',
    ]);
    const session = await openSession(place, id);
    expect(await all(session!.frames('live', null))).toEqual([
      sessionFrame(0, 2),
      sessionFrame(100_000, 2),
    ]);
    // Track 1 was still followed: it is told of as far as its boxes go.
    expect(await session!.tracks('live')).toEqual([
      sessionTrack({ lastSeenUs: 100_000, hitCount: 2 }),
      sessionTrack({ trackId: 2 }),
    ]);
    const results = await session!.part('results-live.rsl');
    expect(header.byteCount).toBe(results.size + 100 + 'kept'.length);
    expect(await statesOf(place)).toEqual(['complete']);
  });

  test('cuts off a block that was not written to its end', async () => {
    const place = bench.place();
    const { worker, remote } = await bench.host(place.database.name);
    const id = await remote.begin(newSession());
    await remote.beginResultSet(LIVE);
    await remote.append('live', [frameEvent(0), { type: 'track', track: sessionTrack() }]);
    worker.terminate();
    const whole = await readAll(place, id, 'results-live.rsl');
    const torn = encodeBlock([frameEvent(1)], 1).subarray(0, 70);
    await overwrite(place, id, 'results-live.rsl', [whole, torn]);
    const other = await bench.host(place.database.name);
    const header = await other.remote.recover(id);
    expect(header.resultSets[0]).toMatchObject({ frameCount: 1, trackCount: 1 });
    const session = await openSession(place, id);
    const results = await session!.part('results-live.rsl');
    expect(new Uint8Array(await results.arrayBuffer())).toEqual(whole);
  });

  test('leaves damage in the middle as it is, for the reader to name', async () => {
    const place = bench.place();
    const { worker, remote } = await bench.host(place.database.name);
    const id = await remote.begin(newSession());
    await remote.beginResultSet(LIVE);
    for (const timeUs of [0, 1, 2]) await remote.append('live', [frameEvent(timeUs)]);
    worker.terminate();
    const bytes = await readAll(place, id, 'results-live.rsl');
    bytes[bytes.length / 3 + 70]! ^= 1;
    await overwrite(place, id, 'results-live.rsl', [bytes]);
    const other = await bench.host(place.database.name);
    const header = await other.remote.recover(id);
    expect(header.state).toBe('complete');
    expect(await readAll(place, id, 'results-live.rsl')).toEqual(bytes);
    const session = await openSession(place, id);
    await expect(all(session!.frames('live', null))).rejects.toThrow(/^Results block 1:/);
  });

  test('is refused while the session is recorded', async () => {
    const place = bench.place();
    const { remote } = await bench.host(place.database.name);
    const id = await remote.begin(newSession());
    const other = await bench.host(place.database.name);
    await expect(other.remote.recover(id)).rejects.toMatchObject({ code: 'SESSION_IN_USE' });
  });

  async function readAll(place: SessionPlace, id: string, name: string) {
    const file = await place.files.read(id, name);
    return new Uint8Array(await file!.arrayBuffer());
  }

  async function overwrite(
    place: SessionPlace,
    id: string,
    name: string,
    parts: readonly Uint8Array<ArrayBuffer>[],
  ): Promise<void> {
    const root = await navigator.storage.getDirectory();
    const folder = await (await root.getDirectoryHandle('sessions')).getDirectoryHandle(id);
    const writable = await (await folder.getFileHandle(name)).createWritable();
    for (const part of parts) await writable.write(part);
    await writable.close();
    expect((await place.files.read(id, name))?.size).toBe(
      parts.reduce((sum, part) => sum + part.length, 0),
    );
  }
});

describe('a results file that has another length than it had', () => {
  test('is damaged', async () => {
    const place = bench.place();
    const host = await bench.host(place.database.name);
    const id = await recordTwoVehicles(host);
    const root = await navigator.storage.getDirectory();
    const folder = await (await root.getDirectoryHandle('sessions')).getDirectoryHandle(id);
    const handle = await folder.getFileHandle('results-live.rsl');
    const writable = await handle.createWritable({ keepExistingData: true });
    await writable.truncate(200);
    await writable.close();
    const session = await openSession(place, id);
    await expect(session!.tracks('live')).rejects.toMatchObject({ code: 'SESSION_DAMAGED' });
  });
});

describe('removal', () => {
  test('takes rows and files, and says what it took', async () => {
    const place = bench.place();
    const host = await bench.host(place.database.name);
    const id = await recordTwoVehicles(host);
    const { byteCount } = (await openSession(place, id))!.header;
    expect(await sessionUsage(place)).toMatchObject({ sessionCount: 1, sessionBytes: byteCount });
    expect(await host.remote.remove([id, 'no-such-session'])).toEqual({
      sessionCount: 1,
      videoSegmentCount: 1,
      cropCount: 2,
      sightingCount: 2,
      byteCount,
    });
    expect(await place.files.sessionIds()).toEqual([]);
    expect(await openSession(place, id)).toBeNull();
    const rows = await place.database.read('count', (transaction) =>
      Promise.all(
        (['sessions', 'segments', 'crops', 'sessionVehicles'] as const).map((name) =>
          transaction.objectStore(name).count(),
        ),
      ),
    );
    expect(rows).toEqual([0, 0, 0, 0]);
  });

  test('of several removes none when one is being recorded', async () => {
    const place = bench.place();
    const host = await bench.host(place.database.name);
    const id = await recordTwoVehicles(host);
    const recording = await host.remote.begin(newSession());
    const other = await bench.host(place.database.name);
    await expect(other.remote.remove([id, recording])).rejects.toMatchObject({
      code: 'SESSION_IN_USE',
    });
    expect(await statesOf(place)).toHaveLength(2);
  });
});

describe('a forgotten vehicle', () => {
  test('leaves no sighting, descriptor, picture or mention, and all else as it was', async () => {
    const place = bench.place();
    const host = await bench.host(place.database.name);
    const id = await recordTwoVehicles(host);
    const before = (await openSession(place, id))!.header;
    const removal = await host.remote.forgetVehicle('v1');
    expect(removal).toMatchObject({
      sessionCount: 0,
      videoSegmentCount: 0,
      cropCount: 1,
      sightingCount: 1,
      sessionsWithVideo: [id],
    });
    const session = await openSession(place, id);
    expect(session!.header.byteCount).toBe(before.byteCount - removal.byteCount);
    expect(session!.header.resultSets[0]).toMatchObject({ frameCount: 1, sightingCount: 1 });
    expect((await session!.sightings('live')).map((sighting) => sighting.id)).toEqual(['s2']);
    const text = await (await session!.part('results-live.rsl')).text();
    expect(text).toContain('"v2"');
    expect(text).not.toContain('"v1"');
    expect(await all(session!.frames('live', null))).toEqual([sessionFrame(0, 2)]);
    expect([...(await place.files.names(id))].sort()).toEqual([
      'crops/crop-2.webp',
      'results-live.1.rsl',
      'video-0-0.mp4',
    ]);
    expect(await host.remote.forgetVehicle('v1')).toMatchObject({ sightingCount: 0 });
    expect(await host.remote.forgetVehicle('v2')).toMatchObject({ sightingCount: 1, cropCount: 1 });
    expect(await (await openSession(place, id))!.sightings('live')).toEqual([]);
  });

  test('is forgotten in an interrupted session, which is closed for it', async () => {
    const place = bench.place();
    const { worker, remote } = await bench.host(place.database.name);
    const id = await remote.begin(newSession());
    await remote.beginResultSet(LIVE);
    await remote.append('live', [{ type: 'sighting', sighting: sessionSighting() }]);
    worker.terminate();
    await expect.poll(() => statesOf(place)).toEqual(['interrupted']);
    const other = await bench.host(place.database.name);
    expect(await other.remote.forgetVehicle('v1')).toMatchObject({ sightingCount: 1 });
    expect(await statesOf(place)).toEqual(['complete']);
    expect(await (await openSession(place, id))!.sightings('live')).toEqual([]);
  });

  test('is forgotten nowhere while one of its sessions is recorded', async () => {
    const place = bench.place();
    const host = await bench.host(place.database.name);
    const id = await recordTwoVehicles(host);
    await host.remote.begin(newSession());
    await host.remote.beginResultSet(LIVE);
    await host.remote.append('live', [{ type: 'sighting', sighting: sessionSighting() }]);
    const other = await bench.host(place.database.name);
    await expect(other.remote.forgetVehicle('v1')).rejects.toMatchObject({
      code: 'SESSION_IN_USE',
    });
    expect(await (await openSession(place, id))!.sightings('live')).toHaveLength(2);
  });
});

describe('tidying', () => {
  test('removes folders, files and imports that no row tells of, and no interrupted recording', async () => {
    const place = bench.place();
    const first = await bench.host(place.database.name);
    const id = await recordTwoVehicles(first);
    await first.remote.extend(id);
    await first.remote.beginResultSet({ ...LIVE, id: 'again' });
    const second = await bench.host(place.database.name);
    await second.remote.begin(newSession({ origin: 'imported' }));
    await second.remote.beginResultSet(LIVE);
    const third = await bench.host(place.database.name);
    const interrupted = await third.remote.begin(newSession());
    await third.remote.beginResultSet(LIVE);
    for (const { worker } of [first, second, third]) worker.terminate();
    const root = await navigator.storage.getDirectory();
    const sessions = await root.getDirectoryHandle('sessions');
    await sessions.getDirectoryHandle('left-behind', { create: true });
    await expect.poll(async () => (await place.lockedIds()).size).toBe(0);

    const { remote } = await bench.host(place.database.name);
    expect(await remote.tidy(NO_LIMITS)).toMatchObject({ sessionCount: 0, byteCount: 0 });
    expect([...(await place.files.sessionIds())].sort()).toEqual([id, interrupted].sort());
    expect(await place.files.names(id)).not.toContain('results-again.rsl');
    expect(await place.files.names(interrupted)).toEqual(['results-live.rsl']);
    expect((await openSession(place, id))!.segments).toHaveLength(1);
  });

  test('leaves what is being recorded alone', async () => {
    const place = bench.place();
    const { remote } = await bench.host(place.database.name);
    const id = await remote.begin(newSession());
    await remote.beginResultSet(LIVE);
    await remote.writePart('video-0-0.mp4', new Uint8Array(5), false);
    const other = await bench.host(place.database.name);
    await other.remote.tidy({ maxAgeDays: 0, maxBytes: 0, maxPictureAgeDays: 0 });
    expect([...(await place.files.names(id))].sort()).toEqual([
      'results-live.rsl',
      'video-0-0.mp4',
    ]);
    await remote.append('live', [frameEvent(0)]);
    await remote.finish(null);
    expect(await statesOf(place)).toEqual(['complete']);
  });

  test('removes pictures after their time, then sessions, then what is too much', async () => {
    const place = bench.place();
    const host = await bench.host(place.database.name);
    const id = await recordTwoVehicles(host);
    expect(await host.remote.tidy({ ...NO_LIMITS, maxPictureAgeDays: 1 })).toMatchObject({
      cropCount: 0,
    });
    expect(await host.remote.tidy({ ...NO_LIMITS, maxPictureAgeDays: 0 })).toEqual({
      sessionCount: 0,
      videoSegmentCount: 1,
      cropCount: 2,
      sightingCount: 0,
      byteCount: 506,
    });
    const session = await openSession(place, id);
    expect(session!.header.kind).toBe('results');
    expect(session!.segments).toEqual([]);
    expect((await session!.sightings('live')).map(({ cropPart }) => cropPart)).toEqual([
      null,
      null,
    ]);
    expect(await place.files.names(id)).toEqual(['results-live.rsl']);
    expect(await host.remote.tidy({ ...NO_LIMITS, maxBytes: 0 })).toMatchObject({
      sessionCount: 1,
    });
    expect(await place.files.sessionIds()).toEqual([]);
  });
});

describe('other tabs', () => {
  test('hear of what changes, and see a new title at once', async () => {
    const place = bench.place();
    const host = await bench.host(place.database.name);
    const heard: string[] = [];
    const stop = place.changes.listen((change) => heard.push(change));
    const id = await recordTwoVehicles(host);
    await expect.poll(() => heard).toEqual(['changed', 'finished']);
    await host.remote.rename(id, 'Gate');
    await expect.poll(() => heard).toEqual(['changed', 'finished', 'changed']);
    expect((await listSessions(place, { offset: 0, count: 1 })).sessions[0]?.title).toBe('Gate');
    stop();
  });
});

describe('the device’s key', () => {
  test('is made once, signs, and cannot be taken out', async () => {
    const place = bench.place();
    const [first, second] = await Promise.all([
      deviceKey(place.database.name),
      deviceKey(place.database.name),
    ]);
    const third = await deviceKey(place.database.name);
    const keys = await Promise.all(
      [first, second, third].map(({ publicKey }) => crypto.subtle.exportKey('jwk', publicKey)),
    );
    expect(keys[1]).toEqual(keys[0]);
    expect(keys[2]).toEqual(keys[0]);
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const data = new TextEncoder().encode('manifest');
    const signature = await crypto.subtle.sign(algorithm, third.privateKey, data);
    expect(await crypto.subtle.verify(algorithm, first.publicKey, signature, data)).toBe(true);
    await expect(crypto.subtle.exportKey('jwk', third.privateKey)).rejects.toThrow();
  });
});
