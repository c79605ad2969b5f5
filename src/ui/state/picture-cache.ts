import type { GalleryClient, Unsubscribe } from '../../contracts/app';

/** Pictures kept after the last row let go of them: scrolling back shows them at once. */
const MAX_IDLE = 120;

interface Entry {
  url: string | null;
  readonly ready: Promise<string | null>;
  useCount: number;
  /** The gallery was changed: not kept once nobody shows it. */
  isStale: boolean;
}

/** Object URLs of stored crops: shared by whoever shows them, revoked when nobody does for a while. */
export class PictureCache {
  readonly #gallery: Pick<GalleryClient, 'crop' | 'onChanged'>;
  readonly #entries = new Map<string, Entry>();
  readonly #unsubscribe: Unsubscribe;

  constructor(gallery: Pick<GalleryClient, 'crop' | 'onChanged'>) {
    this.#gallery = gallery;
    // A picture that was deleted must not live on in memory.
    this.#unsubscribe = gallery.onChanged(() => this.#forgetIdle());
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
      const made: Entry = {
        url: null,
        useCount: 0,
        isStale: false,
        ready: this.#read(cropId, () => made),
      };
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
    if (entry.useCount === 0 && entry.isStale) this.#drop(cropId, entry);
    this.#trim();
  }

  dispose(): void {
    this.#unsubscribe();
    for (const [cropId, entry] of this.#entries) this.#drop(cropId, entry);
  }

  /** Drops what nobody shows now; the rest as soon as nobody does. */
  #forgetIdle(): void {
    for (const [cropId, entry] of this.#entries) {
      entry.isStale = true;
      if (entry.useCount === 0) this.#drop(cropId, entry);
    }
  }

  #drop(cropId: string, entry: Entry): void {
    if (entry.url) URL.revokeObjectURL(entry.url);
    this.#entries.delete(cropId);
  }

  async #read(cropId: string, entry: () => Entry): Promise<string | null> {
    try {
      const blob = await this.#gallery.crop(cropId);
      if (!blob || this.#entries.get(cropId) !== entry()) return null;
      const url = URL.createObjectURL(blob);
      entry().url = url;
      return url;
    } catch {
      // A row without its picture shows the vehicle's shape instead; asked again next time.
      if (this.#entries.get(cropId) === entry()) this.#entries.delete(cropId);
      return null;
    }
  }

  #trim(): void {
    let idleCount = 0;
    for (const entry of this.#entries.values()) if (entry.useCount === 0) idleCount += 1;
    for (const [cropId, entry] of this.#entries) {
      if (idleCount <= MAX_IDLE) return;
      if (entry.useCount > 0) continue;
      this.#drop(cropId, entry);
      idleCount -= 1;
    }
  }
}
