import type { BodyType, VehicleLook } from '../../contracts/street';
import { LANES, ROAD } from '../layout';
import type { Random } from '../random';
import { bodyMotion, drawDriver } from './body-motion';
import { PARKING_SHIFT_M, PARKING_WAY_M } from './driving';
import { isSafeBehind } from './lane-changes';
import { leaderIn } from './lane-use';
import { towardsStationM } from './routes';
import { StreetVehicle, type KnownVehicle } from './street-vehicle';

/** Draws how a vehicle looks: `drawLook` of vehicles/draw-look.ts. */
export type LookDraw = (random: Random, bodyType?: BodyType) => VehicleLook;

/** Middles of vehicles that never leave: some in view of each camera. */
const RESIDENT_Z_M: readonly number[] = [31, 24.5, -3.5, -10, -68, -90, -96.5, -137];
const RESIDENT_SHARE = 0.85;
/** Places that are taken and left. Nothing stands near enough to be in the way of driving in and out forwards. */
const PLACE_Z_M: readonly number[] = [-28, -116];
const TAKEN_AT_FIRST_SHARE = 0.7;
/** Of the drivers who could, while a place is free. */
const WANTS_TO_PARK_SHARE = 0.15;
/** What parks; others are too wide or deliver. */
const PARKED_BODIES: readonly BodyType[] = ['hatchback', 'hatchback', 'saloon', 'estate', 'suv'];

/** The strip seen from the middle of the lane towards the viewer, whose left is +x. */
const STRIP_LEFT_M = ROAD.parkingXM - LANES.towards.xM;
/** The way out is shorter than the way in. */
const PULL_OUT_M = 11;
/** Who parks indicates from here, metres before the place. */
const INDICATE_FROM_M = 40;
const SHORTEST_STAY_US = 60_000_000;
const LONGEST_STAY_US = 420_000_000;
/** How long somebody who pulls out indicates at least. */
const INDICATE_US = 2_500_000;
/** To whoever is ahead and behind when a vehicle pulls out, and how hard the one behind may have to brake. */
const SMALLEST_GAP_M = 5;
const SAFE_BRAKING_MPS2 = 1.2;

interface Place {
  readonly middleM: number;
  guest: StreetVehicle | null;
  /** When a parked guest wants to leave; null while it drives. */
  leavesAtUs: number | null;
}

/** The strip on the left: residents, and places that are taken and left. */
export class Parking {
  readonly #random: Random;
  readonly #places: Place[];

  constructor(random: Random) {
    this.#random = random;
    this.#places = PLACE_Z_M.map((zM) => ({
      middleM: towardsStationM(zM),
      guest: null,
      leavesAtUs: null,
    }));
  }

  /** Vehicles that stand here when the scene begins. `know` gives each look an identity. */
  firstVehicles(
    draw: LookDraw,
    know: (look: VehicleLook) => KnownVehicle,
    timeUs: number,
  ): readonly StreetVehicle[] {
    const park = (middleM: number): StreetVehicle =>
      parkedVehicle(
        know(draw(this.#random, this.#random.pick(PARKED_BODIES))),
        middleM,
        this.#random,
      );
    const residents = RESIDENT_Z_M.filter(() => this.#random.chance(RESIDENT_SHARE)).map((zM) =>
      park(towardsStationM(zM) + this.#random.between(-0.3, 0.3)),
    );
    const guests = this.#places
      .filter(() => this.#random.chance(TAKEN_AT_FIRST_SHARE))
      .map((place) => {
        const guest = park(place.middleM);
        place.guest = guest;
        place.leavesAtUs = this.#endOfStayUs(timeUs);
        return guest;
      });
    return [...residents, ...guests];
  }

  /** Offers a vehicle that enters the lane beside the strip a free place, which some take. */
  offer(vehicle: StreetVehicle): void {
    const place = this.#places.find(({ guest }) => guest === null);
    if (place === undefined || !PARKED_BODIES.includes(vehicle.known.look.bodyType)) return;
    if (!this.#random.chance(WANTS_TO_PARK_SHARE)) return;
    place.guest = vehicle;
    vehicle.parkFrontM = place.middleM + vehicle.body.lengthM / 2;
  }

  /** Call once a step, after all have moved. */
  update(vehicles: readonly StreetVehicle[], timeUs: number): void {
    for (const place of this.#places) {
      const { guest } = place;
      if (guest === null) continue;
      if (guest.isParked) this.#letOut(place, guest, vehicles, timeUs);
      else if (guest.parkFrontM !== null) this.#letIn(place, guest, guest.parkFrontM, timeUs);
      else if (!guest.isShifting) place.guest = null;
    }
  }

  #letIn(place: Place, guest: StreetVehicle, parkFrontM: number, timeUs: number): void {
    const aheadM = parkFrontM - guest.frontM;
    if (aheadM < INDICATE_FROM_M && !guest.isShifting) guest.indicator = 'right';
    if (aheadM <= PARKING_WAY_M && !guest.isAside && !guest.isShifting) {
      guest.shiftTo('towards', 0, STRIP_LEFT_M, PARKING_SHIFT_M);
    }
    if (guest.isAside && guest.speedMps === 0) {
      guest.park();
      place.leavesAtUs = this.#endOfStayUs(timeUs);
    }
  }

  #letOut(
    place: Place,
    guest: StreetVehicle,
    vehicles: readonly StreetVehicle[],
    timeUs: number,
  ): void {
    if (place.leavesAtUs === null || timeUs < place.leavesAtUs) return;
    guest.indicator = 'left';
    if (timeUs < place.leavesAtUs + INDICATE_US || !canPullOut(vehicles, guest)) return;
    place.leavesAtUs = null;
    guest.unpark();
    guest.shiftTo('towards', STRIP_LEFT_M, 0, PULL_OUT_M);
  }

  #endOfStayUs(timeUs: number): number {
    return timeUs + this.#random.between(SHORTEST_STAY_US, LONGEST_STAY_US);
  }
}

function parkedVehicle(known: KnownVehicle, middleM: number, random: Random): StreetVehicle {
  const driver = drawDriver(random, known.look.bodyType);
  const vehicle = new StreetVehicle(known, driver, 'towards', {
    frontM: middleM + bodyMotion(known.look.bodyType).lengthM / 2,
    speedMps: 0,
    leftM: STRIP_LEFT_M,
  });
  vehicle.park();
  return vehicle;
}

function canPullOut(vehicles: readonly StreetVehicle[], vehicle: StreetVehicle): boolean {
  const ahead = leaderIn(vehicles, vehicle, ['towards']);
  if (ahead !== null && ahead.gapM < SMALLEST_GAP_M) return false;
  return isSafeBehind(vehicles, vehicle, 'towards', SMALLEST_GAP_M, SAFE_BRAKING_MPS2);
}
