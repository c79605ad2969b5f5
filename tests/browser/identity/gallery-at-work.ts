import { proxy, releaseProxy, transfer, wrap, type Remote } from 'comlink';
import { vi } from 'vitest';
import type { VehicleCrop } from '../../../src/contracts/embedding';
import type { MatchOutcome, TrackIdentity } from '../../../src/contracts/match';
import type { ModelManifest } from '../../../src/contracts/model';
import type { ReembedProgress } from '../../../src/contracts/recognition';
import type { EndedTrack } from '../../../src/contracts/track';
import type {
  CropOutcome,
  CropSinkApi,
  IdentityApi,
  IdentityEvent,
  IdentityReady,
  ReembedConfig,
} from '../../../src/contracts/worker-api';
import { thresholdsFor } from '../../../src/core/match-thresholds';
import { asOneCamera } from '../../../src/core/source-cameras';
import manifestV0 from '../../../models/embed-vehicle-v0/manifest.json';
import manifestV1 from '../../../models/embed-vehicle-v1/manifest.json';

export const V0 = manifestV0 as unknown as ModelManifest; // tuples are arrays to the JSON importer
export const V1 = manifestV1 as unknown as ModelManifest; // as above

/** The space of an embedder's own vectors. */
export function spaceOf({ sha256, preprocessVersion }: ModelManifest): string {
  return `${sha256}:${preprocessVersion}`;
}

/** What an embedder is loaded with. */
export function loadOf(manifest: ModelManifest): ReembedConfig {
  return {
    manifest,
    modelUrl: new URL(`/models/${manifest.file}`, location.href).href,
    runtimeBaseUrl: new URL('/ort/', location.href).href,
    backend: {
      provider: 'wasm',
      threadCount: 1,
      inputSidePx: 128,
      origin: 'default',
      measuredMs: null,
    },
    isProviderNew: false,
  };
}

export function createIdentityWorker(): Worker {
  return new Worker(new URL('../../../workers/identity.worker.ts', import.meta.url), {
    type: 'module',
  });
}

const atWork: GalleryAtWork[] = [];

/** Ends all workers that tests began. */
export function endWorkers(): void {
  for (const one of atWork.splice(0)) one.end();
}

/** An identity worker of its own with a gallery, and short words for what perception and the page do. */
export class GalleryAtWork {
  readonly events: IdentityEvent[] = [];
  readonly worker = createIdentityWorker();
  readonly api: Remote<IdentityApi> = wrap<IdentityApi>(this.worker);
  readonly #databaseName: string;
  #sink: Remote<CropSinkApi> | null = null;
  #epoch = 0;
  #hasEnded = false;

  constructor(databaseName = `identity-${crypto.randomUUID()}`) {
    this.#databaseName = databaseName;
    atWork.push(this);
  }

