import { describe, expect, it } from 'vitest';
import { boxInView, containMapping, viewX, viewY } from '../../../src/sinks/overlay/view-mapping';

describe('containMapping', () => {
  it('puts bars left and right of a frame narrower than its view', () => {
    const mapping = containMapping(1000, 500, 400, 400);
    expect(mapping.scale).toBe(1.25);
    expect(viewX(mapping, 0)).toBe(250);
    expect(viewX(mapping, 400)).toBe(750);
    expect(viewY(mapping, 400)).toBe(500);
  });

  it('puts bars above and below a frame wider than its view', () => {
    const mapping = containMapping(400, 844, 1280, 720);
    expect(viewX(mapping, 1280)).toBeCloseTo(400);
    expect(viewY(mapping, 0)).toBeCloseTo((844 - 225) / 2);
    expect(viewY(mapping, 720)).toBeCloseTo((844 + 225) / 2);
  });

  it('fills the view exactly when the shapes agree, whatever the density', () => {
    const mapping = containMapping(2560, 1440, 1280, 720);
    expect(viewX(mapping, 640)).toBe(1280);
    expect(viewY(mapping, 360)).toBe(720);
  });

  it('shows nothing of an empty frame instead of dividing by zero', () => {
    expect(containMapping(100, 100, 0, 0).scale).toBe(0);
  });
});

describe('boxInView', () => {
  it('flips a mirrored box about the middle of the view and keeps its edges in order', () => {
    const mapping = containMapping(1000, 500, 400, 400, true);
    const box = boxInView(mapping, { x1: 0, y1: 0, x2: 100, y2: 200 });
    expect(box).toEqual({ x1: 625, y1: 0, x2: 750, y2: 250 });
  });
});
