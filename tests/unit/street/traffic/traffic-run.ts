import type { BodyType, StreetEvent, VehicleState } from '../../../../src/contracts/street';
import type { Random } from '../../../../src/street/random';
import type { LookDraw } from '../../../../src/street/traffic/parking';
import { StreetTraffic } from '../../../../src/street/traffic/street-traffic';
import { BODY_FACTS } from '../../../../src/street/vehicles/body-facts';

/** The model's own step: watching at this rate misses nothing. */
export const STEP_US = 50_000;

const BODIES: readonly BodyType[] = [
  'hatchback',
  'hatchback',
  'hatchback',
  'saloon',
  'saloon',
  'estate',
  'suv',
  'suv',
  'van',
  'pickup',
  'lorry',
  'bus',
  'motorcycle',
];

/** Looks with more long vehicles than a street has: traffic must cope with them. */
export const drawTestLook: LookDraw = (random: Random, bodyType?: BodyType) => ({
  bodyType: bodyType ?? random.pick(BODIES),
  paint: Math.floor(random.between(0, 0x1000000)),
  plate: `T ${Math.floor(random.between(100, 1000))}`,
  detailSeed: random.seed(),
});

/** One vehicle in two moments, a step apart. */
export interface VehicleStep {
  readonly before: VehicleState;
  readonly now: VehicleState;
}

/** One step of a run. */
export interface Watched {
  readonly timeUs: number;
  readonly traffic: StreetTraffic;
  readonly events: readonly StreetEvent[];
  readonly steps: readonly VehicleStep[];
}

/** Lets a street run for some minutes and shows every step. */
export function watch(seed: number, minutes: number, look: (watched: Watched) => void): void {
  const traffic = new StreetTraffic(seed, drawTestLook);
  let before = byIdentity(traffic.vehicles);
  for (let timeUs = STEP_US; timeUs <= minutes * 60e6; timeUs += STEP_US) {
    const events = traffic.advanceTo(timeUs);
    const now = byIdentity(traffic.vehicles);
    const steps = [...now.values()].flatMap((state) => {
      const last = before.get(state.identity);
      return last === undefined ? [] : [{ before: last, now: state }];
    });
    look({ timeUs, traffic, events, steps });
    before = now;
  }
}

function byIdentity(vehicles: readonly VehicleState[]): Map<number, VehicleState> {
  return new Map(vehicles.map((vehicle) => [vehicle.identity, vehicle]));
}

/** Forwards and to the left, in x and z. */
function axes(vehicle: VehicleState): readonly (readonly [number, number])[] {
  const [cos, sin] = [Math.cos(vehicle.headingRad), Math.sin(vehicle.headingRad)];
  return [
    [cos, -sin],
    [-sin, -cos],
  ];
}

/** The ground point `forwardM` ahead and `leftM` left of a vehicle's middle. */
export function pointOf(
  vehicle: VehicleState,
  forwardM: number,
  leftM: number,
): readonly [xM: number, zM: number] {
  const [cos, sin] = [Math.cos(vehicle.headingRad), Math.sin(vehicle.headingRad)];
  return [vehicle.xM + forwardM * cos - leftM * sin, vehicle.zM - forwardM * sin - leftM * cos];
}

/** The four corners of its box on the ground. */
export function cornersOf(vehicle: VehicleState): readonly (readonly [number, number])[] {
  const { lengthM, widthM } = BODY_FACTS[vehicle.look.bodyType];
  return [1, -1].flatMap((ahead) =>
    [1, -1].map((left) => pointOf(vehicle, (ahead * lengthM) / 2, (left * widthM) / 2)),
  );
}

/** Whether two boxes on the ground overlap: no axis of either parts them (separating axis theorem). */
export function overlap(one: VehicleState, other: VehicleState): boolean {
  const reachM = BODY_FACTS[one.look.bodyType].lengthM + BODY_FACTS[other.look.bodyType].lengthM;
  if (Math.hypot(one.xM - other.xM, one.zM - other.zM) > reachM) return false;
  const [first, second] = [cornersOf(one), cornersOf(other)];
  return [...axes(one), ...axes(other)].every(([x, z]) => {
    const along = (corners: typeof first): number[] => corners.map(([a, b]) => a * x + b * z);
    const [p, q] = [along(first), along(second)];
    return Math.max(...p) > Math.min(...q) && Math.max(...q) > Math.min(...p);
  });
}
