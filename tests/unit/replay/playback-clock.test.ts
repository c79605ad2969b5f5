import { describe, expect, it } from 'vitest';
import { PlaybackClock } from '../../../src/runtime/replay/playback-clock';

describe('playback clock', () => {
  it('stands until it is started, and where it was stopped', () => {
    const clock = new PlaybackClock(5_000_000);
    expect(clock.at(1000)).toBe(5_000_000);
    clock.start(1000);
    expect(clock.at(1500)).toBe(5_500_000);
    clock.stop(2000);
    expect(clock.at(9000)).toBe(6_000_000);
  });

  it('is after an hour of uneven display frames where one look at the end would find it', () => {
    const clock = new PlaybackClock(0);
    clock.setSpeed(0.25, 0);
    clock.start(0);
    let nowMs = 0;
    for (let frame = 0; nowMs < 3_600_000; frame += 1) {
      nowMs += 16.6 + (frame % 7);
      clock.at(nowMs);
    }
    expect(clock.at(nowMs)).toBe(Math.round(nowMs * 250));
  });

  it('goes on from the same place at another speed', () => {
    const clock = new PlaybackClock(0);
    clock.start(0);
    clock.setSpeed(8, 1000);
    expect(clock.at(1000)).toBe(1_000_000);
    expect(clock.at(1100)).toBe(1_800_000);
  });

  it('runs on after a jump', () => {
    const clock = new PlaybackClock(0);
    clock.start(0);
    clock.moveTo(60_000_000, 500);
    expect(clock.at(600)).toBe(60_100_000);
  });
});
