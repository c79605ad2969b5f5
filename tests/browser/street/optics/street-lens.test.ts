import { Color, Mesh, MeshBasicMaterial, Scene, SphereGeometry, type WebGLRenderer } from 'three';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreetCameraPlan } from '../../../../src/contracts/street';
import { StreetLens } from '../../../../src/street/optics/street-lens';
import { FAULTLESS_OPTICS } from '../faultless-optics';
import { createTestRenderer, readPixels } from '../scenery/street-renderer';

const LOOK = { weather: 'sun', quality: 'plain' } as const;

/** Faultless, but for what a test asks. */
function plan(optics: Partial<StreetCameraPlan['optics']> = {}): StreetCameraPlan {
  return {
    cameraId: 'test',
    label: 'Test',
    positionM: [1, 4, 8],
    targetM: [0, 1, -16],
    verticalFovDeg: 30,
    widthPx: 320,
    heightPx: 180,
    optics: { ...FAULTLESS_OPTICS, ...optics },
  };
}

describe('the lens of a street camera', () => {
  let renderer: WebGLRenderer;

  beforeAll(() => {
    renderer = createTestRenderer();
  });
  afterAll(() => renderer.dispose());

  function draw(camera: StreetCameraPlan, scene: Scene, frameSeed = 1): Uint8ClampedArray {
    const lens = new StreetLens(renderer, camera, LOOK);
    lens.draw(scene, frameSeed);
    lens.dispose();
    return readPixels(renderer);
  }

  it.each([-0.045, -0.02, 0, 0.03])(
    'projects points to where it draws them, within a pixel, at a distortion of %f',
    (distortionK1) => {
      const camera = plan({ distortionK1 });
      const lens = new StreetLens(renderer, camera, LOOK);
      const scene = new Scene();
      const ball = new Mesh(new SphereGeometry(0.12, 16, 12), new MeshBasicMaterial());
      scene.add(ball);
      for (const [xM, yM, zM] of [
        [0, 1, -16],
        [-7, 0.5, -14],
        [8, 4.5, -16],
        [-8.5, 5, -14],
        [8, -2.5, -14],
      ] as const) {
        ball.position.set(xM, yM, zM);
        lens.draw(scene, 1);
        const drawn = centreOfLight(readPixels(renderer), camera.widthPx);
        const projected = lens.project(xM, yM, zM);
        if (!drawn || !projected) throw new Error('Expected the ball in the picture');
        expect(Math.hypot(drawn.xPx - projected.xPx, drawn.yPx - projected.yPx)).toBeLessThan(1);
      }
      lens.dispose();
      ball.geometry.dispose();
      ball.material.dispose();
    },
  );

  it('projects nothing that is behind it', () => {
    const lens = new StreetLens(renderer, plan(), LOOK);
    expect(lens.project(1, 4, 20)).toBeNull();
    expect(lens.project(0, 1, -16)).not.toBeNull();
    lens.dispose();
  });

  it('gives its canvas the size of its plan', () => {
    draw({ ...plan(), widthPx: 96, heightPx: 64 }, new Scene());
    expect([renderer.domElement.width, renderer.domElement.height]).toEqual([96, 64]);
  });

  it('adds noise of the asked strength, the same for the same frame seed', () => {
    const scene = new Scene();
    scene.background = new Color(0.2, 0.2, 0.2);
    const camera = plan({ noise: 6 });
    const noisy = draw(camera, scene, 5);
    expect(draw(camera, scene, 5)).toEqual(noisy);
    expect(draw(camera, scene, 6)).not.toEqual(noisy);
    const greens = noisy.filter((_, at) => at % 4 === 1);
    const mean = greens.reduce((sum, green) => sum + green, 0) / greens.length;
    const variance = greens.reduce((sum, green) => sum + (green - mean) ** 2, 0) / greens.length;
    // Rounding to whole steps adds a twelfth.
    expect(Math.sqrt(variance - 1 / 12)).toBeCloseTo(6, 0);
    const clean = draw(plan(), scene);
    expect(Math.abs(mean - (clean[1] ?? 0))).toBeLessThan(0.5);
  });

  it('lets white balance, exposure and vignette show', () => {
    const scene = new Scene();
    scene.background = new Color(0.1, 0.1, 0.1);
    const [red = 0, , blue = 0] = draw(plan({ whiteBalance: [1.2, 1, 0.8] }), scene);
    expect(red).toBeGreaterThan(blue + 10);
    const [normal = 0] = draw(plan(), scene);
    const [brighter = 0] = draw(plan({ exposureEv: 1 }), scene);
    expect(brighter).toBeGreaterThan(normal * 1.3);
    const vignetted = draw(plan({ vignette: 0.4 }), scene);
    const middle = vignetted[(90 * 320 + 160) * 4] ?? 0;
    expect(Math.abs(middle - normal)).toBeLessThanOrEqual(1);
    expect(vignetted[0]).toBeLessThan(middle * 0.9);
  });
});

/** Middle of all light, display pixels; null for a black picture. */
function centreOfLight(
  pixels: Uint8ClampedArray,
  widthPx: number,
): { xPx: number; yPx: number } | null {
  let [sum, x, y] = [0, 0, 0];
  for (let at = 0; at < pixels.length; at += 4) {
    const light = pixels[at] ?? 0;
    sum += light;
    x += light * (((at / 4) % widthPx) + 0.5);
    y += light * (Math.floor(at / 4 / widthPx) + 0.5);
  }
  return sum > 0 ? { xPx: x / sum, yPx: y / sum } : null;
}
