import type { VehicleId } from '../../contracts/match';
import type { LiveVehicle } from './live-vehicles.svelte';
import type { LiveViews } from './live-views';

/** Longer side of a row's picture on a dense screen, pixels. */
const SIDE_PX = 192;
/** More than a screenful; the oldest go first. */
const MAX_THUMBNAILS = 120;

/**
 * Pictures of vehicles that have no stored sighting yet, because they are still in view: taken from the
 * screen's own pictures and kept in memory only. They go with the last picture on the page and with any change
 * of the gallery; a street that is begun anew with another weather keeps them, as it keeps its gallery.
 */
export class LiveThumbnails {
  #urls = $state.raw<ReadonlyMap<VehicleId, string>>(new Map());
  readonly #views: Pick<LiveViews, 'snapshot'>;
  #isBusy = false;
  /** Raised when all are dropped: one under way is not kept. */
  #generation = 0;

  constructor(views: Pick<LiveViews, 'snapshot'>) {
    this.#views = views;
  }

  urlOf(vehicleId: VehicleId): string | null {
    return this.#urls.get(vehicleId) ?? null;
  }

  /** Takes at most one missing picture a call: a snapshot must not cost a display frame. */
  async fill(vehicles: readonly LiveVehicle[]): Promise<void> {
    const missing = vehicles.find(
      (vehicle) => !vehicle.isLost && !this.#urls.has(vehicle.vehicleId),
    );
    if (!missing || this.#isBusy) return;
    this.#isBusy = true;
    const generation = this.#generation;
    try {
      const image = await this.#views.snapshot(missing.trackId, SIDE_PX);
      const blob = image ? await encode(image) : null;
      if (blob && generation === this.#generation) this.#keep(missing.vehicleId, blob);
    } catch {
      // The picture went away while it was read; the next call tries again.
    } finally {
      this.#isBusy = false;
    }
  }

  clear(): void {
    this.#generation += 1;
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
