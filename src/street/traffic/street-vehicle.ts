import type { VehicleLook, VehicleState } from '../../contracts/street';
import { bodyMotion, type BodyMotion } from './body-motion';
import type { Driver } from './car-following';
import { pointOnRoute, ROUTES, type Route, type RouteName } from './routes';
import { isShiftOver, shiftAt, type SideShift } from './side-shift';

/** Somebody who may come back. */
export interface KnownVehicle {
  identity: number;
  readonly look: VehicleLook;
}

/** Where a vehicle is, apart from what it is. */
interface Pose {
  readonly xM: number;
  readonly zM: number;
  readonly headingRad: number;
  readonly speedMps: number;
  readonly drivenM: number;
  readonly steerRad: number;
}

/** Brake lights go on below the first and off above the second acceleration, m/s^2: what engine and drag do needs no brake. */
const BRAKE_ON_MPS2 = -0.6;
const BRAKE_OFF_MPS2 = -0.2;
/** Slower is standing: the model alone creeps up to its place for ever. */
const STANDING_MPS = 0.04;

/**
 * One vehicle on its passage. The front axle keeps to the route, the rear axle is drawn after it (a single-track
 * model without slip), so heading and steering follow from the way and are smooth.
 */
export class StreetVehicle {
  readonly known: KnownVehicle;
  readonly driver: Driver;
  readonly body: BodyMotion;
  route: Route;
  /** Of the front axle. */
  stationM: number;
  speedMps: number;
  accelerationMps2 = 0;
  indicator: 'left' | 'right' | null = null;
  /** The lane it is still partly in while it changes to another. */
  leftLane: 'awayInner' | 'awayOuter' | null = null;
  /** Where its front is to be once it has parked; null for whoever drives through. */
  parkFrontM: number | null = null;
  /** Whether it stops for a light that turned amber; null while there is nothing to decide. */
  stopsAtAmber: boolean | null = null;
  #shift: SideShift | null = null;
  #leftM: number;
  #isParked = false;
  #isBraking = false;
  #rearXM: number;
  #rearZM: number;
  #before: Pose;
  #now: Pose;

