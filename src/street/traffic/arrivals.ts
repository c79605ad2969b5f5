import type { VehicleLook } from '../../contracts/street';
import type { Random } from '../random';
import { bodyMotion, drawDriver } from './body-motion';
import { followAcceleration, type Driver, type Leader } from './car-following';
import { lastIn } from './lane-use';
import type { LookDraw } from './parking';
import { ROUTES, type RouteName } from './routes';
import { StreetVehicle, type KnownVehicle } from './street-vehicle';

/** Where vehicles come in. */
type EntryName = 'awayInner' | 'awayOuter' | 'towards' | 'side';

/**
 * Mean seconds between two new vehicles. With those that return, 10 to 14 vehicles a minute pass each camera: a small
 * town's street by day.
 */
const MEAN_INTERVAL_S: Readonly<Record<EntryName, number>> = {
  awayInner: 20,
  awayOuter: 19,
  towards: 15.5,
  side: 58,
};
/** Nobody comes sooner after the one before. */
const SMALLEST_INTERVAL_S = 2.2;
/** Of those in the outer lane that fit around the corner. */
const TURN_SHARE = 0.36;
/** Of all that leave. */
const RETURN_SHARE = 0.25;
const SOONEST_RETURN_US = 40_000_000;
const LATEST_RETURN_US = 150_000_000;
/** More than ever wait; it bounds the memory whatever happens. */
const MOST_RETURNING = 64;
/** A vehicle waits outside while there is less room. */
const ENTRY_GAP_M = 6;
/** Shares of the speed its driver would like, tried until it need not brake harder than this at once. */
const ENTRY_SPEED_SHARES: readonly number[] = [0.95, 0.85, 0.75, 0.65, 0.55, 0.45, 0.35];
const SLOWEST_ENTRY_SHARE = 0.25;
const ENTRY_BRAKING_MPS2 = 0.8;
/** Draws of a look until one fits the entry. */
const LOOK_DRAWS = 8;

const ENTRIES: readonly EntryName[] = ['awayInner', 'awayOuter', 'towards', 'side'];
/** Those for vehicles of any length. */
const WIDE_ENTRIES: readonly EntryName[] = ['awayInner', 'awayOuter', 'towards'];
const ENTRY_LANES = {
  awayInner: 'awayInner',
  awayOuter: 'awayOuter',
  towards: 'towards',
  side: 'coming',
} as const;

interface Returning {
  readonly known: KnownVehicle;
  readonly atUs: number;
  readonly entry: EntryName;
}

/** Brings vehicles in: new ones by chance, some that were here before. */
export class Arrivals {
  readonly #random: Random;
  readonly #looks: Random;
  readonly #draw: LookDraw;
  readonly #nextUs = new Map<EntryName, number>();
  #returning: Returning[] = [];
  #lastIdentity = 0;

  constructor(random: Random, draw: LookDraw, startUs: number) {
    this.#random = random.fork('entries');
    this.#looks = random.fork('looks');
    this.#draw = draw;
    for (const entry of ENTRIES) this.#nextUs.set(entry, startUs + this.#intervalUs(entry));
  }

  /** Gives a look the next identity. */
  readonly know = (look: VehicleLook): KnownVehicle => {
    this.#lastIdentity += 1;
    return { identity: this.#lastIdentity, look };
  };

  /** Counts identities from 1 again: first those on the street, then those that may return to it. */
  renumber(vehicles: readonly StreetVehicle[]): void {
    const all = [...vehicles, ...this.#returning].map(({ known }) => known);
    all.forEach((known, index) => (known.identity = index + 1));
    this.#lastIdentity = all.length;
  }

  /** Vehicles that come in now, at most one an entry. */
  enter(vehicles: readonly StreetVehicle[], timeUs: number): readonly StreetVehicle[] {
    return ENTRIES.flatMap((entry) => this.#enterBy(entry, vehicles, timeUs) ?? []);
  }

  /** Remembers some of those that left. */
  leave(vehicle: StreetVehicle, timeUs: number): void {
    if (!this.#random.chance(RETURN_SHARE)) return;
    const entries = vehicle.body.isAgile ? ENTRIES : WIDE_ENTRIES;
    this.#returning.push({
      known: vehicle.known,
      atUs: timeUs + this.#random.between(SOONEST_RETURN_US, LATEST_RETURN_US),
      entry: this.#random.pick(entries),
    });
    if (this.#returning.length > MOST_RETURNING) this.#returning.shift();
  }

  #enterBy(
    entry: EntryName,
    vehicles: readonly StreetVehicle[],
    timeUs: number,
  ): StreetVehicle | null {
    const nextUs = this.#nextUs.get(entry) ?? 0;
    const back = this.#returning.find((one) => one.entry === entry && one.atUs <= timeUs);
    if (back === undefined && timeUs < nextUs) return null;
    const startM = entry === 'side' ? ROUTES.sideMerging.startM : 0;
    const last = lastIn(vehicles, ENTRY_LANES[entry]);
    const ahead = last === null ? null : { gapM: last.rearM - startM, speedMps: last.speedMps };
    if (ahead !== null && ahead.gapM < ENTRY_GAP_M) return null;
    const known = back?.known ?? this.know(this.#lookFor(entry));
    const driver = drawDriver(this.#random, known.look.bodyType);
    const vehicle = new StreetVehicle(known, driver, this.#routeFor(entry, known.look), {
      frontM: startM,
      speedMps: entrySpeedMps(driver, ahead),
    });
    if (back !== undefined) this.#returning = this.#returning.filter((one) => one !== back);
    const earliestUs = timeUs + SMALLEST_INTERVAL_S * 1e6;
    this.#nextUs.set(
      entry,
      back === undefined ? timeUs + this.#intervalUs(entry) : Math.max(nextUs, earliestUs),
    );
    return vehicle;
  }

  #lookFor(entry: EntryName): VehicleLook {
    for (let draws = 0; draws < LOOK_DRAWS; draws += 1) {
      const look = this.#draw(this.#looks);
      if (entry !== 'side' || bodyMotion(look.bodyType).isAgile) return look;
    }
    return this.#draw(this.#looks, 'hatchback');
  }

  #routeFor(entry: EntryName, look: VehicleLook): RouteName {
    if (entry === 'side') return 'sideMerging';
    const canTurn = entry === 'awayOuter' && bodyMotion(look.bodyType).isAgile;
    return canTurn && this.#random.chance(TURN_SHARE) ? 'awayTurning' : entry;
  }

  #intervalUs(entry: EntryName): number {
    const meanS = MEAN_INTERVAL_S[entry] - SMALLEST_INTERVAL_S;
    return (SMALLEST_INTERVAL_S - meanS * Math.log(1 - this.#random.next())) * 1e6;
  }
}

/** As fast as wanted, or slow enough to keep behind the last one that came in. */
function entrySpeedMps(driver: Driver, ahead: Leader | null): number {
  const wanted = driver.desiredSpeedMps;
  const share = ENTRY_SPEED_SHARES.find(
    (candidate) =>
      followAcceleration(driver, candidate * wanted, wanted, ahead) >= -ENTRY_BRAKING_MPS2,
  );
  return (share ?? SLOWEST_ENTRY_SHARE) * wanted;
}
