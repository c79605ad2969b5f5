import {
  DirectionalLight,
  HemisphereLight,
  PerspectiveCamera,
  Scene,
  Vector3,
  WebGLRenderer,
  type Mesh,
} from 'three';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BODY_TYPES, type VehicleLook, type VehicleState } from '../../../../src/contracts/street';
import { createRandom } from '../../../../src/street/random';
import { drawLook } from '../../../../src/street/vehicles/draw-look';
import { VehicleWorkshop } from '../../../../src/street/vehicles/vehicle-workshop';
import type { VehicleModel } from '../../../../src/street/vehicles/vehicle-model';

const WIDTH_PX = 192;
const HEIGHT_PX = 108;
const UNLIT = { areLampsOn: false, timeUs: 0 };

function state(look: VehicleLook, more: Partial<VehicleState> = {}): VehicleState {
  return {
    identity: 1,
    look,
    xM: 0,
    zM: 0,
    headingRad: 0,
    speedMps: 0,
    drivenM: 0,
    steerRad: 0,
    isBraking: false,
    indicator: null,
    isParked: false,
    ...more,
  };
}

let renderer: WebGLRenderer;
const camera = new PerspectiveCamera(40, WIDTH_PX / HEIGHT_PX, 0.1, 100);

beforeAll(() => {
  renderer = new WebGLRenderer({ canvas: new OffscreenCanvas(WIDTH_PX, HEIGHT_PX) });
  renderer.setSize(WIDTH_PX, HEIGHT_PX, false);
  camera.position.set(-5, 3.5, 7);
  camera.lookAt(0, 0.7, 0);
  camera.updateMatrixWorld();
});
afterAll(() => {
  renderer.dispose();
});

/** One picture of a model, RGBA. */
function picture(model: VehicleModel): Uint8Array {
  const scene = new Scene();
  const sun = new DirectionalLight(0xffffff, 3);
  sun.position.set(3, 6, 5);
  scene.add(sun, new HemisphereLight(0xffffff, 0x777777, 1), model.object);
  renderer.render(scene, camera);
  const context = renderer.getContext();
  const pixels = new Uint8Array(WIDTH_PX * HEIGHT_PX * 4);
  context.readPixels(0, 0, WIDTH_PX, HEIGHT_PX, context.RGBA, context.UNSIGNED_BYTE, pixels);
  scene.remove(model.object);
  return pixels;
}

/** Pixels that differ visibly. */
function changedCount(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < a.length; at += 4) {
    const difference = [0, 1, 2].map((k) => Math.abs((a[at + k] ?? 0) - (b[at + k] ?? 0)));
    if (Math.max(...difference) > 12) count += 1;
  }
  return count;
}

/** Extent of points on the picture in normalised device coordinates: left, right, bottom, top. */
function extent(points: readonly Vector3[]): readonly number[] {
  const seen = points.map((point) => point.clone().project(camera));
  const [xs, ys] = [seen.map(({ x }) => x), seen.map(({ y }) => y)];
  return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
}

describe.each(BODY_TYPES)('a %s', (bodyType) => {
  it('looks the same when it is built again, and fits its outline', () => {
    const look = drawLook(createRandom(21), bodyType);
    const pictures = [0, 1].map(() => {
      const workshop = new VehicleWorkshop('plain');
      const model = workshop.build(look);
      model.pose(state(look, { headingRad: 0.4 }), UNLIT);
      const pixels = picture(model);
      if (bodyType !== 'motorcycle') expectOutlineToFit(model);
      model.dispose();
      workshop.dispose();
      return pixels;
    });
    const [first, second] = pictures;
    if (!first || !second) throw new Error('Expected two pictures');
    expect(changedCount(first, new Uint8Array(first.length))).toBeGreaterThan(200);
    expect(second).toEqual(first);
  });
});

