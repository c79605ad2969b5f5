import type { RemovalReport, Sighting, VehicleSummary } from '../../../src/contracts/gallery';
import type { Adaptation } from '../../../src/contracts/recognition';
import type { AppError } from '../../../src/core/app-error';
import type {
  KnownDescriptor,
  OpenedSightingStore,
  RecognitionStore,
  SightingWrite,
} from '../../../src/stages/identity/ports';
import { SPACE } from './fake-embedder';

/** Keeps sightings in memory; can be told to fail. */
export class FakeStore implements OpenedSightingStore {
  readonly sightings = new Map<string, SightingWrite>();
  readonly pictures = new Map<string, Blob>();
  adaptation: Adaptation | null = null;
  readonly recognition = fakeRecognition(this);
  commitCount = 0;
  failure: Error | null = null;
  /** Set to hold answers of `loadDescriptors` back until it resolves. */
  gate: Promise<void> = Promise.resolve();
  /** Set by a listener of `onClosed`; calling it closes the gallery from outside. */
  closeFromOutside: ((reason: AppError) => void) | null = null;
  #highestNumber = 0;

  get vehicleCount(): number {
    return new Set([...this.sightings.values()].map(({ sighting }) => sighting.vehicleId)).size;
  }

  onClosed(listener: (reason: AppError) => void): () => void {
    this.closeFromOutside = listener;
    return () => (this.closeFromOutside = null);
  }

  allocateVehicleNumber(): number {
    this.#highestNumber += 1;
    return this.#highestNumber;
  }

  async loadDescriptors(space: string): Promise<readonly KnownDescriptor[]> {
    const known: KnownDescriptor[] = [];
    for (const { sighting, vector, vehicleNumber } of this.sightings.values()) {
      if (!vector || sighting.space !== space) continue;
      const { id, vehicleId, cameraId } = sighting;
      known.push({ sightingId: id, vehicleId, vehicleNumber, cameraId, vector });
    }
    await this.gate;
    return known;
  }

  async commitSighting(record: SightingWrite): Promise<VehicleSummary> {
    await Promise.resolve();
    if (this.failure) throw this.failure;
    this.commitCount += 1;
    this.sightings.set(record.sighting.id, record);
    if (record.crop && record.sighting.cropId) {
      this.pictures.set(record.sighting.cropId, record.crop);
    }
    const summary = this.#summary(record.sighting.vehicleId);
    if (!summary) throw new Error('A sighting was written but not found');
    return summary;
  }

  listVehicles(): Promise<readonly VehicleSummary[]> {
    const ids = new Set([...this.sightings.values()].map(({ sighting }) => sighting.vehicleId));
    return Promise.resolve([...ids].flatMap((id) => this.#summary(id) ?? []));
  }

  vehicle(id: string) {
    const summary = this.#summary(id);
    return Promise.resolve(summary && { ...summary, sightings: this.sightingsOf(id) });
  }

  crop(cropId: string): Promise<Blob | null> {
    return Promise.resolve(this.pictures.get(cropId) ?? null);
  }

  forgetVehicle(id: string): Promise<RemovalReport> {
    const gone = this.sightingsOf(id);
    for (const sighting of gone) this.sightings.delete(sighting.id);
    return Promise.resolve(removal(gone.length));
  }

  deleteEverything(): Promise<RemovalReport> {
    const sightingCount = this.sightings.size;
    this.sightings.clear();
    return Promise.resolve(removal(sightingCount));
  }

  applyRetention(): Promise<RemovalReport> {
    return Promise.resolve(removal(0));
  }

  usage() {
    return Promise.resolve({
      usedBytes: 0,
      quotaBytes: 0,
      isPersistent: false,
      vehicleCount: this.vehicleCount,
      sightingCount: this.sightings.size,
      unreadableCount: 0,
    });
  }

  sightingsOf(vehicleId: string): Sighting[] {
    return [...this.sightings.values()]
      .map(({ sighting }) => sighting)
      .filter((sighting) => sighting.vehicleId === vehicleId);
  }

  #summary(vehicleId: string): VehicleSummary | null {
    const records = [...this.sightings.values()].filter((r) => r.sighting.vehicleId === vehicleId);
    const [first] = records;
    if (!first) return null;
    const last = records.reduce((a, b) => (a.sighting.endUnixMs > b.sighting.endUnixMs ? a : b));
    return {
      id: vehicleId,
      number: first.vehicleNumber,
      vehicleClass: first.sighting.vehicleClass,
      sightingCount: records.length,
      firstSeenUnixMs: Math.min(...records.map(({ sighting }) => sighting.startUnixMs)),
      lastSeenUnixMs: last.sighting.endUnixMs,
      lastSeenMediaUs: last.sighting.endMediaUs,
      lastSeenLabel: last.sighting.cameraLabel,
      cropId: first.sighting.cropId,
    };
  }
}

/** All in one space; jobs and pairs are tested with a real gallery. */
function fakeRecognition(store: FakeStore): RecognitionStore {
  const notFaked = (): Promise<never> => Promise.reject(new Error('Not faked'));
  return {
    gallerySpace: () => Promise.resolve({ space: SPACE, adaptation: store.adaptation }),
    adoptSpace: () => Promise.resolve(),
    setAdaptation: (adaptation) => {
      store.adaptation = adaptation;
      return Promise.resolve();
    },
    countReembedding: notFaked,
    reembedPortion: notFaked,
    putReembedded: notFaked,
    switchSpace: notFaked,
    dropOtherSpaces: notFaked,
    confirmPair: notFaked,
    takeBackPair: notFaked,
    confirmedPairs: notFaked,
    pairEvidence: notFaked,
  };
}

function removal(sightingCount: number): RemovalReport {
  return { vehicleCount: 0, sightingCount, cropCount: 0, vectorCount: 0 };
}
