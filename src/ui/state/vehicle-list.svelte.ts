import { SvelteMap } from 'svelte/reactivity';
import type { GalleryClient, Unsubscribe } from '../../contracts/app';
import type { ErrorData } from '../../contracts/errors';
import type { VehicleSummary } from '../../contracts/gallery';
import type { VehicleId } from '../../contracts/match';
import { toErrorData } from '../../core/app-error';

/** Vehicles read at once: a tall screen shows about fifteen. */
export const PAGE_SIZE = 50;
/** A busy road stores several sightings a second; the list need not follow each. */
const RELOAD_DELAY_MS = 700;

/** The gallery as a long list of which only the pages on screen are read. */
export class VehicleListState {
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  error = $state.raw<ErrorData | null>(null);
  /** Vehicles in the gallery. */
  total = $state(0);
  #pages = $state.raw<ReadonlyMap<number, readonly VehicleSummary[]>>(new Map());
  /** Summaries of the wanted vehicles, wherever they stand in the list. */
  readonly #known = new SvelteMap<VehicleId, VehicleSummary>();

  readonly #gallery: GalleryClient;
  readonly #unsubscribers: Unsubscribe[];
  readonly #requested = new Set<number>();
  /** How many rows want a vehicle's summary now. */
  readonly #wanted = new Map<VehicleId, number>();
  #firstPage = 0;
  #lastPage = 0;
  #reloadTimer: ReturnType<typeof setTimeout> | null = null;
  #generation = 0;

  constructor(gallery: GalleryClient) {
    this.#gallery = gallery;
    this.#unsubscribers = [
      gallery.onSighting((vehicle) => this.#noteStored(vehicle)),
      gallery.onChanged(() => {
        this.#known.clear();
        for (const vehicleId of this.#wanted.keys()) this.#readSummary(vehicleId);
        void this.reload();
      }),
    ];
  }

  /** Waits for the gallery and reads its first page. */
  async open(): Promise<void> {
    this.state = 'loading';
    this.error = null;
    try {
      await this.#gallery.ready();
      await this.reload();
    } catch (error) {
      this.error = toErrorData(error);
      this.state = 'failed';
    }
  }

  /** The vehicle at a place of the list, newest first; null while its page is being read. */
  at(index: number): VehicleSummary | null {
    const page = this.#pages.get(Math.floor(index / PAGE_SIZE));
    return page?.[index % PAGE_SIZE] ?? null;
  }

  /** Place of a vehicle on the pages read so far; -1 when it is not there. */
  indexOf(vehicleId: VehicleId): number {
    for (const [page, vehicles] of this.#pages) {
      const index = vehicles.findIndex((vehicle) => vehicle.id === vehicleId);
      if (index >= 0) return page * PAGE_SIZE + index;
    }
    return -1;
  }

  /** What is stored about a vehicle; null when nothing is, or not read yet (see `want`). */
  summaryOf(vehicleId: VehicleId): VehicleSummary | null {
    const index = this.indexOf(vehicleId);
    return (index >= 0 ? this.at(index) : null) ?? this.#known.get(vehicleId) ?? null;
  }

  /**
   * Keeps the summary of a vehicle that may stand anywhere in the list, until the returned function is
   * called: what is kept are the rows on screen, not all vehicles that ever passed. For an effect.
   */
  want(vehicleId: VehicleId): () => void {
    const count = this.#wanted.get(vehicleId) ?? 0;
    this.#wanted.set(vehicleId, count + 1);
    if (count === 0) this.#readSummary(vehicleId);
    return () => {
      const left = (this.#wanted.get(vehicleId) ?? 0) - 1;
      if (left > 0) {
        this.#wanted.set(vehicleId, left);
        return;
      }
      this.#wanted.delete(vehicleId);
      this.#known.delete(vehicleId);
    };
  }

  /** Summaries kept for `want`, for tests. */
  get knownCount(): number {
    return this.#known.size;
  }

  /** Tells which rows are on screen; their pages are read. */
  show(firstIndex: number, lastIndex: number): void {
    this.#firstPage = Math.max(0, Math.floor(firstIndex / PAGE_SIZE));
    this.#lastPage = Math.max(this.#firstPage, Math.floor(lastIndex / PAGE_SIZE));
    for (let page = this.#firstPage; page <= this.#lastPage; page += 1) {
      if (page * PAGE_SIZE < this.total) void this.#readPage(page, this.#generation);
    }
  }

  /** Reads the number of vehicles and the pages on screen again; what is shown stays until then. */
  async reload(): Promise<void> {
    this.#generation += 1;
    const generation = this.#generation;
    try {
      const usage = await this.#gallery.usage();
      const pages = new Map<number, readonly VehicleSummary[]>();
      for (let page = this.#firstPage; page <= this.#lastPage; page += 1) {
        pages.set(page, await this.#list(page));
      }
      if (generation !== this.#generation) return;
      this.#requested.clear();
      for (const page of pages.keys()) this.#requested.add(page);
      this.#pages = pages;
      this.total = usage.vehicleCount;
      this.state = 'ready';
      this.error = null;
    } catch (error) {
      if (generation !== this.#generation) return;
      this.error = toErrorData(error);
      this.state = 'failed';
    }
  }

  dispose(): void {
    if (this.#reloadTimer !== null) clearTimeout(this.#reloadTimer);
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
  }

  #list(page: number): Promise<readonly VehicleSummary[]> {
    return this.#gallery.list({ offset: page * PAGE_SIZE, count: PAGE_SIZE });
  }

  #readSummary(vehicleId: VehicleId): void {
    this.#gallery.vehicle(vehicleId).then(
      (vehicle) => {
        if (vehicle && this.#wanted.has(vehicleId)) this.#known.set(vehicleId, vehicle);
      },
      // The row shows what the live decision says; the list itself reports a broken gallery.
      () => undefined,
    );
  }

  async #readPage(page: number, generation: number): Promise<void> {
    if (this.#requested.has(page)) return;
    this.#requested.add(page);
    try {
      const vehicles = await this.#list(page);
      if (generation === this.#generation) this.#pages = new Map(this.#pages).set(page, vehicles);
    } catch {
      // Asked for again when the row comes on screen again; a broken gallery is told by `reload`.
      this.#requested.delete(page);
    }
  }

  #noteStored(vehicle: VehicleSummary): void {
    if (this.#wanted.has(vehicle.id)) this.#known.set(vehicle.id, vehicle);
    this.#reloadTimer ??= setTimeout(() => {
      this.#reloadTimer = null;
      void this.reload();
    }, RELOAD_DELAY_MS);
  }
}
