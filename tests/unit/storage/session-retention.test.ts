import { describe, expect, test } from 'vitest';
import type { SessionRetention } from '../../../src/contracts/session';
import {
  agedPictures,
  agedSessions,
  surplusSessions,
} from '../../../src/storage/session-retention';
import { DAY_MS, NOON_UNIX_MS } from './gallery-fixtures';
import { sessionRow } from './session-rows';

const NO_LIMITS: SessionRetention = { maxAgeDays: null, maxBytes: null, maxPictureAgeDays: null };

const rows = [9, 1, 5].map((ageDays) =>
  sessionRow({
    id: `of-day-${ageDays}`,
    storedUnixMs: NOON_UNIX_MS - ageDays * DAY_MS,
    kind: ageDays === 9 ? 'results' : 'video',
  }),
);

describe('what is kept too long', () => {
  test('is nothing without limits', () => {
    expect(agedSessions(rows, NO_LIMITS, NOON_UNIX_MS)).toEqual([]);
    expect(agedPictures(rows, NO_LIMITS, NOON_UNIX_MS)).toEqual([]);
    expect(surplusSessions(rows, NO_LIMITS, 1e12)).toEqual([]);
  });

  test('is told by when it came to the device, however old the recording is', () => {
    const imported = sessionRow({ createdUnixMs: 0, storedUnixMs: NOON_UNIX_MS });
    const retention = { ...NO_LIMITS, maxAgeDays: 5 };
    expect(agedSessions([...rows, imported], retention, NOON_UNIX_MS)).toEqual(['of-day-9']);
  });

  test('of pictures is told of sessions that have some', () => {
    const retention = { ...NO_LIMITS, maxPictureAgeDays: 2 };
    expect(agedPictures(rows, retention, NOON_UNIX_MS)).toEqual(['of-day-5']);
  });
});

describe('what is too much', () => {
  test('goes from the one that came first on, until the rest fits', () => {
    expect(surplusSessions(rows, { ...NO_LIMITS, maxBytes: 300 }, 0)).toEqual([]);
    expect(surplusSessions(rows, { ...NO_LIMITS, maxBytes: 299 }, 0)).toEqual(['of-day-9']);
    expect(surplusSessions(rows, { ...NO_LIMITS, maxBytes: 100 }, 0)).toEqual([
      'of-day-9',
      'of-day-5',
    ]);
  });

  test('counts sessions that are being written, which stay', () => {
    expect(surplusSessions(rows, { ...NO_LIMITS, maxBytes: 300 }, 1)).toEqual(['of-day-9']);
    expect(surplusSessions(rows, { ...NO_LIMITS, maxBytes: 300 }, 1_000)).toHaveLength(3);
  });
});
