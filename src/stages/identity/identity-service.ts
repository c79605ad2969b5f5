import type { Box } from '../../contracts/detection';
import type { RemovalReport, RetentionPolicy } from '../../contracts/gallery';
import type { EmbeddingSpaceId } from '../../contracts/embedding';
import type { MatchThresholds, SightingId, VehicleId } from '../../contracts/match';
import type {
  Adaptation,
  CameraPairThreshold,
  ConfirmedPair,
  PairSet,
} from '../../contracts/recognition';
import type {
  CropSinkApi,
  GallerySpace,
  IdentityApi,
  IdentityConfig,
  IdentityEvent,
  IdentityReady,
  IdentityTimings,
  ReembedConfig,
  StageReady,
  TracedSighting,
} from '../../contracts/worker-api';
import { AppError } from '../../core/app-error';
import { IdentityStage } from './identity-stage';
import { GalleryReembedder } from './gallery-reembedder';
import { makePairSet, MAX_PAIR_COUNT } from './pair-set';
import type { CropEmbedder, OpenedSightingStore, Schedule, StoredEvidence } from './ports';
import { RunGate } from './run-gate';
import { SightingWriter } from './sighting-writer';
import { SteadyStore } from './steady-store';

/** Retention is looked after at the start and then this often, so that a camera may run for weeks. */
const RETENTION_INTERVAL_MS = 3_600_000;

/** A loaded embedder and what loading cost. */
export interface OpenedEmbedder {
  readonly embedder: CropEmbedder & { dispose(): Promise<void> };
  readonly ready: StageReady;
}

/** What the service cannot do itself. */
export interface IdentityServiceParts {
  readonly openStore: (databaseName: string) => Promise<OpenedSightingStore>;
  readonly openEmbedder: (config: ReembedConfig) => Promise<OpenedEmbedder>;
  /** The vector of a whole stored picture; null for what is no picture, or flat or blurred beyond use. */
  readonly embedPicture: (embedder: CropEmbedder, picture: Blob) => Promise<Float32Array | null>;
  readonly encodePicture: (image: ImageBitmap, blurredBoxes: readonly Box[]) => Promise<Blob>;
  readonly schedule: Schedule;
  readonly createId: () => string;
  readonly nowMs: () => number;
  readonly nowUnixMs: () => number;
}

const NO_TIMINGS: IdentityTimings = {
  embedMsTotal: 0,
  embedCount: 0,
  matchMsTotal: 0,
  matchCount: 0,
};

const NO_EVIDENCE: StoredEvidence = { samples: [], confirmed: [] };

/** Gallery and identity stage behind one interface; the worker only puts it on its ports. */
export class IdentityService implements Omit<IdentityApi, 'connectPerception'> {
  readonly #parts: IdentityServiceParts;
  readonly #listeners = new Set<(event: IdentityEvent) => void>();
  #opened: { readonly databaseName: string; readonly store: Promise<SteadyStore> } | null = null;
  #writer: SightingWriter | null = null;
  #stage: IdentityStage | null = null;
  #embedder: OpenedEmbedder['embedder'] | null = null;
  #retention: RetentionPolicy | null = null;
  #isRetentionScheduled = false;
  readonly #runs = new RunGate();
  /** Loading an embedder reads the adaptation, and must not have it changed under it. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #reembedder: GalleryReembedder;

  constructor(parts: IdentityServiceParts) {
    this.#parts = parts;
    const { openEmbedder, embedPicture, nowMs } = parts;
    this.#reembedder = new GalleryReembedder({
      store: () => this.#store(),
      openEmbedder,
      embedPicture,
      nowMs,
      emit: (progress) => this.#emit({ type: 'reembedding', progress }),
      giveWay: () => this.#giveWay(),
      runs: {
        isBusy: () => this.#runs.isOn || (this.#writer?.waiting().length ?? 0) > 0,
        generation: () => this.#runs.generation,
        whenQuiet: async () => {
          await this.#runs.whenClosed();
          await this.#writer?.flush();
        },
      },
    });
  }

  /** What perception's port speaks to; calls before `configure` are refused. */
  get sink(): CropSinkApi {
    return {
      startRun: (run) => {
        this.#requireStage().startRun(run);
        this.#runs.open();
      },
      submit: (crop) => {
        if (this.#stage) return this.#stage.submit(crop);
        crop.image.close();
        return Promise.resolve(null);
      },
      tracksUpdated: (update) => {
        this.#stage?.tracksUpdated(update);
      },
      endRun: (ended) => {
        const stage = this.#requireStage();
        return this.#endRun(() => stage.endRun(ended));
      },
    };
  }

  async openGallery(databaseName: string): Promise<{ readonly vehicleCount: number }> {
    if (this.#opened && this.#opened.databaseName !== databaseName) {
      throw new RangeError(
        `This worker has the gallery ${this.#opened.databaseName} open; ${databaseName} needs another worker`,
      );
    }
    this.#opened ??= { databaseName, store: this.#openStore(databaseName) };
    try {
      const store = await this.#opened.store;
      this.#writer ??= new SightingWriter(
        store,
        (event) => this.#emit(event),
        this.#parts.schedule,
      );
      await store.ensureOpen();
      return { vehicleCount: store.vehicleCount };
    } catch (error) {
      // The next call may find the other tab closed. A gallery that was open once opens itself again.
      if (!this.#writer) this.#opened = null;
      throw error;
    }
  }

  #openStore(databaseName: string): Promise<SteadyStore> {
    return SteadyStore.open({
      open: () => this.#parts.openStore(databaseName),
      schedule: this.#parts.schedule,
      onLost: (reason) => this.#writer?.noteClosed(reason),
      onReopened: () => void this.#readAnew(),
    });
  }

