import { describe, expect, it } from 'vitest';
import { MaskDrawing } from '../../../src/ui/recording/mask-drawing.svelte';

const GATE = 'gate';
const AREA = [
  { x: 0.1, y: 0.1 },
  { x: 0.4, y: 0.1 },
  { x: 0.4, y: 0.5 },
];

describe('drawing a privacy mask', () => {
  it('begins with the areas the camera has', () => {
    const drawing = new MaskDrawing(GATE, [
      { cameraId: 'yard', polygons: [] },
      { cameraId: GATE, polygons: [AREA] },
    ]);
    expect(drawing.polygons).toEqual([AREA]);
  });

  it('closes an area from three corners on, and not before', () => {
    const drawing = new MaskDrawing(GATE, []);
    for (const corner of AREA.slice(0, 2)) drawing.addCorner(corner);
    drawing.close();
    expect(drawing.polygons).toEqual([]);
    drawing.addCorner({ x: 0.4, y: 0.5 });
    drawing.close();
    expect(drawing.polygons).toEqual([AREA]);
    expect(drawing.open).toEqual([]);
  });

  it('keeps corners within the picture', () => {
    const drawing = new MaskDrawing(GATE, [{ cameraId: GATE, polygons: [AREA] }]);
    drawing.moveCorner(0, 1, { x: 1.2, y: -0.3 });
    expect(drawing.polygons[0]?.[1]).toEqual({ x: 1, y: 0 });
    expect(drawing.polygons[0]?.[0]).toEqual(AREA[0]);
  });

  it('replaces the areas of its own camera only, and drops a mask without areas', () => {
    const other = { cameraId: 'yard', polygons: [AREA] };
    const drawing = new MaskDrawing(GATE, [other, { cameraId: GATE, polygons: [AREA] }]);
    drawing.addRectangle();
    expect(drawing.applyTo([other, { cameraId: GATE, polygons: [AREA] }])).toEqual([
      other,
      { cameraId: GATE, polygons: drawing.polygons },
    ]);
    drawing.remove(1);
    drawing.remove(0);
    expect(drawing.applyTo([other])).toEqual([other]);
  });

  it('counts an area that was left open with corners enough, and forgets one without', () => {
    const drawing = new MaskDrawing(GATE, []);
    for (const corner of AREA) drawing.addCorner(corner);
    expect(drawing.applyTo([])).toEqual([{ cameraId: GATE, polygons: [AREA] }]);
    const hardlyBegun = new MaskDrawing(GATE, []);
    hardlyBegun.addCorner({ x: 0.1, y: 0.1 });
    expect(hardlyBegun.applyTo([])).toEqual([]);
  });
});
