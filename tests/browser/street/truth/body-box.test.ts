import { Scene, WebGLRenderTarget, type WebGLRenderer } from 'three';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/contracts/detection';
import { BODY_TYPES, type BodyType, type VehicleState } from '../../../../src/contracts/street';
import { openRenderer, type OpenedRenderer } from '../../../../src/street/open-renderer';
import { StreetLens } from '../../../../src/street/optics/street-lens';
import { createRandom } from '../../../../src/street/random';
import { FlatMaterials } from '../../../../src/street/truth/flat-materials';
import { extentOf } from '../../../../src/street/truth/vehicle-extent';
import { drawLook } from '../../../../src/street/vehicles/draw-look';
import { VehicleWorkshop } from '../../../../src/street/vehicles/vehicle-workshop';
import { TEST_CAMERA } from './box-street';

/** A pixel's width at both ends, and a half for what an outline's points leave out. */
const SLACK_PX = 1.5;
/** The outline of a body 10 m long has its points further apart: 12 cm of the roof's bulges. */
const BUS_SLACK_PX = 4;

const PLAN = { ...TEST_CAMERA, widthPx: 640, heightPx: 360 };
let opened: OpenedRenderer;
let workshop: VehicleWorkshop;

beforeAll(() => {
  opened = openRenderer();
  workshop = new VehicleWorkshop('plain');
});

afterAll(() => {
  workshop.dispose();
  opened.renderer.dispose();
  opened.renderer.forceContextLoss();
});

function stateOf(bodyType: BodyType, headingRad: number): VehicleState {
  return {
    identity: 1,
    look: drawLook(createRandom(5), bodyType),
    xM: 0.8,
    zM: -18,
    headingRad,
    speedMps: 0,
    drivenM: 0.3,
    steerRad: 0,
    isBraking: true,
    indicator: null,
    isParked: false,
  };
}

/** Extent of all that is marked. */
function flatExtent(renderer: WebGLRenderer, scene: Scene, lens: StreetLens): Box {
  const { widthPx, heightPx } = PLAN;
  const target = new WebGLRenderTarget(widthPx, heightPx);
  const pixels = new Uint8Array(widthPx * heightPx * 4);
  renderer.setClearColor(0x000000, 0);
  renderer.setRenderTarget(target);
  renderer.render(scene, lens.camera);
  renderer.readRenderTargetPixels(target, 0, 0, widthPx, heightPx, pixels);
  renderer.setRenderTarget(null);
  target.dispose();
  const extent = { x1: Infinity, y1: Infinity, x2: -Infinity, y2: -Infinity };
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) {
      if ((pixels[(y * widthPx + x) * 4] ?? 0) === 0) continue;
      extent.x1 = Math.min(extent.x1, x);
      extent.x2 = Math.max(extent.x2, x + 1);
      extent.y1 = Math.min(extent.y1, heightPx - 1 - y);
      extent.y2 = Math.max(extent.y2, heightPx - y);
    }
  }
  return extent;
}

describe('the box of a vehicle', () => {
  test.for(
    BODY_TYPES.flatMap((body) => [0, 1.2, -1.57].map((heading) => [body, heading] as const)),
  )('lies close around a %s with a heading of %f', ([bodyType, heading]) => {
    const lens = new StreetLens(opened.renderer, PLAN, { weather: 'sun', quality: 'plain' });
    const scene = new Scene();
    const state = stateOf(bodyType, heading);
    const model = workshop.build(state.look);
    const flat = new FlatMaterials();
    model.pose(state, { areLampsOn: false, timeUs: 0 });
    scene.add(model.object);
    scene.updateMatrixWorld();
    flat.paint(scene, [model.object]);
    const seen = flatExtent(opened.renderer, scene, lens);
    flat.restore();
    const box = extentOf(model.outlineM, model.object.matrixWorld, (x, y, z) =>
      lens.project(x, y, z),
    );
    model.dispose();
    flat.dispose();
    lens.dispose();
    if (!box) throw new Error('Expected the vehicle before the camera');
    for (const side of ['x1', 'y1', 'x2', 'y2'] as const) {
      // The rider does not belong to the box of a motorcycle, but is seen above and beside it.
      if (bodyType === 'motorcycle' && side !== 'y2') continue;
      expect(
        Math.abs(box[side] - seen[side]),
        `${side} ${box[side]} ${seen[side]}`,
      ).toBeLessThanOrEqual(bodyType === 'bus' ? BUS_SLACK_PX : SLACK_PX);
    }
  });
});
