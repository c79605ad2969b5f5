import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveLedger } from '../../../src/runtime/sync/live-ledger';

let entries: (readonly [string, number])[];
let isDiskThere: boolean;
let ledger: LiveLedger;

beforeEach(() => {
  vi.useFakeTimers();
  entries = [];
  isDiskThere = true;
  ledger = new LiveLedger((label, byteCount) => {
    if (!isDiskThere) return Promise.reject(new Error('no room'));
    entries.push([label, byteCount]);
    return Promise.resolve();
  });
});

afterEach(() => vi.useRealTimers());

describe('what live results left', () => {
  it('is one entry a minute for each camera, and no entry while nothing leaves', async () => {
    for (let second = 0; second < 60; second += 1) {
      ledger.note('North', 100);
      if (second % 2 === 0) ledger.note('South', 10);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    await vi.advanceTimersByTimeAsync(600_000);
    expect(entries).toEqual([
      ['North', 6_000],
      ['South', 300],
    ]);
  });

  it('is there at once when publishing ends or the page goes, every byte once', async () => {
    ledger.note('North', 1);
    await Promise.all([ledger.flush(), ledger.flush()]);
    ledger.note('North', 2);
    await ledger.flush();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(entries).toEqual([
      ['North', 1],
      ['North', 2],
    ]);
  });

  it('is not forgotten while nothing can be written', async () => {
    isDiskThere = false;
    ledger.note('North', 5);
    await expect(ledger.flush()).rejects.toThrow('no room');
    await vi.advanceTimersByTimeAsync(60_000);
    isDiskThere = true;
    ledger.note('North', 6);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(entries).toEqual([['North', 11]]);
  });
});
