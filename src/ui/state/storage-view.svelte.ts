import type { GalleryClient } from '../../contracts/app';
import type { ErrorData } from '../../contracts/errors';
import type { RemovalReport, StorageUsage } from '../../contracts/gallery';
import { toErrorData } from '../../core/app-error';
import { countOf } from '../shared/number-text';

/** What is kept on the device, and removing it. */
export class StorageView {
  usage = $state.raw<StorageUsage | null>(null);
  error = $state.raw<ErrorData | null>(null);
  isDeleting = $state(false);

  readonly #gallery: GalleryClient;

  constructor(gallery: GalleryClient) {
    this.#gallery = gallery;
  }

  /** Share of the quota in use, [0, 1]; 0 when the browser does not tell. */
  get usedShare(): number {
    const { usage } = this;
    return usage && usage.quotaBytes > 0 ? Math.min(1, usage.usedBytes / usage.quotaBytes) : 0;
  }

  async refresh(): Promise<void> {
    try {
      this.usage = await this.#gallery.usage();
      this.error = null;
    } catch (error) {
      this.error = toErrorData(error);
    }
  }

  /** Null when it failed; `error` says why. */
  async deleteEverything(): Promise<RemovalReport | null> {
    this.isDeleting = true;
    try {
      const report = await this.#gallery.deleteEverything();
      await this.refresh();
      return report;
    } catch (error) {
      this.error = toErrorData(error);
      return null;
    } finally {
      this.isDeleting = false;
    }
  }
}

/** What a removal took away, as a sentence. */
export function removalText(report: RemovalReport): string {
  const parts = [
    countOf(report.vehicleCount, 'vehicle'),
    countOf(report.sightingCount, 'sighting'),
    countOf(report.cropCount, 'picture'),
    countOf(report.vectorCount, 'descriptor'),
  ];
  return `Removed ${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1] ?? ''}.`;
}
