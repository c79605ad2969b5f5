import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Gap } from '../../../src/contracts/app';
import { GapWatch, type GapWitness } from '../../../src/runtime/gap-watch';

describe('GapWatch', () => {
  let witness: { -readonly [Key in keyof GapWitness]: GapWitness[Key] };
  let gaps: readonly Gap[];
  let current: Gap | null;
  let watch: GapWatch;

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    witness = { isExpectingFrames: true, isMuted: false, isHidden: false };
    gaps = [];
    current = null;
    watch = new GapWatch(
      () => witness,
      (closed, open) => {
        gaps = closed;
        current = open;
      },
    );
    watch.start();
  });

  afterEach(() => {
    watch.stop();
    vi.useRealTimers();
  });

  it('stays quiet while results come', () => {
    for (let second = 0; second < 10; second += 1) {
      vi.advanceTimersByTime(1000);
      watch.noteResult();
    }
    expect(gaps).toEqual([]);
    expect(current).toBeNull();
  });

  it('opens a gap at the last result when the tab is hidden and nothing comes, and closes it at the next', () => {
    watch.noteResult();
    witness.isHidden = true;
    vi.advanceTimersByTime(5000);
    expect(current).toEqual({ startUnixMs: 1_000_000, endUnixMs: null, reason: 'hidden' });
    watch.noteResult();
    expect(current).toBeNull();
    expect(gaps).toEqual([{ startUnixMs: 1_000_000, endUnixMs: 1_005_000, reason: 'hidden' }]);
  });

  it('has no gap for a hidden tab whose camera goes on', () => {
    witness.isHidden = true;
    for (let second = 0; second < 10; second += 1) {
      vi.advanceTimersByTime(1000);
      watch.noteResult();
    }
    expect(gaps).toEqual([]);
  });

  it('names a muted camera before a hidden tab', () => {
    witness.isHidden = true;
    witness.isMuted = true;
    vi.advanceTimersByTime(4000);
    expect(current?.reason).toBe('camera-muted');
  });

  it('does not count a pause as a gap, nor the moment after it', () => {
    witness.isExpectingFrames = false;
    vi.advanceTimersByTime(60_000);
    witness.isExpectingFrames = true;
    vi.advanceTimersByTime(2000);
    expect(current).toBeNull();
  });

  it('says that the device slept when its own clock stood still', () => {
    vi.setSystemTime(1_000_000 + 600_000);
    watch.check();
    expect(current?.reason).toBe('device-slept');
  });

  it('keeps the start of a gap whose reason becomes known later', () => {
    vi.advanceTimersByTime(4000);
    expect(current?.reason).toBe('no-frames');
    watch.open('camera-lost');
    expect(current).toEqual({ startUnixMs: 1_000_000, endUnixMs: null, reason: 'camera-lost' });
  });

  it('ends an open gap when the run ends', () => {
    vi.advanceTimersByTime(4000);
    watch.stop();
    expect(gaps).toHaveLength(1);
    expect(gaps[0]?.endUnixMs).toBe(1_004_000);
  });
});
