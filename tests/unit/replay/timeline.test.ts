import { describe, expect, it } from 'vitest';
import type { SessionSighting, SessionTrack } from '../../../src/contracts/session';
import {
  NUMBER_MARK_PX,
  PICTURE_MARK_PX,
  sightingBars,
  sightingMarks,
  thumbnailRow,
  trackDensity,
  trackEdges,
} from '../../../src/ui/replay/timeline-layout';
import { rangeWithEdge } from '../../../src/ui/replay/timeline-range';
import { TimelineScale } from '../../../src/ui/replay/timeline-scale';
import { MADE_RESULT_SET, makeSession } from '../../support/make-session';

const HOUR_US = 3600e6;
const whole = { startUs: 5e6, endUs: 5e6 + 8 * HOUR_US };
const all = TimelineScale.of(whole, 1000);

describe('timeline scale', () => {
  it('finds the time of a place and the place of a time', () => {
    expect(all.xOf(whole.startUs)).toBe(0);
    expect(all.xOf(whole.endUs)).toBe(1000);
    expect(all.timeAt(500)).toBe(whole.startUs + 4 * HOUR_US);
    expect(all.timeAt(-50)).toBe(whole.startUs);
  });

  it('keeps what is under the pointer there when it is zoomed', () => {
    const zoomed = all.zoomed(10, 300);
    expect(zoomed.zoom).toBeCloseTo(10);
    expect(zoomed.timeAt(300)).toBe(all.timeAt(300));
  });

  it('shows nothing outside the session, however it is zoomed and moved', () => {
    const moved = all.zoomed(1e9, 1000).panned(1e6).zoomed(0.5, 0).panned(-1e9);
    expect(moved.startUs).toBe(whole.startUs);
    expect(all.zoomed(0.001, 500).spanUs).toBe(8 * HOUR_US);
    expect(all.zoomed(1e9, 500).spanUs).toBe(500_000);
  });

  it('follows a time that leaves it, and else stays', () => {
    const zoomed = all.zoomed(100, 0);
    expect(zoomed.following(zoomed.startUs + 1)).toBe(zoomed);
    const followed = zoomed.following(zoomed.endUs + 1e6);
    expect(followed.xOf(zoomed.endUs + 1e6)).toBeCloseTo(100);
  });

  it('labels round times of the clock, not of the session', () => {
    const ticks = all.ticks(80, 0);
    expect(ticks.every((timeUs) => timeUs % HOUR_US === 0)).toBe(true);
    expect(ticks).toHaveLength(8);
  });

  it('has a length for a session of one frame', () => {
    const point = TimelineScale.of({ startUs: 7, endUs: 7 }, 100);
    expect(point.xOf(7)).toBe(0);
    expect(point.timeAt(50)).toBe(7);
  });
});

function sighting(number: number, startUs: number, endUs: number): SessionSighting {
  return { id: `s${number}`, vehicleNumber: number, startUs, endUs } as SessionSighting; // what the layout reads
}

