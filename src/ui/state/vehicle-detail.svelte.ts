import type { GalleryClient } from '../../contracts/app';
import type { ErrorData } from '../../contracts/errors';
import type { RemovalReport, Sighting, VehicleDetail } from '../../contracts/gallery';
import type { MatchCandidate, VehicleId } from '../../contracts/match';
import { toErrorData } from '../../core/app-error';

/** One vehicle opened: its sightings and the evidence behind them. */
export class VehicleDetailState {
  vehicleId = $state<VehicleId | null>(null);
  detail = $state.raw<VehicleDetail | null>(null);
  isLoading = $state(false);
  error = $state.raw<ErrorData | null>(null);

  readonly #gallery: GalleryClient;
  readonly #candidatePictures = new Map<string, Promise<string | null>>();

  constructor(gallery: GalleryClient) {
    this.#gallery = gallery;
  }

  async open(vehicleId: VehicleId): Promise<void> {
    this.vehicleId = vehicleId;
    this.detail = null;
    await this.refresh();
  }

  close(): void {
    this.vehicleId = null;
    this.detail = null;
    this.error = null;
    this.#candidatePictures.clear();
  }

  /** Reads the open vehicle again; an answer for one that was left meanwhile is dropped. */
  async refresh(): Promise<void> {
    const { vehicleId } = this;
    if (vehicleId === null) return;
    this.isLoading = true;
    this.error = null;
    try {
      const detail = await this.#gallery.vehicle(vehicleId);
      if (this.vehicleId === vehicleId) this.detail = detail;
    } catch (error) {
      if (this.vehicleId === vehicleId) this.error = toErrorData(error);
    } finally {
      if (this.vehicleId === vehicleId) this.isLoading = false;
    }
  }

  /** Crop of the sighting that made a candidate resemble; null when it is no longer there. */
  candidateCropId(candidate: MatchCandidate): Promise<string | null> {
    let crop = this.#candidatePictures.get(candidate.sightingId);
    if (!crop) {
      crop = this.#findCrop(candidate);
      this.#candidatePictures.set(candidate.sightingId, crop);
    }
    return crop;
  }

  /** Removes the open vehicle with everything known about it. */
  async forget(): Promise<RemovalReport | null> {
    const { vehicleId } = this;
    if (vehicleId === null) return null;
    try {
      const report = await this.#gallery.forget(vehicleId);
      this.close();
      return report;
    } catch (error) {
      this.error = toErrorData(error);
      return null;
    }
  }

  async #findCrop(candidate: MatchCandidate): Promise<string | null> {
    try {
      const vehicle = await this.#gallery.vehicle(candidate.vehicleId);
      const isTheOne = (sighting: Sighting): boolean => sighting.id === candidate.sightingId;
      return vehicle?.sightings.find(isTheOne)?.cropId ?? vehicle?.cropId ?? null;
    } catch {
      // The evidence stays readable without the picture.
      return null;
    }
  }
}
