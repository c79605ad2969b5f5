import { DataTexture, MeshBasicMaterial, NearestFilter, RepeatWrapping } from 'three';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VehicleTruth } from '../../../../src/contracts/street';
import { BoxStreet, TEST_CAMERA } from './box-street';

let street: BoxStreet;

beforeEach(() => {
  street = new BoxStreet();
});

afterEach(() => {
  street.dispose();
});

function measure(): readonly VehicleTruth[] {
  street.draw();
  return street.measurer.measure(street.scene, street.vehicles);
}

function first(): VehicleTruth {
  const [truth] = measure();
  if (!truth) throw new Error('Expected a vehicle in the frame, found none');
  return truth;
}

describe('the truth about a picture', () => {
  test('has a box around just the pixels of a vehicle', () => {
    street.addVehicle(1.3, -20, 1.1);
    const { box, heightPx } = first();
    const bright = street.brightExtent();
    if (!bright) throw new Error('Expected a bright vehicle in the picture, found none');
    for (const side of ['x1', 'y1', 'x2', 'y2'] as const) {
      expect(Math.abs(box[side] - bright[side])).toBeLessThanOrEqual(1);
    }
    expect(heightPx).toBeCloseTo(box.y2 - box.y1, 6);
  });

  test('knows where a bent lens draws a vehicle', () => {
    street.dispose();
    const optics = { ...TEST_CAMERA.optics, distortionK1: -0.04 };
    street = new BoxStreet({ ...TEST_CAMERA, optics });
    street.addVehicle(-6, -20, 1.1);
    const { box, visibleFraction } = first();
    const bright = street.brightExtent();
    if (!bright) throw new Error('Expected a bright vehicle in the picture, found none');
    for (const side of ['x1', 'y1', 'x2', 'y2'] as const) {
      expect(Math.abs(box[side] - bright[side])).toBeLessThanOrEqual(1.5);
    }
    expect(visibleFraction).toBe(1);
  });

  test('says that a vehicle which nothing hides is seen whole', () => {
    street.addVehicle(0, -20);
    expect(first().visibleFraction).toBe(1);
  });

  test('says how much of a vehicle a wall hides', () => {
    street.addVehicle(0, -20);
    // From the middle to the right, right in front of its rear.
    street.addWall(0, 10, -17.5);
    expect(first().visibleFraction).toBeCloseTo(0.5, 1);
    expect(Math.abs(first().visibleFraction - 0.5)).toBeLessThan(0.04);
  });

  test('keeps a hidden vehicle in the list, with nothing seen of it', () => {
    street.addVehicle(0, -20);
    street.addWall(-10, 10, -10);
    expect(first()).toMatchObject({ identity: 1, visibleFraction: 0 });
  });

  test('says how much one vehicle hides of another', () => {
    street.addVehicle(0, -20);
    street.addVehicle(0, -15);
    const [far, near] = measure();
    expect(near?.visibleFraction).toBe(1);
    expect(far?.visibleFraction).toBeGreaterThan(0.3);
    expect(far?.visibleFraction).toBeLessThan(0.8);
  });

  test('counts what lies outside the frame as not seen, and cuts the box there', () => {
    // Across the view with its middle just at the frame's right edge: a frame 16:9 of 30 degrees sees 0.476 of its depth to each side.
    const depthM = Math.hypot(20, 5);
    street.addVehicle(depthM * Math.tan(Math.PI / 12) * (16 / 9), -20, 0);
    const { box, visibleFraction } = first();
    expect(Math.abs(visibleFraction - 0.5)).toBeLessThan(0.05);
    expect(box.x2).toBe(TEST_CAMERA.widthPx);
    expect(box.x1).toBeLessThan(TEST_CAMERA.widthPx);
  });

  test('leaves out vehicles of which nothing is in the frame', () => {
    street.addVehicle(0, 20);
    street.addVehicle(60, -20);
    street.addVehicle(0, -20);
    expect(measure().map(({ identity }) => identity)).toEqual([3]);
  });

  test('leaves out a vehicle whose box reaches into a corner of the frame that it does not itself', () => {
    // It passes the camera on the left: seen from above and far outside, its box is as large as the frame.
    street.addVehicle(-6, -3.2, 0.6);
    expect(measure()).toEqual([]);
  });

  test('sees through the holes of leaves', () => {
    street.addVehicle(0, -20);
    const map = new DataTexture(new Uint8Array([0, 0, 0, 255, 0, 0, 0, 0]), 2, 1);
    map.magFilter = map.minFilter = NearestFilter;
    map.wrapS = map.wrapT = RepeatWrapping;
    map.repeat.set(60, 1);
    map.needsUpdate = true;
    street.addWall(-10, 10, -17.5, new MeshBasicMaterial({ map, alphaTest: 0.5 }));
    expect(Math.abs(first().visibleFraction - 0.5)).toBeLessThan(0.12);
  });

  test('is not led astray by rain and glows, which write no depth', () => {
    street.addVehicle(0, -20);
    const rain = new MeshBasicMaterial({ transparent: true, opacity: 0.5, depthWrite: false });
    street.addWall(-10, 10, -10, rain);
    expect(first().visibleFraction).toBe(1);
  });

  test('tells front, rear and side apart', () => {
    street.addVehicle(-4, -20, -Math.PI / 2);
    street.addVehicle(0, -20, Math.PI / 2);
    street.addVehicle(4, -20, 0);
    expect(measure().map(({ view }) => view)).toEqual(['front', 'rear', 'side']);
  });

  test('measures more vehicles than one sheet has room for', () => {
    for (let row = 0; row < 6; row += 1) {
      for (const xM of [-4.4, -1.5, 1.5, 4.4]) street.addVehicle(xM, -12 - row * 12);
    }
    const shares = measure().map(({ visibleFraction }) => visibleFraction);
    expect(shares).toHaveLength(24);
    // The nearest row hides parts of the others, nothing hides it but the frame.
    expect(shares.slice(1, 3)).toEqual([1, 1]);
    expect(shares.every((share) => share > 0.2 && share <= 1)).toBe(true);
  });

  test('leaves the picture as it was', () => {
    street.addVehicle(0, -20);
    street.addWall(0, 10, -17.5);
    street.draw();
    const before = street.brightExtent();
    const material = street.vehicles.map(
      ({ model }) => Reflect.get(model.object, 'material') as unknown,
    );
    measure();
    street.draw();
    expect(street.brightExtent()).toEqual(before);
    expect(
      street.vehicles.map(({ model }) => Reflect.get(model.object, 'material') as unknown),
    ).toEqual(material);
  });
});
