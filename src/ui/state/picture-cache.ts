import type { GalleryClient } from '../../contracts/app';

/** Pictures kept after the last row let go of them: scrolling back shows them at once. */
const MAX_IDLE = 120;

interface Entry {
  url: string | null;
  readonly ready: Promise<string | null>;
  useCount: number;
}

/** Object URLs of stored crops: shared by whoever shows them, revoked when nobody does for a while. */
export class PictureCache {
  readonly #gallery: Pick<GalleryClient, 'crop'>;
  readonly #entries = new Map<string, Entry>();

  constructor(gallery: Pick<GalleryClient, 'crop'>) {
    this.#gallery = gallery;
  }

  /** URLs alive, for tests. */
  get size(): number {
    return this.#entries.size;
  }

  /** The picture's URL, null when there is none. Every `acquire` needs one `release`. */
  acquire(cropId: string): Promise<string | null> {
    let entry = this.#entries.get(cropId);
    if (entry) {
      // Last used last: the idle ones that go first are at the front.
      this.#entries.delete(cropId);
    } else {
      const made: Entry = { url: null, useCount: 0, ready: this.#read(cropId, () => made) };
      entry = made;
    }
    this.#entries.set(cropId, entry);
    entry.useCount += 1;
    return entry.ready;
  }

  release(cropId: string): void {
    const entry = this.#entries.get(cropId);
    if (!entry) return;
    entry.useCount = Math.max(0, entry.useCount - 1);
    this.#trim();
  }

  dispose(): void {
    for (const entry of this.#entries.values()) if (entry.url) URL.revokeObjectURL(entry.url);
    this.#entries.clear();
  }

  async #read(cropId: string, entry: () => Entry): Promise<string | null> {
    try {
      const blob = await this.#gallery.crop(cropId);
      if (!blob || !this.#entries.has(cropId)) return null;
      const url = URL.createObjectURL(blob);
      entry().url = url;
      return url;
    } catch {
      // A row without its picture shows the vehicle's shape instead; asked again next time.
      this.#entries.delete(cropId);
      return null;
    }
  }

  #trim(): void {
    let idleCount = 0;
    for (const entry of this.#entries.values()) if (entry.useCount === 0) idleCount += 1;
    for (const [cropId, entry] of this.#entries) {
      if (idleCount <= MAX_IDLE) return;
      if (entry.useCount > 0) continue;
      if (entry.url) URL.revokeObjectURL(entry.url);
      this.#entries.delete(cropId);
      idleCount -= 1;
    }
  }
}
