import { describe, expect, it } from 'vitest';
import { STREET_CAMERAS } from '../../../../src/street/layout';
import {
  distortRadius,
  limitDistortion,
  pinholeScale,
  undistortRadius,
} from '../../../../src/street/optics/lens-distortion';

const ASPECT = 16 / 9;
const CORNER = Math.hypot(1, ASPECT);

describe('the distortion of a lens', () => {
  it('draws a barrel for a negative and a cushion for a positive factor', () => {
    expect(distortRadius(1, -0.02)).toBeCloseTo(0.98, 12);
    expect(distortRadius(1, 0.02)).toBeCloseTo(1.02, 12);
    expect(distortRadius(1.5, 0)).toBe(1.5);
  });

  it('is undone to a thousandth of a pixel up to the corners', () => {
    for (const k1 of [limitDistortion(-1, ASPECT), -0.02, 0, 0.02, 0.04]) {
      for (let radius = 0; radius <= CORNER; radius += 0.05) {
        expect(Math.abs(distortRadius(undistortRadius(radius, k1), k1) - radius)).toBeLessThan(
          0.001 / 180,
        );
      }
    }
  });

  it('never draws a farther point nearer to the middle, not even far outside the picture', () => {
    let before = -1;
    for (let radius = 0; radius < 40; radius += 0.01) {
      const drawn = distortRadius(radius, -0.027);
      expect(drawn).toBeGreaterThan(before);
      before = drawn;
    }
  });

  it('is limited so that corners are drawn at no less than half their size', () => {
    const k1 = limitDistortion(-1, ASPECT);
    const at = undistortRadius(CORNER, k1);
    const step = 1e-4;
    const size = (distortRadius(at + step, k1) - distortRadius(at, k1)) / step;
    expect(size).toBeCloseTo(0.5, 3);
    expect(limitDistortion(-0.01, ASPECT)).toBe(-0.01);
  });

  it('asks for a pinhole picture that reaches to what the corners show', () => {
    for (const { optics, widthPx, heightPx } of STREET_CAMERAS) {
      const aspect = widthPx / heightPx;
      const k1 = limitDistortion(optics.distortionK1, aspect);
      const reach = pinholeScale(k1, aspect) * Math.hypot(1, aspect);
      expect(distortRadius(reach, k1)).toBeGreaterThanOrEqual(Math.hypot(1, aspect) - 1e-5);
    }
  });
});
