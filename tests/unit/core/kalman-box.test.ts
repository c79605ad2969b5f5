import { describe, expect, it } from 'vitest';
import type { Box } from '../../../src/contracts/detection';
import { KalmanBox } from '../../../src/core/kalman-box';

function boxAt(x: number, y: number, width = 80, height = 50): Box {
  return { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 };
}

/** A vehicle at 120 px/s along x, measured without error. */
function followed(framesPerSecond: number, seconds: number): KalmanBox {
  const motion = new KalmanBox(boxAt(0, 100));
  for (let frame = 1; frame <= framesPerSecond * seconds; frame++) {
    motion.predict(1 / framesPerSecond);
    motion.correct(boxAt((120 * frame) / framesPerSecond, 100), 1);
  }
  return motion;
}

describe('KalmanBox', () => {
  it('begins as the box it was given, at rest', () => {
    const motion = new KalmanBox(boxAt(30, 40));
    expect(motion.box()).toEqual(boxAt(30, 40));
    expect(motion.velocityXPxPerS).toBe(0);
  });

  it.each([30, 5, 2])('learns a constant speed at %i frames a second', (framesPerSecond) => {
    const motion = followed(framesPerSecond, 3);
    expect(motion.velocityXPxPerS).toBeGreaterThan(114);
    expect(motion.velocityXPxPerS).toBeLessThan(126);
    motion.predict(0.5);
    expect(motion.centreXPx).toBeCloseTo(420, -1);
    expect(motion.centreYPx).toBeCloseTo(100, 3);
  });

  it('is as unsure after one step of 0.5 s as after fifteen of 33 ms', () => {
    const once = new KalmanBox(boxAt(0, 0));
    const often = new KalmanBox(boxAt(0, 0));
    once.predict(0.5);
    for (let step = 0; step < 15; step++) often.predict(0.5 / 15);
    expect(often.centreXStdPx).toBeCloseTo(once.centreXStdPx, 6);
  });

  it('grows more unsure with time and with the size of the box, and surer with a measurement', () => {
    const small = new KalmanBox(boxAt(0, 0, 20, 20));
    const large = new KalmanBox(boxAt(0, 0, 200, 200));
    small.predict(0.2);
    large.predict(0.2);
    expect(large.centreXStdPx).toBeCloseTo(10 * small.centreXStdPx, 6);
    const before = small.centreXStdPx;
    small.predict(0.2);
    expect(small.centreXStdPx).toBeGreaterThan(before);
    small.correct(boxAt(0, 0, 20, 20), 1);
    expect(small.centreXStdPx).toBeLessThan(before);
  });

  it('trusts a doubtful measurement less', () => {
    const sure = new KalmanBox(boxAt(0, 0));
    const doubtful = new KalmanBox(boxAt(0, 0));
    for (const motion of [sure, doubtful]) motion.predict(0.05);
    sure.correct(boxAt(10, 0), 1);
    doubtful.correct(boxAt(10, 0), 2.5);
    expect(doubtful.centreXPx).toBeLessThan(sure.centreXPx);
  });

  it('does not let an entering vehicle grow on for ever', () => {
    const motion = new KalmanBox(boxAt(0, 0, 20, 60));
    for (let frame = 1; frame <= 6; frame++) {
      motion.predict(0.1);
      motion.correct(boxAt(0, 0, 20 + 20 * frame, 60), 1);
    }
    motion.predict(3);
    expect(motion.widthPx).toBeLessThan(260);
  });

  it('keeps a box when a shrinking one is predicted far ahead', () => {
    const motion = new KalmanBox(boxAt(0, 0, 60, 60));
    for (let frame = 1; frame <= 5; frame++) {
      motion.predict(0.05);
      motion.correct(boxAt(0, 0, 60 - 11 * frame, 60), 1);
    }
    motion.predict(5);
    const box = motion.box();
    expect(box.x2).toBeGreaterThan(box.x1);
  });

  it('steadies a jittering parked vehicle but not a driving one', () => {
    const parked = new KalmanBox(boxAt(0, 0));
    for (let frame = 1; frame <= 30; frame++) {
      parked.predict(1 / 30);
      parked.correct(boxAt(frame % 2 === 0 ? 2 : -2, 0), 1);
    }
    parked.steady();
    expect(parked.velocityXPxPerS).toBe(0);
    const driving = followed(30, 2);
    driving.steady();
    expect(driving.velocityXPxPerS).toBeGreaterThan(80);
  });

  it('does not move when no time passes', () => {
    const motion = followed(10, 1);
    const before = motion.box();
    motion.predict(0);
    expect(motion.box()).toEqual(before);
  });
});
