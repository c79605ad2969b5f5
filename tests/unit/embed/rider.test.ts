import { describe, expect, it } from 'vitest';
import type { Box } from '../../../src/contracts/detection';
import { withRiders } from '../../../src/stages/embed/rider';

/** Seen from behind: as wide as its rider, who sits in it to the knees. */
const MOTORCYCLE: Box = { x1: 100, y1: 200, x2: 140, y2: 260 };
const RIDER: Box = { x1: 98, y1: 160, x2: 141, y2: 250 };

describe('withRiders', () => {
  it('takes the rider of a motorcycle into its box', () => {
    expect(withRiders(MOTORCYCLE, [RIDER])).toEqual({ x1: 98, y1: 160, x2: 141, y2: 260 });
  });

  it('takes the pillion rider as well', () => {
    const pillion = { x1: 104, y1: 155, x2: 138, y2: 230 };
    expect(withRiders(MOTORCYCLE, [RIDER, pillion]).y1).toBe(155);
  });

  it('takes a rider who is seen from the side, much narrower than the motorcycle', () => {
    const motorcycle = { x1: 100, y1: 200, x2: 200, y2: 260 };
    const rider = { x1: 130, y1: 150, x2: 170, y2: 245 };
    expect(withRiders(motorcycle, [rider])).toEqual({ x1: 100, y1: 150, x2: 200, y2: 260 });
  });

  it('leaves whoever stands beside it alone', () => {
    const beside = { x1: 135, y1: 160, x2: 175, y2: 262 };
    expect(withRiders(MOTORCYCLE, [beside])).toEqual(MOTORCYCLE);
  });

  it('leaves whoever walks behind it, farther away, alone', () => {
    const behind = { x1: 110, y1: 150, x2: 130, y2: 205 };
    expect(withRiders(MOTORCYCLE, [behind])).toEqual(MOTORCYCLE);
  });

  it('leaves whoever walks in front of it, nearer, alone', () => {
    const before = { x1: 100, y1: 180, x2: 140, y2: 300 };
    expect(withRiders(MOTORCYCLE, [before])).toEqual(MOTORCYCLE);
  });

  it('leaves a person alone who is far too large or small to ride it', () => {
    const giant = { x1: 100, y1: 60, x2: 140, y2: 250 };
    const head = { x1: 112, y1: 225, x2: 126, y2: 240 };
    expect(withRiders(MOTORCYCLE, [giant, head])).toEqual(MOTORCYCLE);
  });
});
