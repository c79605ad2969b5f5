import type { VehicleId } from '../../contracts/match';
import type { TrackId } from '../../contracts/track';
import type { LiveVehicle } from './live-vehicles.svelte';

/** Where pictures of what is on screen come from. */
export interface SnapshotSource {
  snapshot(trackId: TrackId, sidePx: number): Promise<ImageBitmap | null>;
}

/** Longer side of a row's picture on a dense screen, pixels. */
const SIDE_PX = 192;
/** More than a screenful; the oldest go first. */
const MAX_THUMBNAILS = 120;

/**
 * Pictures of vehicles that have no stored sighting yet, because they are still in view: taken from the
 * screen's own picture, kept in memory only and dropped with the run.
 */
export class LiveThumbnails {
  #urls = $state.raw<ReadonlyMap<VehicleId, string>>(new Map());
  #source: SnapshotSource | null = null;
  #isBusy = false;

  setSource(source: SnapshotSource | null): void {
    this.#source = source;
    if (!source) this.clear();
  }

  urlOf(vehicleId: VehicleId): string | null {
    return this.#urls.get(vehicleId) ?? null;
  }

  /** Takes at most one missing picture a call: a snapshot must not cost a display frame. */
  async fill(vehicles: readonly LiveVehicle[]): Promise<void> {
    const source = this.#source;
    const missing = vehicles.find(
      (vehicle) => !vehicle.isLost && !this.#urls.has(vehicle.vehicleId),
    );
    if (!source || !missing || this.#isBusy) return;
    this.#isBusy = true;
    try {
      const image = await source.snapshot(missing.trackId, SIDE_PX);
      const blob = image ? await encode(image) : null;
      if (blob && this.#source === source) this.#keep(missing.vehicleId, blob);
    } catch {
      // The picture went away while it was read; the next call tries again.
    } finally {
      this.#isBusy = false;
    }
  }

  clear(): void {
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.#urls = new Map();
  }

  #keep(vehicleId: VehicleId, blob: Blob): void {
    const urls = new Map(this.#urls);
    const oldest = urls.entries().next();
    if (urls.size >= MAX_THUMBNAILS && !oldest.done) {
      const [oldestId, url] = oldest.value;
      URL.revokeObjectURL(url);
      urls.delete(oldestId);
    }
    urls.set(vehicleId, URL.createObjectURL(blob));
    this.#urls = urls;
  }
}

/** Takes ownership of the picture. */
async function encode(image: ImageBitmap): Promise<Blob | null> {
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('bitmaprenderer');
  if (!context) {
    image.close();
    return null;
  }
  context.transferFromImageBitmap(image);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 });
}