function expectOutlineToFit({ object, outlineM }: VehicleModel): void {
  const outline = Array.from({ length: outlineM.length / 3 }, (_, index) =>
    new Vector3().fromArray(outlineM, index * 3).applyMatrix4(object.matrixWorld),
  );
  expect(outline.length).toBeLessThanOrEqual(300);
  const points: Vector3[] = [];
  object.traverse((part) => {
    // Lamps that are off and the shadow on the ground are no part of the vehicle.
    const { isMesh, geometry } = part as Partial<Mesh>;
    if (!isMesh || !geometry || !part.visible || !part.receiveShadow) return;
    const positions = geometry.getAttribute('position');
    for (let index = 0; index < positions.count; index += 1) {
      const point = new Vector3().fromBufferAttribute(positions, index);
      points.push(point.applyMatrix4(part.matrixWorld));
    }
  });
  const [outer, whole] = [extent(outline), extent(points)];
  // A picture is 2 wide: half a hundredth is a pixel and a half of 640.
  for (const [index, edge] of whole.entries()) {
    expect(Math.abs(edge - (outer[index] ?? 0))).toBeLessThan(0.015);
  }
}

it('vehicles of one body and paint differ by their details', () => {
  const workshop = new VehicleWorkshop('plain');
  const base = drawLook(createRandom(4), 'hatchback');
  const pictures = [1, 2, 3].map((detailSeed) => {
    const look = { ...base, detailSeed };
    const model = workshop.build(look);
    model.pose(state(look), UNLIT);
    const pixels = picture(model);
    model.dispose();
    return pixels;
  });
  const [a, b, c] = pictures;
  if (!a || !b || !c) throw new Error('Expected three pictures');
  for (const [one, other] of [
    [a, b],
    [b, c],
    [a, c],
  ] as const) {
    expect(changedCount(one, other)).toBeGreaterThan(150);
  }
  workshop.dispose();
});

it('brake lights, blinking indicators, headlamps and wheels show', () => {
  const workshop = new VehicleWorkshop('plain');
  const look = drawLook(createRandom(4), 'saloon');
  const model = workshop.build(look);
  const shot = (more: Partial<VehicleState>, light = UNLIT): Uint8Array => {
    // Three quarters from behind, or from ahead.
    model.pose(state(look, { headingRad: 0.9, ...more }), light);
    return picture(model);
  };
  const plain = shot({});
  expect(changedCount(plain, shot({ isBraking: true }))).toBeGreaterThan(15);
  expect(changedCount(plain, shot({ indicator: 'right' }))).toBeGreaterThan(5);
  expect(changedCount(plain, shot({ indicator: 'right' }, { ...UNLIT, timeUs: 400_000 }))).toBe(0);
  const broadside = { headingRad: 0.2 };
  const rolled = shot({ ...broadside, drivenM: 0.17 });
  expect(changedCount(shot(broadside), rolled)).toBeGreaterThan(10);
  const steered = shot({ ...broadside, steerRad: 0.5 });
  expect(changedCount(shot(broadside), steered)).toBeGreaterThan(10);
  const ahead = { headingRad: 0.9 + Math.PI };
  const lit = shot(ahead, { areLampsOn: true, timeUs: 0 });
  expect(changedCount(shot(ahead), lit)).toBeGreaterThan(15);
  model.dispose();
  workshop.dispose();
});

it('gives all memory of the graphics card back', () => {
  const before = { ...renderer.info.memory };
  const workshop = new VehicleWorkshop('fine');
  for (const [index, bodyType] of (['estate', 'lorry', 'motorcycle'] as const).entries()) {
    const look = drawLook(createRandom(index), bodyType);
    const model = workshop.build(look);
    model.pose(state(look, { isBraking: true }), { areLampsOn: true, timeUs: 0 });
    picture(model);
    expect(renderer.info.memory.textures).toBeGreaterThan(before.textures);
    model.dispose();
  }
  workshop.dispose();
  expect(renderer.info.memory.geometries).toBe(before.geometries);
  expect(renderer.info.memory.textures).toBe(before.textures);
});
