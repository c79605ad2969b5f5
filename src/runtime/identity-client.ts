import { proxy, transfer, type Remote } from 'comlink';
import type { GalleryClient, Unsubscribe } from '../contracts/app';
import type {
  RemovalReport,
  RetentionPolicy,
  Sighting,
  StorageUsage,
  VehicleDetail,
  VehicleSummary,
} from '../contracts/gallery';
import type { MatchThresholds, VehicleId } from '../contracts/match';
import type {
  IdentityApi,
  IdentityConfig,
  IdentityEvent,
  IdentityReady,
  IdentityTimings,
} from '../contracts/worker-api';
import { AppError } from '../core/app-error';
import { Emitter } from './emitter';
import { WorkerHost } from './worker-host';

/** The identity worker as the page sees it: the gallery at any time, the embedder once configured. */
export class IdentityClient implements GalleryClient {
  readonly #createWorker: () => Worker;
  readonly #databaseName: string;
  readonly #events = new Emitter<[IdentityEvent]>();
  readonly #gone = new Emitter<[AppError]>();
  #host: WorkerHost<IdentityApi> | null = null;
  #opened: Promise<void> | null = null;
  #configured: { readonly key: string; readonly ready: IdentityReady } | null = null;

  constructor(createWorker: () => Worker, databaseName: string) {
    this.#createWorker = createWorker;
    this.#databaseName = databaseName;
  }

  /** Opens the gallery; a failed opening is tried again by the next call. */
  ready(): Promise<void> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  /** Loads the embedder unless the same one is loaded. */
  async configure(config: Omit<IdentityConfig, 'databaseName'>): Promise<IdentityReady> {
    await this.ready();
    const key = JSON.stringify([config.manifest.sha256, config.backend, config.modelUrl]);
    if (this.#configured?.key === key) {
      await this.setThresholds(config.thresholds);
      return this.#configured.ready;
    }
    const databaseName = this.#databaseName;
    const ready = await this.#call((remote) => remote.configure({ ...config, databaseName }));
    this.#configured = { key, ready };
    return ready;
  }

  connectPerception(port: MessagePort): Promise<void> {
    return this.#call((remote) => remote.connectPerception(transfer(port, [port])));
  }

  setThresholds(thresholds: MatchThresholds): Promise<void> {
    return this.#call((remote) => remote.setThresholds(thresholds));
  }

  setRetention(policy: RetentionPolicy): Promise<RemovalReport> {
    return this.#call((remote) => remote.setRetention(policy));
  }

  list(range: { offset: number; count: number }): Promise<readonly VehicleSummary[]> {
    return this.#call((remote) => remote.listVehicles(range));
  }

  vehicle(id: VehicleId): Promise<VehicleDetail | null> {
    return this.#call((remote) => remote.vehicle(id));
  }

  crop(cropId: string): Promise<Blob | null> {
    return this.#call((remote) => remote.crop(cropId));
  }

  forget(id: VehicleId): Promise<RemovalReport> {
    return this.#call((remote) => remote.forgetVehicle(id));
  }

  deleteEverything(): Promise<RemovalReport> {
    return this.#call((remote) => remote.deleteEverything());
  }

  usage(): Promise<StorageUsage> {
    return this.#call((remote) => remote.usage());
  }

  timings(): Promise<IdentityTimings> {
    return this.#call((remote) => remote.timings());
  }

  /** Ends tracks that still live; resolves when every sighting so far is durable. */
  finishRun(): Promise<void> {
    return this.#call((remote) => remote.finishRun());
  }

  onEvent(listener: (event: IdentityEvent) => void): Unsubscribe {
    return this.#events.add(listener);
  }

  /** The worker died by itself; the next call starts another. */
  onGone(listener: (reason: AppError) => void): Unsubscribe {
    return this.#gone.add(listener);
  }

  onSighting(listener: (vehicle: VehicleSummary, sighting: Sighting) => void): Unsubscribe {
    return this.#events.add((event) => {
      if (event.type === 'sighting') listener(event.vehicle, event.sighting);
    });
  }

  onChanged(listener: () => void): Unsubscribe {
    return this.#events.add((event) => {
      if (event.type === 'gallery-changed') listener();
    });
  }

  async #open(): Promise<void> {
    const host = new WorkerHost<IdentityApi>(this.#createWorker(), 'identity');
    host.onGone = (reason) => {
      this.#forgetHost();
      this.#gone.emit(reason);
    };
    this.#host = host;
    try {
      await host.call((remote) => remote.openGallery(this.#databaseName));
      await host.call((remote) =>
        remote.subscribe(
          proxy((event: IdentityEvent) => {
            this.#events.emit(event);
          }),
        ),
      );
    } catch (error) {
      host.terminate();
      this.#forgetHost();
      throw error;
    }
  }

  #forgetHost(): void {
    this.#host = null;
    this.#opened = null;
    this.#configured = null;
  }

  async #call<T>(invoke: (remote: Remote<IdentityApi>) => T | PromiseLike<T>): Promise<T> {
    await this.ready();
    if (!this.#host) throw new AppError('WORKER_GONE', 'The identity worker is not running');
    return this.#host.call(invoke);
  }
}
