import type { GalleryClient, Unsubscribe } from '../../../src/contracts/app';
import { VEHICLE_CLASSES } from '../../../src/contracts/detection';
import type {
  RemovalReport,
  Sighting,
  StorageUsage,
  VehicleDetail,
  VehicleSummary,
} from '../../../src/contracts/gallery';
import type { MatchDecision } from '../../../src/contracts/match';
import type { AppError } from '../../../src/core/app-error';
import { drawVehicle } from './fake-scene';

const COLORS = ['#a23b34', '#3c5a78', '#d8d4c8', '#46604f', '#c9a13b', '#222a2a', '#8d9794'];
const THRESHOLDS = { accept: 0.8, keep: 0.72 } as const;
/** 2026-05-12, 14:02 local time. */
const BASE_UNIX_MS = new Date(2026, 4, 12, 14, 2).getTime();
const SIGHTING_INTERVAL_MS = 1_100_000;
const SIGHTING_MS = 95_000;

/** A gallery of made-up vehicles, newest first, that answers like the real one. */
export class FakeGallery implements GalleryClient {
  readonly calls: string[] = [];
  readyError: AppError | null = null;
  #vehicles: VehicleSummary[];
  /** Those of the gallery that is not shown. */
  #others: VehicleSummary[] = [];
  readonly #sightingListeners = new Set<(vehicle: VehicleSummary, sighting: Sighting) => void>();
  readonly #changeListeners = new Set<() => void>();

