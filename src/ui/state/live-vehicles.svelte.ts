import type { AnalysisController, Unsubscribe } from '../../contracts/app';
import type { VehicleClass } from '../../contracts/detection';
import type { CameraId } from '../../contracts/frame';
import type { TrackIdentity, VehicleId } from '../../contracts/match';
import type { SourceInfo } from '../../contracts/source';
import type { TrackId } from '../../contracts/track';
import type { FrameResult } from '../../contracts/worker-api';
import { cameraOf } from '../../core/source-cameras';

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
  readonly cameraId: CameraId;
  /** The camera that shows it, for people; null where the run has only one. */
  readonly cameraLabel: string | null;
}

/** Twice a second is as fast as anyone reads a list. */
const SAMPLE_MS = 500;

/** Which vehicles are in the picture, sampled: frames themselves never enter the reactive graph. */
export class LiveVehicles {
  list = $state.raw<readonly LiveVehicle[]>([]);

  readonly #controller: AnalysisController;
  readonly #onSample: (vehicles: readonly LiveVehicle[]) => void;
  readonly #unsubscribers: Unsubscribe[];
  /** The newest result of each camera, all of one epoch. */
  readonly #latest = new Map<CameraId, FrameResult>();
  #epoch = -1;
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
        this.#note(result);
      }),
      controller.onStatus(({ state }) => {
        if (state === 'running' || state === 'paused') return;
        this.#latest.clear();
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

  /** Reads the newest frame of each camera; the timer calls it. */
  sample(): void {
    if (this.#latest.size === 0 || !this.#isStale) return;
    this.#isStale = false;
    const { identities, status } = this.#controller;
    const next = readVehicles([...this.#latest.values()], identities, status.source);
    if (!isSameList(this.list, next)) this.list = next;
    this.#onSample(next);
  }

  dispose(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
  }

  #note(result: FrameResult): void {
    // A camera that was opened again may have another id: what it was before is over.
    if (result.meta.epoch !== this.#epoch) this.#latest.clear();
    this.#epoch = result.meta.epoch;
    this.#latest.set(result.meta.cameraId, result);
    this.#isStale = true;
  }
}

/** Numbered vehicles of one frame a camera, newest number first; two tracks of one vehicle count once. */
function readVehicles(
  results: readonly FrameResult[],
  identities: ReadonlyMap<TrackId, TrackIdentity>,
  source: SourceInfo | null,
): readonly LiveVehicle[] {
  const byVehicle = new Map<VehicleId, LiveVehicle>();
  const isSeveral = (source?.cameras.length ?? 1) > 1;
  for (const { meta, tracks } of results) {
    const cameraLabel = source && isSeveral ? cameraOf(source, meta.cameraId).label : null;
    for (const track of tracks) {
      const identity = identities.get(track.id);
      if (track.state === 'tentative' || !identity) continue;
      const { vehicleId, vehicleNumber } = identity.decision;
      const vehicle: LiveVehicle = {
        trackId: track.id,
        vehicleId,
        number: vehicleNumber,
        vehicleClass: track.vehicleClass,
        identity,
        isLost: track.state === 'lost',
        sinceUnixMs: (source?.originUnixMs ?? 0) + track.firstSeenUs / 1000,
        sinceUs: track.firstSeenUs,
        cameraId: meta.cameraId,
        cameraLabel,
      };
      const known = byVehicle.get(vehicleId);
      if (!known || isBetterPlace(vehicle, known)) byVehicle.set(vehicleId, vehicle);
    }
  }
  return [...byVehicle.values()].sort((a, b) => b.number - a.number);
}

/** Of two tracks of one vehicle the one in sight counts, then the one that began last: it drove on. */
function isBetterPlace(vehicle: LiveVehicle, known: LiveVehicle): boolean {
  if (vehicle.isLost !== known.isLost) return known.isLost;
  return vehicle.sinceUs >= known.sinceUs;
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
