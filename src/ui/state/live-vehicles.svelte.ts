import type { AnalysisController, Unsubscribe } from '../../contracts/app';
import type { VehicleClass } from '../../contracts/detection';
import type { TrackIdentity, VehicleId } from '../../contracts/match';
import type { TrackId } from '../../contracts/track';
import type { FrameResult } from '../../contracts/worker-api';

/** A vehicle with a number that is in the picture now. */
export interface LiveVehicle {
  readonly trackId: TrackId;
  readonly vehicleId: VehicleId;
  readonly number: number;
  readonly vehicleClass: VehicleClass;
  readonly identity: TrackIdentity;
  /** Hidden at this moment; its place is a guess. */
  readonly isLost: boolean;
  /** Wall time of its first frame in this run. */
  readonly sinceUnixMs: number;
  /** Position of its first frame on the source's clock. */
  readonly sinceUs: number;
}

/** Twice a second is as fast as anyone reads a list. */
const SAMPLE_MS = 500;

/** Which vehicles are in the picture, sampled: frames themselves never enter the reactive graph. */
export class LiveVehicles {
  list = $state.raw<readonly LiveVehicle[]>([]);

  readonly #controller: AnalysisController;
  readonly #onSample: (vehicles: readonly LiveVehicle[]) => void;
  readonly #unsubscribers: Unsubscribe[];
  #latest: FrameResult | null = null;
  #isStale = false;
  #timer: ReturnType<typeof setInterval> | null = null;

  /** `onSample` is told of every reading while frames come. */
  constructor(
    controller: AnalysisController,
    onSample: (vehicles: readonly LiveVehicle[]) => void = () => undefined,
  ) {
    this.#controller = controller;
    this.#onSample = onSample;
    this.#unsubscribers = [
      controller.onResult((result) => {
        this.#latest = result;
        this.#isStale = true;
      }),
      controller.onStatus(({ state }) => {
        if (state === 'running' || state === 'paused') return;
        this.#latest = null;
        this.list = [];
      }),
    ];
  }

  /** Begins sampling; once. */
  start(): void {
    this.#timer ??= setInterval(() => this.sample(), SAMPLE_MS);
  }

  has(vehicleId: VehicleId): boolean {
    return this.list.some((vehicle) => vehicle.vehicleId === vehicleId);
  }

  find(vehicleId: VehicleId): LiveVehicle | null {
    return this.list.find((vehicle) => vehicle.vehicleId === vehicleId) ?? null;
  }

  /** Reads the newest frame; the timer calls it. */
  sample(): void {
    const result = this.#latest;
    if (!result || !this.#isStale) return;
    this.#isStale = false;
    const next = readVehicles(
      result,
      this.#controller.identities,
      this.#controller.status.source?.originUnixMs ?? 0,
    );
    if (!isSameList(this.list, next)) this.list = next;
    this.#onSample(next);
  }

  dispose(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
  }
}

/** Numbered vehicles of one frame, newest number first; two tracks of one vehicle count once. */
function readVehicles(
  result: FrameResult,
  identities: ReadonlyMap<TrackId, TrackIdentity>,
  originUnixMs: number,
): readonly LiveVehicle[] {
  const byVehicle = new Map<VehicleId, LiveVehicle>();
  for (const track of result.tracks) {
    const identity = identities.get(track.id);
    if (track.state === 'tentative' || !identity) continue;
    const { vehicleId, vehicleNumber } = identity.decision;
    const isLost = track.state === 'lost';
    if (byVehicle.get(vehicleId)?.isLost === false && isLost) continue;
    byVehicle.set(vehicleId, {
      trackId: track.id,
      vehicleId,
      number: vehicleNumber,
      vehicleClass: track.vehicleClass,
      identity,
      isLost,
      sinceUnixMs: originUnixMs + track.firstSeenUs / 1000,
      sinceUs: track.firstSeenUs,
    });
  }
  return [...byVehicle.values()].sort((a, b) => b.number - a.number);
}

function isSameList(a: readonly LiveVehicle[], b: readonly LiveVehicle[]): boolean {
  return (
    a.length === b.length &&
    a.every((vehicle, index) => {
      const other = b[index];
      return (
        other !== undefined &&
        vehicle.trackId === other.trackId &&
        vehicle.identity === other.identity &&
        vehicle.isLost === other.isLost &&
        vehicle.vehicleClass === other.vehicleClass
      );
    })
  );
}
