import { describe, expect, it } from 'vitest';
import { ROAD, SIDE_ROAD } from '../../../../src/street/layout';
import {
  besideKerb,
  farRightKerb,
  leftKerb,
  nearRightKerb,
} from '../../../../src/street/scenery/kerb-line';

describe('the kerbs', () => {
  it('round both corners of the side road with its radius', () => {
    const { zM, halfWidthM, cornerRadiusM } = SIDE_ROAD;
    const centreXM = ROAD.rightKerbXM + cornerRadiusM;
    for (const [line, side] of [
      [nearRightKerb(), 1],
      [farRightKerb(), -1],
    ] as const) {
      const centreZM = zM + side * (halfWidthM + cornerRadiusM);
      const onArc = line.filter(
        ([x, z]) =>
          x > ROAD.rightKerbXM + 0.01 && x < centreXM - 0.01 && Math.abs(z - zM) > halfWidthM,
      );
      expect(onArc.length).toBeGreaterThan(5);
      for (const [x, z] of onArc) {
        expect(Math.hypot(x - centreXM, z - centreZM)).toBeCloseTo(cornerRadiusM, 6);
      }
    }
  });

  it('never jump: neighbouring points are a few metres apart', () => {
    for (const line of [leftKerb(), nearRightKerb(), farRightKerb()]) {
      line.slice(1).forEach(([x, z], index) => {
        const [fromX = 0, fromZ = 0] = line[index] ?? [];
        const stepM = Math.hypot(x - fromX, z - fromZ);
        expect(stepM).toBeGreaterThan(0.1);
        expect(stepM).toBeLessThanOrEqual(6);
      });
    }
  });

  it('have the pavement on the side away from the road', () => {
    for (const line of [[...leftKerb()].reverse(), nearRightKerb(), farRightKerb()]) {
      for (const [x, z] of besideKerb(line, ROAD.pavementWidthM)) {
        const isOnMainRoad = x > ROAD.leftKerbXM && x < ROAD.rightKerbXM;
        const isOnSideRoad =
          x > ROAD.rightKerbXM && Math.abs(z - SIDE_ROAD.zM) < SIDE_ROAD.halfWidthM;
        expect([x, z, isOnMainRoad || isOnSideRoad]).toEqual([x, z, false]);
      }
    }
  });
});