describe('sightings on the timeline', () => {
  it('shows pictures where all have room, else numbers, else bars alone', () => {
    const spread = (count: number) =>
      Array.from({ length: count }, (_, index) => {
        const startUs = whole.startUs + (index / count) * 8 * HOUR_US;
        return sighting(index, startUs, startUs + 10e6);
      });
    const few = sightingMarks(spread(10), all, 2);
    expect(few).toHaveLength(10);
    expect(few.every(({ hasPicture }) => hasPicture)).toBe(true);
    const some = sightingMarks(spread(30), all, 2);
    expect(some).toHaveLength(30);
    expect(some.some(({ hasPicture }) => hasPicture)).toBe(false);
    expect(sightingMarks(spread(5000), all, 2)).toEqual([]);
    expect(sightingBars(spread(5000), all).length).toBeGreaterThan(0);
  });

  it('lets no two marks of a row overlap, nor one leave the timeline', async () => {
    const session = makeSession({ durationS: 120, objectCount: 4 });
    const scale = TimelineScale.of(session.header, 700);
    const marks = sightingMarks(await session.sightings(MADE_RESULT_SET), scale, 2);
    expect(marks.length).toBeGreaterThan(8);
    for (const mark of marks) {
      const width = mark.hasPicture ? PICTURE_MARK_PX : NUMBER_MARK_PX;
      expect(mark.x).toBeGreaterThanOrEqual(0);
      expect(mark.x + width).toBeLessThanOrEqual(700);
      const others = marks.filter((other) => other !== mark && other.row === mark.row);
      for (const other of others) expect(Math.abs(other.x - mark.x)).toBeGreaterThanOrEqual(width);
    }
  });

  it('draws one bar a sighting, at least a pixel wide', () => {
    const bars = sightingBars([sighting(1, whole.startUs, whole.startUs + 1)], all);
    expect(bars.map(({ path }) => path)).toEqual(['M0 0h1v1h-1z']);
  });

  it('lays 5,000 sightings of eight hours out in less than a display frame of ten', () => {
    const sightings = Array.from({ length: 5000 }, (_, index) =>
      sighting(index, whole.startUs + index * 5.76e6, whole.startUs + index * 5.76e6 + 8e6),
    );
    const startMs = performance.now();
    sightingMarks(sightings, all, 2);
    sightingBars(sightings, all);
    expect(performance.now() - startMs).toBeLessThan(160);
  });
});

describe('density of tracks', () => {
  const track = (firstSeenUs: number, lastSeenUs: number): SessionTrack =>
    ({ firstSeenUs, lastSeenUs }) as SessionTrack; // what is counted

  it('counts tracks that are there at once, not those that follow each other within a pixel', () => {
    const one = Array.from({ length: 50 }, (_, index) =>
      track(whole.startUs + index * 1e6, whole.startUs + index * 1e6 + 900_000),
    );
    expect(trackDensity(trackEdges(one), all).maxCount).toBe(1);
    const three = [track(10e6, 90e6), track(20e6, 30e6), track(25e6, 40e6), track(35e6, 50e6)];
    expect(trackDensity(trackEdges(three), all).maxCount).toBe(3);
  });

  it('counts only what is in sight', () => {
    const tracks = [track(10e6, 20e6), track(12e6, 20e6), track(HOUR_US, HOUR_US + 60e6)];
    const later = all.zoomed(8, 1000);
    expect(trackDensity(trackEdges(tracks), later).maxCount).toBe(0);
    expect(trackDensity(trackEdges([]), all).maxCount).toBe(0);
  });
});

describe('thumbnails on the timeline', () => {
  it('are at least as far apart as one is wide, and never one and a half times as far', () => {
    for (const zoom of [1, 1.3, 2, 3.7, 10, 100, 5000]) {
      const { timesUs, widthPx } = thumbnailRow(all.zoomed(zoom, 400), 85);
      expect(widthPx).toBeGreaterThanOrEqual(85 - 1e-6);
      expect(widthPx).toBeLessThan(85 * 1.5 + 1e-6);
      expect(timesUs.length).toBeLessThanOrEqual(13);
    }
  });

  it('stay where they are when it is moved', () => {
    const zoomed = all.zoomed(20, 500);
    const before = thumbnailRow(zoomed, 85).timesUs;
    const after = thumbnailRow(zoomed.panned(200), 85).timesUs;
    expect(after.filter((timeUs) => before.includes(timeUs)).length).toBeGreaterThan(5);
  });
});

describe('in and out point', () => {
  const range = { startUs: 10, endUs: 20 };
  const session = { startUs: 0, endUs: 100 };

  it('are set one at a time', () => {
    expect(rangeWithEdge('in', 15, range, session)).toEqual({ startUs: 15, endUs: 20 });
    expect(rangeWithEdge('out', 15, range, session)).toEqual({ startUs: 10, endUs: 15 });
  });

  it('do not pass each other: the other one goes to the edge of the session', () => {
    expect(rangeWithEdge('in', 30, range, session)).toEqual({ startUs: 30, endUs: 100 });
    expect(rangeWithEdge('out', 5, range, session)).toEqual({ startUs: 0, endUs: 5 });
    expect(rangeWithEdge('out', 0, range, session)).toBeNull();
  });
});
