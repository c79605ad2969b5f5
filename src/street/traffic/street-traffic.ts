import type { StreetEvent, VehicleState } from '../../contracts/street';
import type { Signals } from '../layout';
import { createRandom } from '../random';
import { drawLook } from '../vehicles/draw-look';
import { Arrivals } from './arrivals';
import { CrossingBook } from './crossing-book';
import { drivenAcceleration, turnIndicator } from './driving';
import { gatesAt, hasMerged } from './junction';
import { LaneChanges } from './lane-changes';
import { Parking, type LookDraw } from './parking';
import { ROUTES } from './routes';
import { signalsAt } from './signal-plan';
import type { StreetVehicle } from './street-vehicle';

/**
 * The model's own step, whatever the caller's: twice as fine as the shortest reaction that matters, and it divides
 * every phase of the lights.
 */
const STEP_US = 50_000;
/** The street lives when the scene begins: a vehicle needs 20 s from end to end, and two cycles of the lights go by. */
const WARM_UP_US = 95_000_000;

/**
 * The traffic of the street: seeded, in steps of its own, so that a moment looks the same however it was reached.
 * Vehicles follow each other, stop for lights, change lanes, turn, park, leave and sometimes come back.
 */
export class StreetTraffic {
  readonly #arrivals: Arrivals;
  readonly #parking: Parking;
  readonly #laneChanges: LaneChanges;
  #book = new CrossingBook();
  #vehicles: readonly StreetVehicle[];
  #steppedUs = -WARM_UP_US;
  #timeUs = 0;
  #states: readonly VehicleState[] = [];
  #events: StreetEvent[] = [];

  /** `seed`: 32-bit unsigned integer. `draw`: how vehicles look. */
  constructor(seed: number, draw: LookDraw = drawLook) {
    const random = createRandom(seed);
    this.#arrivals = new Arrivals(random.fork('arrivals'), draw, this.#steppedUs);
    this.#parking = new Parking(random.fork('parking'));
    this.#laneChanges = new LaneChanges(random.fork('lane-changes'));
    this.#vehicles = this.#parking.firstVehicles(draw, this.#arrivals.know, this.#steppedUs);
    while (this.#steppedUs < 0) this.#step();
    this.#arrivals.renumber(this.#vehicles);
    this.#book = new CrossingBook();
    this.#events = [];
    this.#show(0);
  }

  /** At the time of the last `advanceTo`, 0 before. */
  get vehicles(): readonly VehicleState[] {
    return this.#states;
  }

  get signals(): Signals {
    return signalsAt(this.#timeUs);
  }

  /**
   * Moves the street on to a time of the scene, microseconds, and tells what happened since the last call, in order.
   * Throws RangeError for a time before the last one's.
   */
  advanceTo(timeUs: number): readonly StreetEvent[] {
    if (!(timeUs >= this.#timeUs)) {
      throw new RangeError(`Expected a time from ${this.#timeUs} us on, got ${timeUs} us`);
    }
    while (this.#steppedUs < timeUs) this.#step();
    this.#show(timeUs);
    const happened = this.#events.filter((event) => timeOf(event) <= timeUs);
    this.#events = this.#events.filter((event) => timeOf(event) > timeUs);
    return happened.sort((first, second) => timeOf(first) - timeOf(second));
  }

  #show(timeUs: number): void {
    this.#timeUs = timeUs;
    const share = 1 - (this.#steppedUs - timeUs) / STEP_US;
    this.#states = this.#vehicles.map((vehicle) => vehicle.stateAt(share));
  }

  #step(): void {
    const startUs = this.#steppedUs;
    this.#steppedUs += STEP_US;
    this.#drive(startUs);
    this.#letLeave();
    this.#laneChanges.update(this.#vehicles, this.#steppedUs);
    this.#parking.update(this.#vehicles, this.#steppedUs);
    const entered = this.#arrivals.enter(this.#vehicles, this.#steppedUs);
    for (const vehicle of entered) {
      if (vehicle.route.name === 'towards') this.#parking.offer(vehicle);
    }
    if (entered.length > 0) this.#vehicles = [...this.#vehicles, ...entered];
  }

  /** All decide on what they see at the beginning of the step, then all move. */
  #drive(startUs: number): void {
    const vehicles = this.#vehicles;
    const gates = gatesAt(signalsAt(startUs), vehicles);
    const accelerations = vehicles.map((vehicle) =>
      vehicle.isParked ? 0 : drivenAcceleration(vehicle, vehicles, gates),
    );
    vehicles.forEach((vehicle, index) => {
      if (vehicle.isParked) return vehicle.stay();
      vehicle.move(STEP_US / 1e6, accelerations[index] ?? 0);
      if (vehicle.route.turn !== null) vehicle.indicator = turnIndicator(vehicle);
      if (hasMerged(vehicle)) vehicle.route = ROUTES.awayOuter;
      this.#events.push(...this.#book.eventsOf(vehicle, this.#steppedUs, STEP_US));
    });
  }

  #letLeave(): void {
    const gone = this.#vehicles.filter(({ rearM, route }) => rearM > route.endM);
    if (gone.length === 0) return;
    this.#vehicles = this.#vehicles.filter((vehicle) => !gone.includes(vehicle));
    for (const vehicle of gone) this.#arrivals.leave(vehicle, this.#steppedUs);
  }
}

function timeOf(event: StreetEvent): number {
  return event.type === 'crossing' ? event.timeUs : event.endUs;
}
