import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SessionPlace } from '../../../src/storage/session-place';
import { openSession } from '../../../src/storage/session-reader';
import { frameEvent } from '../../unit/session-format/session-fixtures';
import { SessionBench, type SessionHost } from './session-fixtures';
import { LIVE, newSession, videoSegment } from './session-parts';
import { makeSmallDisk, placeIn, removeSmallDisk } from './small-disk';

const QUOTA_BYTES = 10_000_000;

const bench = new SessionBench();
let disk: string;
let host: SessionHost;
let place: SessionPlace;
let ownDatabases: IDBFactory;

beforeEach(async () => {
  ownDatabases = indexedDB;
  disk = `small-${crypto.randomUUID()}`;
  await makeSmallDisk(disk, QUOTA_BYTES);
  const { database } = bench.place();
  host = await bench.host(database.name, disk);
  place = await placeIn(database.name, disk);
});

afterEach(async () => {
  place.close();
  Object.defineProperty(globalThis, 'indexedDB', { value: ownDatabases, configurable: true });
  await bench.clear();
  await removeSmallDisk(disk);
});

async function countFrames(id: string): Promise<number> {
  let count = 0;
  for await (const frame of (await openSession(place, id))!.frames('live', null))
    count += frame.boxes.length > 0 ? 1 : 0;
  return count;
}

describe('a disk that fills up', () => {
  test('with video ends it with STORAGE_FULL; the session is closed with all that was committed', async () => {
    const { remote } = host;
    const id = await remote.begin(newSession());
    await remote.beginResultSet(LIVE);
    await remote.append('live', [frameEvent(0)]);
    let segmentCount = 0;
    const fill = async (): Promise<void> => {
      for (; ; segmentCount += 1) {
        const bytes = new Uint8Array(1_500_000).fill(segmentCount);
        const byteCount = await remote.writePart(`video-0-${segmentCount}.mp4`, bytes);
        await remote.addSegment(videoSegment(segmentCount, byteCount));
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(segmentCount).toBeGreaterThan(0);
    const header = await remote.finish('STORAGE_FULL');
    expect(header).toMatchObject({ state: 'complete', endedBecause: 'STORAGE_FULL' });
    const session = await openSession(place, id);
    expect(session!.segments).toHaveLength(segmentCount);
    for (const { part, index, byteCount } of session!.segments) {
      const bytes = new Uint8Array(await (await session!.part(part)).arrayBuffer());
      expect(bytes.length).toBe(byteCount);
      expect(bytes.every((byte) => byte === index)).toBe(true);
    }
    expect(await countFrames(id)).toBe(1);
    expect(await place.files.names(id)).toHaveLength(segmentCount + 1);
  });

  test('with results keeps every block that was taken, and takes more once there is room', async () => {
    const { remote } = host;
    const filler = await remote.begin(newSession());
    await remote.beginResultSet(LIVE);
    await remote.writePart('video-0-0.mp4', new Uint8Array(5_000_000));
    await remote.addSegment(videoSegment(0, 5_000_000));
    await remote.finish(null);
    const id = await remote.begin(newSession());
    await remote.beginResultSet(LIVE);
    let timeUs = 0;
    const fill = async (): Promise<void> => {
      // Blocks of some 500 kB, so that the disk is full before patience ends.
      for (; ; timeUs += 1) await remote.append('live', [frameEvent(timeUs, 22_000)]);
    };
    await expect(fill()).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(timeUs).toBeGreaterThan(0);
    await remote.remove([filler]);
    await remote.append('live', [frameEvent(timeUs, 22_000)]);
    const header = await remote.finish(null);
    expect(header.resultSets[0]).toMatchObject({ frameCount: timeUs + 1 });
    expect(await countFrames(id)).toBe(timeUs + 1);
  });

  test('with pictures leaves none that is not whole', async () => {
    const { remote } = host;
    const id = await remote.begin(newSession());
    await remote.beginResultSet(LIVE);
    let cropCount = 0;
    const fill = async (): Promise<void> => {
      for (; ; cropCount += 1) {
        const picture = new Blob([new Uint8Array(1_000_000)], { type: 'image/webp' });
        await remote.addCrop(`crop-${cropCount}`, picture);
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(cropCount).toBeGreaterThan(0);
    const header = await remote.finish('STORAGE_FULL');
    expect(header.state).toBe('complete');
    // No sighting was told of: none of the pictures is anybody's.
    expect(await place.files.names(id)).toEqual(['results-live.rsl']);
  });
});