  constructor(vehicleCount: number) {
    this.#vehicles = Array.from({ length: vehicleCount }, (_, index) =>
      summaryOf(vehicleCount - index),
    );
  }

  ready(): Promise<void> {
    return this.readyError ? Promise.reject(this.readyError) : Promise.resolve();
  }

  list(range: { offset: number; count: number }): Promise<readonly VehicleSummary[]> {
    this.calls.push(`list ${range.offset} ${range.count}`);
    return Promise.resolve(this.#vehicles.slice(range.offset, range.offset + range.count));
  }

  vehicle(id: string): Promise<VehicleDetail | null> {
    const vehicle = this.#vehicles.find((candidate) => candidate.id === id);
    if (!vehicle) return Promise.resolve(null);
    const sightings = Array.from({ length: vehicle.sightingCount }, (_, index) =>
      sightingOf(vehicle, vehicle.sightingCount - index),
    );
    return Promise.resolve({ ...vehicle, sightings });
  }

  async crop(cropId: string): Promise<Blob | null> {
    const number = Number(cropId.split('-')[1]);
    const canvas = new OffscreenCanvas(240, 160);
    const context = canvas.getContext('2d');
    if (!context) return null;
    context.fillStyle = '#6b7371';
    context.fillRect(0, 0, 240, 160);
    const color = COLORS[number % COLORS.length] ?? '#555';
    drawVehicle(context, { x1: 22, y1: 32, x2: 218, y2: 136 }, color);
    return canvas.convertToBlob({ type: 'image/jpeg' });
  }

  forget(id: string): Promise<RemovalReport> {
    this.calls.push(`forget ${id}`);
    this.#vehicles = this.#vehicles.filter((vehicle) => vehicle.id !== id);
    this.changed();
    return Promise.resolve({ vehicleCount: 1, sightingCount: 3, cropCount: 3, vectorCount: 3 });
  }

  deleteEverything(): Promise<RemovalReport> {
    this.calls.push('deleteEverything');
    const vehicleCount = this.#vehicles.length;
    this.#vehicles = [];
    this.changed();
    const count = vehicleCount * 2;
    return Promise.resolve({
      vehicleCount,
      sightingCount: count,
      cropCount: count,
      vectorCount: count,
    });
  }

  usage(): Promise<StorageUsage> {
    return Promise.resolve({
      usedBytes: 48_200_000,
      quotaBytes: 2_100_000_000,
      isPersistent: true,
      vehicleCount: this.#vehicles.length,
      sightingCount: this.#vehicles.length * 2,
      unreadableCount: 0,
    });
  }

  onSighting(listener: (vehicle: VehicleSummary, sighting: Sighting) => void): Unsubscribe {
    this.#sightingListeners.add(listener);
    return () => this.#sightingListeners.delete(listener);
  }

  onChanged(listener: () => void): Unsubscribe {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /** Changes to the Demo street's own gallery, or back. */
  showStreet(isStreet: boolean): void {
    this.calls.push(`showStreet ${isStreet}`);
    [this.#vehicles, this.#others] = [this.#others, this.#vehicles];
    this.changed();
  }

  /** Gives a vehicle's recording another name. */
  rename(number: number, lastSeenLabel: string): void {
    this.#vehicles = this.#vehicles.map((vehicle) =>
      vehicle.number === number ? { ...vehicle, lastSeenLabel } : vehicle,
    );
    this.changed();
  }

  /** Stores one sighting of a vehicle that need not be there yet; always the same one but for `change`. */
  store(number: number, change: Partial<Sighting> = {}): void {
    const vehicle = summaryOf(number);
    this.#vehicles = [vehicle, ...this.#vehicles.filter(({ id }) => id !== vehicle.id)];
    for (const listener of this.#sightingListeners)
      listener(vehicle, { ...sightingOf(vehicle, 1), ...change });
  }

  changed(): void {
    for (const listener of this.#changeListeners) listener();
  }
}

function summaryOf(number: number): VehicleSummary {
  const lastSeenUnixMs = BASE_UNIX_MS + number * 61_000;
  const sightingCount = 1 + (number % 4);
  const isFromFile = number % 5 === 3;
  return {
    id: `vehicle-${number}`,
    number,
    vehicleClass: VEHICLE_CLASSES[number % 7 === 2 ? 3 : number % 11 === 1 ? 2 : 0],
    sightingCount,
    firstSeenUnixMs: lastSeenUnixMs - (sightingCount - 1) * SIGHTING_INTERVAL_MS - SIGHTING_MS,
    lastSeenUnixMs,
    lastSeenMediaUs: isFromFile ? 12_900_000 : null,
    lastSeenLabel: isFromFile ? 'yard.mp4' : 'Street camera',
    cropId: `crop-${number}`,
  };
}

function sightingOf(vehicle: VehicleSummary, index: number): Sighting {
  const endUnixMs = vehicle.lastSeenUnixMs - (vehicle.sightingCount - index) * SIGHTING_INTERVAL_MS;
  const startUnixMs = endUnixMs - SIGHTING_MS;
  return {
    id: `${vehicle.id}-sighting-${index}`,
    vehicleId: vehicle.id,
    runId: 'run-1',
    cameraId: 'camera-1',
    cameraLabel: vehicle.lastSeenLabel,
    sourceKind: vehicle.lastSeenMediaUs === null ? 'camera' : 'file',
    vehicleClass: vehicle.vehicleClass,
    startUnixMs,
    endUnixMs,
    originUnixMs: startUnixMs - 1_000,
    startMediaUs: vehicle.lastSeenMediaUs === null ? null : vehicle.lastSeenMediaUs - 5_000_000,
    endMediaUs: vehicle.lastSeenMediaUs,
    hitCount: 40,
    space: 'fake:1',
    cropId: vehicle.cropId,
    decision: decisionOf(vehicle.number, index === 1 ? null : 0.87),
  };
}

/** A decision with three candidates; a similarity makes it a match. */
export function decisionOf(number: number, similarity: number | null): MatchDecision {
  const best = similarity ?? 0.64;
  const candidates = [number, number + 3, number + 9].map((candidate, index) => ({
    vehicleId: `vehicle-${candidate}`,
    vehicleNumber: candidate,
    sightingId: `vehicle-${candidate}-sighting-1`,
    similarity: best - index * 0.11,
    excludedBecause: index === 2 ? ('visible-at-the-same-time' as const) : null,
  }));
  return {
    outcome: similarity === null ? 'new' : 'matched',
    vehicleId: `vehicle-${number}`,
    vehicleNumber: number,
    similarity,
    thresholds: THRESHOLDS,
    candidates: similarity === null ? candidates.slice(1) : candidates,
    cropTimesUs: [1_200_000, 2_400_000, 4_100_000],
    requiredSimilarity: THRESHOLDS.accept,
    revisionCount: 1,
  };
}