  /** After the gallery was lost and opened again: it may hold less than before. */
  async #readAnew(): Promise<void> {
    this.#emit({ type: 'gallery-changed' });
    this.#writer?.resume();
    // A connection that was lost once more tells so itself, and is read when it is back.
    await this.#stage?.loadGallery().catch(() => null);
  }

  configure(config: IdentityConfig): Promise<IdentityReady> {
    return this.#inTurn(() => this.#configure(config));
  }

  async #configure(config: IdentityConfig): Promise<IdentityReady> {
    await this.openGallery(config.databaseName);
    const store = await this.#store();
    const writer = this.#requireWriter();
    const { embedder, ready } = await this.#parts.openEmbedder(config);
    await this.#embedder?.dispose();
    this.#embedder = embedder;
    const adaptation = await this.#noteSpace(store, embedder.space);
    const { encodePicture, createId, nowMs, nowUnixMs } = this.#parts;
    const stage = new IdentityStage({
      embedder,
      store,
      writer,
      thresholds: config.thresholds,
      pairThresholds: config.pairThresholds,
      adaptation,
      emit: (event) => this.#emit(event),
      encodePicture,
      createId,
      nowMs,
      nowUnixMs,
    });
    await this.setRetention(config.retention);
    await stage.loadGallery();
    this.#stage = stage;
    return { ...ready, space: embedder.space, vehicleCount: store.vehicleCount };
  }

  /** Answers the adaptation of that space. */
  async #noteSpace(store: SteadyStore, space: EmbeddingSpaceId): Promise<Adaptation | null> {
    // Without it the space is found by counting: a full disk must not keep the app from recognising.
    await store.recognition.adoptSpace(space).catch(() => null);
    const gallery = await store.recognition.gallerySpace();
    return gallery.space === space ? gallery.adaptation : null;
  }

  setThresholds(thresholds: MatchThresholds, pairThresholds: readonly CameraPairThreshold[]): void {
    this.#stage?.setThresholds(thresholds, pairThresholds);
  }

  async gallerySpace(): Promise<GallerySpace> {
    return (await this.#store()).recognition.gallerySpace();
  }

  reembed(config: ReembedConfig): Promise<void> {
    return this.#reembedder.begin(config);
  }

  setReembeddingPaused(isPaused: boolean): void {
    this.#reembedder.setPaused(isPaused);
  }

  cancelReembedding(): Promise<void> {
    return this.#reembedder.cancel();
  }

  async pairSet(): Promise<PairSet> {
    const { recognition } = await this.#store();
    const { space } = await recognition.gallerySpace();
    // An empty gallery has no space of its own; there are no pairs then.
    if (space === null) return makePairSet(this.#embedder?.space ?? '', NO_EVIDENCE);
    return makePairSet(space, await recognition.pairEvidence(space, MAX_PAIR_COUNT));
  }

  async confirmPair(pair: ConfirmedPair): Promise<void> {
    await (await this.#store()).recognition.confirmPair(pair);
  }

  async takeBackPair(sightings: ConfirmedPair['sightings']): Promise<void> {
    await (await this.#store()).recognition.takeBackPair(sightings);
  }

  async confirmedPairs(sightingId: SightingId | null): Promise<readonly ConfirmedPair[]> {
    return (await this.#store()).recognition.confirmedPairs(sightingId);
  }

  setAdaptation(adaptation: Adaptation | null): Promise<void> {
    return this.#inTurn(() => this.#setAdaptation(adaptation));
  }

  async #setAdaptation(adaptation: Adaptation | null): Promise<void> {
    await (await this.#store()).recognition.setAdaptation(adaptation);
    // An embedder of another space may be loaded while the gallery is not made over for it yet.
    if (adaptation && adaptation.baseSpace !== this.#embedder?.space) return;
    await this.#stage?.setAdaptation(adaptation);
  }

  subscribe(listener: (event: IdentityEvent) => void): void {
    this.#listeners.add(listener);
  }

  async listVehicles(range: { readonly offset: number; readonly count: number }) {
    return (await this.#store()).listVehicles(range);
  }

  async vehicle(id: VehicleId) {
    return (await this.#store()).vehicle(id);
  }

  async crop(cropId: string) {
    return (await this.#store()).crop(cropId);
  }

  async forgetVehicle(id: VehicleId): Promise<RemovalReport> {
    const store = await this.#store();
    this.#writer?.dropVehicle(id);
    // First, so that a living track of it does not write it anew behind the removal.
    this.#stage?.forgetVehicle(id);
    await this.#writer?.settle();
    const report = await store.forgetVehicle(id);
    // Once more: the gallery may have been read anew just before it went.
    this.#stage?.forgetVehicle(id);
    this.#emit({ type: 'gallery-changed' });
    return report;
  }

  async deleteEverything(): Promise<RemovalReport> {
    const store = await this.#store();
    this.#writer?.dropAll();
    this.#stage?.forgetEverything();
    await this.#writer?.settle();
    const report = await store.deleteEverything();
    // It may have been read anew just before all of it went.
    await this.#stage?.loadGallery();
    this.#emit({ type: 'gallery-changed' });
    return report;
  }

  async setRetention(policy: RetentionPolicy): Promise<RemovalReport> {
    this.#retention = policy;
    this.#scheduleRetention();
    return this.#applyRetention(policy);
  }

  async livingSightings(): Promise<readonly TracedSighting[]> {
    return this.#stage?.livingSightings() ?? [];
  }

  async usage() {
    return (await this.#store()).usage();
  }

  timings(): IdentityTimings {
    return this.#stage?.timings ?? NO_TIMINGS;
  }

  async finishRun(): Promise<void> {
    await this.#endRun(async () => {
      if (this.#stage) await this.#stage.endRun([]);
      else await this.#writer?.flush();
    });
  }

  async #endRun(end: () => Promise<void>): Promise<void> {
    const { generation } = this.#runs;
    try {
      await end();
    } finally {
      this.#runs.close(generation);
    }
  }

  /** Between two stored pictures: crops of a run go first, and calls of the page are heard. */
  async #giveWay(): Promise<void> {
    do {
      await new Promise<void>((resolve) => this.#parts.schedule(resolve, 0));
      await this.#stage?.cropsSettled();
    } while (this.#stage && this.#stage.pendingCropCount > 0);
  }

  async #applyRetention(policy: RetentionPolicy): Promise<RemovalReport> {
    const store = await this.#store();
    const report = await store.applyRetention(policy, this.#parts.nowUnixMs());
    if (report.sightingCount > 0) {
      // What has just ended must be in the gallery before it is read anew.
      await this.#writer?.settle();
      await this.#stage?.loadGallery();
      this.#emit({ type: 'gallery-changed' });
    }
    return report;
  }

  #scheduleRetention(): void {
    if (this.#isRetentionScheduled) return;
    this.#isRetentionScheduled = true;
    this.#parts.schedule(() => {
      this.#isRetentionScheduled = false;
      this.#scheduleRetention();
      // Tried again in an hour; a gallery that fails is told of by the writer as well.
      if (this.#retention) void this.#applyRetention(this.#retention).catch(() => null);
    }, RETENTION_INTERVAL_MS);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => null);
    return done;
  }

  #emit(event: IdentityEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async #store(): Promise<SteadyStore> {
    if (!this.#opened) throw new AppError('STORAGE_UNAVAILABLE', 'The gallery was not opened yet');
    return this.#opened.store;
  }

  #requireWriter(): SightingWriter {
    if (!this.#writer) throw new AppError('STORAGE_UNAVAILABLE', 'The gallery was not opened yet');
    return this.#writer;
  }

  #requireStage(): IdentityStage {
    if (!this.#stage) throw new AppError('MODEL_UNAVAILABLE', 'The embedder was not loaded yet');
    return this.#stage;
  }
}
