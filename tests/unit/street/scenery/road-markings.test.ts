import { describe, expect, it } from 'vitest';
import { LANES, ROAD, SIDE_ROAD, SIGNAL } from '../../../../src/street/layout';
import { listRoadMarkings, type RoadMarking } from '../../../../src/street/scenery/road-markings';

const markings = listRoadMarkings();

function ofKind(kind: RoadMarking['kind']): readonly RoadMarking[] {
  return markings.filter((marking) => marking.kind === kind);
}

function extent(outline: RoadMarking['outline']): { x: [number, number]; z: [number, number] } {
  const xs = outline.map(([x]) => x);
  const zs = outline.map(([, z]) => z);
  return {
    x: [Math.min(...xs), Math.max(...xs)],
    z: [Math.min(...zs), Math.max(...zs)],
  };
}

describe('what is painted on the roads', () => {
  it('stays on the asphalt', () => {
    for (const { outline } of markings) {
      for (const [x, z] of outline) {
        const isOnMainRoad = x >= ROAD.leftKerbXM && x <= ROAD.rightKerbXM;
        const isOnSideRoad =
          x > ROAD.rightKerbXM && Math.abs(z - SIDE_ROAD.zM) <= SIDE_ROAD.halfWidthM;
        expect([x, z, isOnMainRoad || isOnSideRoad]).toEqual([x, z, true]);
      }
    }
  });

  it('keeps every lane free of lines along it but arrows', () => {
    const lines = [...ofKind('centre-line'), ...ofKind('lane-line'), ...ofKind('parking-line')];
    expect(lines.length).toBeGreaterThan(20);
    for (const { xM } of Object.values(LANES)) {
      for (const { outline } of lines) {
        const { x } = extent(outline);
        expect(x[1] < xM - 1 || x[0] > xM + 1).toBe(true);
      }
    }
  });

  it('has one stop line at each traffic light, across the lanes that wait there', () => {
    const lines = ofKind('stop-line').map(({ outline }) => extent(outline));
    expect(lines).toHaveLength(3);
    const covers = (range: [number, number], at: number): boolean => range[0] < at && at < range[1];
    const at = (x: number, z: number): number =>
      lines.filter((line) => covers(line.x, x) && covers(line.z, z)).length;
    expect(at(LANES.awayInner.xM, SIGNAL.awayStopZM)).toBe(1);
    expect(at(LANES.awayOuter.xM, SIGNAL.awayStopZM)).toBe(1);
    expect(at(LANES.towards.xM, SIGNAL.towardsStopZM)).toBe(1);
    expect(at(SIGNAL.sideStopXM, SIDE_ROAD.comingZM)).toBe(1);
    expect(at(SIGNAL.sideStopXM, SIDE_ROAD.leavingZM)).toBe(0);
  });

  it('has only convex outlines, which is how they are drawn', () => {
    for (const { outline } of markings) {
      const turns = outline.map(([x, z], index) => {
        const [x1 = 0, z1 = 0] = outline[(index + 1) % outline.length] ?? [];
        const [x2 = 0, z2 = 0] = outline[(index + 2) % outline.length] ?? [];
        return Math.sign((x1 - x) * (z2 - z1) - (z1 - z) * (x2 - x1));
      });
      expect(new Set(turns).size).toBe(1);
    }
  });
});
