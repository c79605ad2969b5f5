import { describe, expect, it } from 'vitest';
import {
  boxAreaPx2,
  boxHeightPx,
  boxWidthPx,
  clampBox,
  intersectionAreaPx2,
  iou,
} from '../../../src/core/geometry';

const BOX = { x1: 10, y1: 20, x2: 30, y2: 50 };

describe('geometry', () => {
  it('measures sides and area', () => {
    expect(boxWidthPx(BOX)).toBe(20);
    expect(boxHeightPx(BOX)).toBe(30);
    expect(boxAreaPx2(BOX)).toBe(600);
  });

  it('gives an inside-out box no area', () => {
    expect(boxAreaPx2({ x1: 30, y1: 20, x2: 10, y2: 50 })).toBe(0);
    expect(boxAreaPx2({ x1: 30, y1: 50, x2: 10, y2: 20 })).toBe(0);
  });

  it('finds what two boxes share', () => {
    expect(intersectionAreaPx2(BOX, { x1: 20, y1: 40, x2: 100, y2: 100 })).toBe(100);
    expect(intersectionAreaPx2(BOX, { x1: 30, y1: 20, x2: 60, y2: 50 })).toBe(0);
    expect(intersectionAreaPx2(BOX, { x1: 100, y1: 100, x2: 120, y2: 120 })).toBe(0);
  });

  it('computes intersection over union, the same both ways', () => {
    const other = { x1: 20, y1: 20, x2: 40, y2: 50 };
    expect(iou(BOX, BOX)).toBe(1);
    expect(iou(BOX, other)).toBeCloseTo(300 / 900, 12);
    expect(iou(other, BOX)).toBe(iou(BOX, other));
    expect(iou(BOX, { x1: 5, y1: 5, x2: 5, y2: 5 })).toBe(0);
  });

  it('cuts a box to its frame', () => {
    expect(clampBox({ x1: -5, y1: -6, x2: 700, y2: 500 }, 640, 360)).toEqual({
      x1: 0,
      y1: 0,
      x2: 640,
      y2: 360,
    });
    expect(boxAreaPx2(clampBox({ x1: 700, y1: 0, x2: 800, y2: 10 }, 640, 360))).toBe(0);
  });
});
