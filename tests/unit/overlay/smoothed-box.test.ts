import { describe, expect, it } from 'vitest';
import type { Track } from '../../../src/contracts/track';
import { MAX_EXTRAPOLATION_MS, SmoothedBox } from '../../../src/sinks/overlay/smoothed-box';

function trackAt(x1: number, velocityXPxPerS: number): Track {
  return {
    id: 1,
    state: 'confirmed',
    box: { x1, y1: 100, x2: x1 + 80, y2: 160 },
    velocityXPxPerS,
    velocityYPxPerS: 0,
    vehicleClass: 'car',
    score: 0.9,
    detectedBox: null,
    firstSeenUs: 0,
    lastSeenUs: 0,
    hitCount: 5,
  };
}

describe('SmoothedBox', () => {
  it('stands where the result put it when nothing is predicted', () => {
    const box = new SmoothedBox();
    box.place(trackAt(200, 300), 1000);
    box.moveTo(1400, false);
    expect(box.centreX).toBe(240);
  });

  it('runs on with the velocity between two results', () => {
    const box = new SmoothedBox();
    box.place(trackAt(200, 300), 1000);
    box.moveTo(1100, true);
    expect(box.centreX).toBeCloseTo(270);
  });

  it('stops running on after half a second', () => {
    const box = new SmoothedBox();
    box.place(trackAt(200, 300), 1000);
    box.moveTo(1000 + MAX_EXTRAPOLATION_MS + 5000, true);
    expect(box.centreX).toBeCloseTo(240 + 150);
    expect(box.isMoving(1000 + MAX_EXTRAPOLATION_MS + 5000)).toBe(false);
  });

  it('does not jump when a new result disagrees, and has arrived a third of a second later', () => {
    const box = new SmoothedBox();
    box.place(trackAt(200, 0), 1000);
    box.glideTo(trackAt(230, 0), 1200, 1200);
    expect(box.centreX).toBeCloseTo(240);
    box.moveTo(1270, true);
    expect(box.centreX).toBeGreaterThan(250);
    expect(box.centreX).toBeLessThan(268);
    box.moveTo(1550, true);
    expect(box.centreX).toBeCloseTo(270, 0);
  });

  it('jumps to a place farther than its own size instead of flying across the picture', () => {
    const box = new SmoothedBox();
    box.place(trackAt(0, 0), 1000);
    box.glideTo(trackAt(900, 0), 1200, 1200);
    expect(box.centreX).toBe(940);
  });

  it('says that it rests once it stands still on its result', () => {
    const box = new SmoothedBox();
    box.place(trackAt(200, 0), 1000);
    expect(box.isMoving(1001)).toBe(false);
    box.glideTo(trackAt(210, 0), 1200, 1200);
    expect(box.isMoving(1210)).toBe(true);
    expect(box.isMoving(1900)).toBe(false);
  });
});