  /** Opens the gallery; after a worker that was ended its lock is freed a moment later. */
  async open(): Promise<this> {
    await vi.waitFor(() => this.api.openGallery(this.#databaseName), { timeout: 10_000 });
    await this.api.subscribe(proxy((event: IdentityEvent) => void this.events.push(event)));
    return this;
  }

  async configure(manifest: ModelManifest): Promise<IdentityReady> {
    return this.api.configure({
      ...loadOf(manifest),
      thresholds: thresholdsFor(0.85),
      pairThresholds: [],
      retention: { maxAgeDays: null, maxVehicleCount: null },
      databaseName: this.#databaseName,
    });
  }

  /** The worker is gone as if it had crashed; another one goes on with the gallery. */
  async crash(): Promise<GalleryAtWork> {
    this.end();
    return new GalleryAtWork(this.#databaseName).open();
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.api[releaseProxy]();
    this.worker.terminate();
  }

  async sink(): Promise<Remote<CropSinkApi>> {
    if (!this.#sink) {
      const { port1, port2 } = new MessageChannel();
      await this.api.connectPerception(transfer(port1, [port1]));
      this.#sink = wrap<CropSinkApi>(port2);
    }
    return this.#sink;
  }

  /** Begins a run of the next epoch. */
  async startRun(originUnixMs: number): Promise<void> {
    this.#epoch += 1;
    await (
      await this.sink()
    ).startRun({
      epoch: this.#epoch,
      runId: crypto.randomUUID(),
      source: asOneCamera({
        kind: 'camera',
        pace: 'live',
        cameraId: 'gate',
        label: 'Gate',
        widthPx: 640,
        heightPx: 360,
        framesPerSecond: 10,
        durationUs: null,
        originUnixMs,
        timeBase: 'wall',
        codec: null,
        notice: null,
      }),
    });
  }

  /** A crop of the drawn car; `atS`: seconds of the run. */
  async submit(trackId: number, body: string, atS = 0): Promise<CropOutcome | null> {
    const one = cropOf(trackId, this.#epoch, atS, drawCar(body));
    return (await this.sink()).submit(transfer(one, [one.image]));
  }

  /** A frame in which these tracks were seen. */
  async frame(atS: number, trackIds: readonly number[]): Promise<void> {
    const captureTimeUs = atS * 1e6;
    const facts = { vehicleClass: 'car', firstSeenUs: captureTimeUs, hitCount: 5 } as const;
    await (
      await this.sink()
    ).tracksUpdated({
      epoch: this.#epoch,
      cameraId: 'gate',
      captureTimeUs,
      seen: trackIds.map((trackId) => ({ trackId, ...facts })),
      ended: [],
      bridges: [],
    });
  }

  async endRun(trackIds: readonly number[]): Promise<void> {
    await (await this.sink()).endRun(trackIds.map(ended));
  }

  /** A run of its own with one crop; what the screen was told of it last. */
  async visit(body: string, originUnixMs: number): Promise<TrackIdentity> {
    await this.startRun(originUnixMs);
    await this.submit(1, body);
    await this.endRun([1]);
    return this.told(1);
  }

  /** What the screen was told last of a track of this run, once that is an `outcome`; any, where none is given. */
  async told(trackId: number, outcome?: MatchOutcome): Promise<TrackIdentity> {
    return vi.waitFor(
      () => {
        const identities = this.events.flatMap((event) =>
          event.type === 'identity' ? [event.identity] : [],
        );
        const last = identities.findLast(
          (one) => one.epoch === this.#epoch && one.trackId === trackId,
        );
        if (!last || (outcome && last.decision.outcome !== outcome)) {
          throw new Error(`Told of track ${trackId}: ${last?.decision.outcome ?? 'nothing'}`);
        }
        return last;
      },
      { timeout: 5_000, interval: 5 },
    );
  }

  get reembedding(): readonly ReembedProgress[] {
    return this.events.flatMap((event) => (event.type === 'reembedding' ? [event.progress] : []));
  }

  /** The newest report of re-embedding, once it is one that `isWanted`. */
  async reembeddingUntil(
    isWanted: (progress: ReembedProgress) => boolean,
  ): Promise<ReembedProgress> {
    return vi.waitFor(
      () => {
        const last = this.reembedding.at(-1);
        if (!last || !isWanted(last)) throw new Error(`It is at ${JSON.stringify(last)}`);
        return last;
      },
      { timeout: 30_000, interval: 5 },
    );
  }
}

/** A car from the side, as plain as a drawing can be. */
export function drawCar(body: string): ImageBitmap {
  const canvas = new OffscreenCanvas(200, 120);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('No 2D canvas');
  const shapes: [string, number, number, number, number][] = [
    ['#8a8f94', 0, 0, 200, 120],
    [body, 10, 50, 180, 40],
    [body, 50, 20, 95, 35],
    ['#1d2833', 58, 26, 36, 24],
    ['#111111', 30, 78, 34, 34],
    ['#111111', 138, 78, 34, 34],
  ];
  for (const [colour, x, y, width, height] of shapes) {
    context.fillStyle = colour;
    context.fillRect(x, y, width, height);
  }
  return canvas.transferToImageBitmap();
}

/** A crop that is all of the picture. */
export function cropOf(
  trackId: number,
  epoch: number,
  atS: number,
  image: ImageBitmap,
): VehicleCrop {
  const captureTimeUs = atS * 1e6;
  return {
    trackId,
    meta: { epoch, cameraId: 'gate', frameId: 0, captureTimeUs, widthPx: 640, heightPx: 360 },
    vehicleClass: 'car',
    box: { x1: 0, y1: 0, x2: image.width, y2: image.height },
    geometry: {
      sidePx: 155,
      insideFraction: 1,
      overlapFraction: 0,
      detectionScore: 0.9,
      score: 0.9,
    },
    image,
    blurredBoxes: [],
  };
}

function ended(id: number): EndedTrack {
  return {
    id,
    wasConfirmed: true,
    vehicleClass: 'car',
    firstSeenUs: 0,
    lastSeenUs: 4e6,
    hitCount: 20,
  };
}