  /** Stands straight on the route with its front at `frontM`, `leftM` to the left of the lane's middle. */
  constructor(
    known: KnownVehicle,
    driver: Driver,
    routeName: RouteName,
    start: { readonly frontM: number; readonly speedMps: number; readonly leftM?: number },
  ) {
    this.known = known;
    this.driver = driver;
    this.body = bodyMotion(known.look.bodyType);
    this.route = ROUTES[routeName];
    this.stationM = start.frontM - this.body.frontOverhangM;
    this.speedMps = start.speedMps;
    this.#leftM = start.leftM ?? 0;
    const rear = pointOnRoute(this.route, this.stationM - this.body.wheelbaseM, this.#leftM);
    this.#rearXM = rear.xM;
    this.#rearZM = rear.zM;
    this.#now = { ...this.#place(rear.tangentRad), drivenM: 0 };
    this.#before = this.#now;
  }

  /** Station of the foremost point. */
  get frontM(): number {
    return this.stationM + this.body.frontOverhangM;
  }

  /** Station of the rearmost point. */
  get rearM(): number {
    return this.frontM - this.body.lengthM;
  }

  get isShifting(): boolean {
    return this.#shift !== null;
  }

  get isParked(): boolean {
    return this.#isParked;
  }

  /** Whether it is beside its lane, in the strip for parking. */
  get isAside(): boolean {
    return this.#shift === null && this.#leftM !== 0;
  }

  /** z of the middle one step ago and now. */
  get lastStepZM(): readonly [before: number, now: number] {
    return [this.#before.zM, this.#now.zM];
  }

  /**
   * Begins to move aside over the next `lengthM` of its way: onto `routeName`, from where it is to `toLeftM`
   * from that lane's middle.
   */
  shiftTo(routeName: RouteName, fromLeftM: number, toLeftM: number, lengthM: number): void {
    this.route = ROUTES[routeName];
    this.#leftM = fromLeftM;
    this.#shift = { startM: this.stationM, lengthM, fromM: fromLeftM, toM: toLeftM };
  }

  /** Stands here from now on, lights off. */
  park(): void {
    this.#isParked = true;
    this.parkFrontM = null;
    this.indicator = null;
  }

  unpark(): void {
    this.#isParked = false;
  }

  /** Drives on for a step with an acceleration that is constant in it. */
  move(stepS: number, accelerationMps2: number): void {
    const speed = this.speedMps;
    const endSpeed = Math.max(0, speed + accelerationMps2 * stepS);
    const stops = accelerationMps2 < 0 && endSpeed === 0;
    const wayM = stops
      ? (speed * speed) / (-2 * accelerationMps2)
      : ((speed + endSpeed) / 2) * stepS;
    const slope = this.#shift === null ? 0 : shiftAt(this.#shift, this.stationM).slope;
    this.stationM += wayM / Math.hypot(1, slope);
    this.speedMps = endSpeed < STANDING_MPS && accelerationMps2 <= 0 ? 0 : endSpeed;
    this.accelerationMps2 = accelerationMps2;
    this.#followShift();
    const before = this.#now;
    const place = this.#place(before.headingRad);
    const stepM = Math.hypot(place.xM - before.xM, place.zM - before.zM);
    this.#before = before;
    this.#now = { ...place, drivenM: before.drivenM + stepM };
    this.#updateBrakes();
  }

  /** Stands still for a step, as a parked vehicle does. */
  stay(): void {
    this.speedMps = 0;
    this.accelerationMps2 = 0;
    this.#isBraking = false;
    this.#before = this.#now;
  }

  /** As seen at `share` of the last step, [0, 1]. */
  stateAt(share: number): VehicleState {
    const mix = (from: number, to: number): number => from + (to - from) * share;
    const [before, now] = [this.#before, this.#now];
    return {
      identity: this.known.identity,
      look: this.known.look,
      xM: mix(before.xM, now.xM),
      zM: mix(before.zM, now.zM),
      headingRad: mix(before.headingRad, now.headingRad),
      speedMps: mix(before.speedMps, now.speedMps),
      drivenM: mix(before.drivenM, now.drivenM),
      steerRad: mix(before.steerRad, now.steerRad),
      isBraking: this.#isBraking,
      indicator: this.indicator,
      isParked: this.#isParked,
    };
  }

  #followShift(): void {
    const shift = this.#shift;
    if (shift === null) return;
    this.#leftM = shiftAt(shift, this.stationM).leftM;
    if (!isShiftOver(shift, this.stationM)) return;
    this.#shift = null;
    this.#leftM = shift.toM;
    this.leftLane = null;
    this.indicator = null;
  }

  #updateBrakes(): void {
    const isHeld = this.speedMps === 0 && this.accelerationMps2 <= 0;
    if (isHeld || this.accelerationMps2 < BRAKE_ON_MPS2) this.#isBraking = true;
    else if (this.accelerationMps2 > BRAKE_OFF_MPS2) this.#isBraking = false;
  }

  /** Puts the front axle on the route, draws the rear axle after it, and tells what comes of that. */
  #place(lastHeadingRad: number): Omit<Pose, 'drivenM'> {
    const front = pointOnRoute(this.route, this.stationM, this.#leftM);
    const slope = this.#shift === null ? 0 : shiftAt(this.#shift, this.stationM).slope;
    const turned = Math.atan2(this.#rearZM - front.zM, front.xM - this.#rearXM) - lastHeadingRad;
    const headingRad = lastHeadingRad + Math.atan2(Math.sin(turned), Math.cos(turned));
    const [cos, sin] = [Math.cos(headingRad), Math.sin(headingRad)];
    const { wheelbaseM, frontOverhangM, lengthM } = this.body;
    this.#rearXM = front.xM - wheelbaseM * cos;
    this.#rearZM = front.zM + wheelbaseM * sin;
    const middleM = frontOverhangM - lengthM / 2;
    const xM = front.xM + middleM * cos;
    const zM = front.zM - middleM * sin;
    const steerRad = front.tangentRad + Math.atan(slope) - headingRad;
    // The middle moves slower than the front axle when that is steered: only its part ahead of the rear axle goes sideways.
    const sideShare = (wheelbaseM + middleM) / wheelbaseM;
    const middleShare = Math.hypot(Math.cos(steerRad), Math.sin(steerRad) * sideShare);
    return {
      xM,
      zM,
      headingRad,
      speedMps: this.speedMps * middleShare,
      steerRad,
    };
  }
}
