import type { AnalysisController, RunStatus } from '../../contracts/app';
import type { VehicleClass } from '../../contracts/detection';
import type { FrameResult } from '../../contracts/worker-api';
import type { Sighting, VehicleSummary } from '../../contracts/gallery';
import type { LiveEvent } from '../../core/sync-api/live';
import { cameraOf } from '../../core/source-cameras';
import { publishedId, publishedLabel } from './published-sightings';

/** The run whose results are published. */
export type PublishedRun = Pick<AnalysisController, 'status' | 'onStatus' | 'onResult' | 'gallery'>;

/** Events are collected so long, and what is present is told no more often. */
const INTERVAL_MS = 1_000;
/** While a camera runs and nothing changes: watchers know by it that the device is still there. */
const SIGN_OF_LIFE_MS = 30_000;
/** While the endpoint cannot be reached: the oldest are dropped then. */
const MAX_WAITING = 100;
/** After a failure. */
const PAUSE_MS = 10_000;

/** Publishes events of one camera. */
export type SendLive = (
  cameraId: string,
  label: string,
  events: readonly LiveEvent[],
) => Promise<void>;

interface LiveCamera {
  readonly label: string;
  events: readonly LiveEvent[];
  /** As they were told last, and as they are. */
  toldCounts: string;
  toldUnixMs: number;
  counts: LiveEvent & { readonly type: 'present' };
}

/**
 * What happens at running live cameras, for those who watch: how many vehicles are there, sightings as they end, whether it runs. Nothing
 * is kept for later: who watches wants to know what is now.
 */
export class LivePublisher {
  readonly #send: SendLive;
  readonly #deviceId: string;
  readonly #cameras = new Map<string, LiveCamera>();
  readonly #unsubscribers: readonly (() => void)[];
  #status: RunStatus;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOn = true;
  /** One sending after the other: no event is sent twice. */
  #sending: Promise<boolean> = Promise.resolve(true);

  /** `deviceId`: a camera is another one on every device. */
  constructor(run: PublishedRun, deviceId: string, send: SendLive) {
    this.#send = send;
    this.#deviceId = deviceId;
    this.#status = run.status;
    this.#unsubscribers = [
      run.onStatus((status) => this.#onStatus(status)),
      run.onResult((result) => this.#onResult(result)),
      run.gallery.onSighting((vehicle, sighting) => this.#onSighting(vehicle, sighting)),
    ];
    if (isLive(run.status)) this.#tellState('running');
  }

  /** Tells that the cameras stopped being published, if it still can. */
  async end(): Promise<void> {
    if (isLive(this.#status)) this.#tellState('stopped');
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
    this.#isOn = false;
    clearTimeout(this.#timer);
    await this.#flush();
  }

  #onStatus(status: RunStatus): void {
    const before = liveState(this.#status);
    const wasLive = isLive(this.#status);
    if (wasLive && !isLive(status)) this.#tellState('stopped');
    this.#status = status;
    const now = liveState(status);
    if (isLive(status) && (!wasLive || now !== before)) this.#tellState(now);
  }

  #onResult({ meta, tracks }: FrameResult): void {
    const camera = this.#camera(meta.cameraId);
    if (!camera) return;
    const counts: Partial<Record<VehicleClass, number>> = {};
    for (const { state, vehicleClass } of tracks)
      if (state === 'confirmed') counts[vehicleClass] = (counts[vehicleClass] ?? 0) + 1;
    camera.counts = { type: 'present', timeUnixMs: Date.now(), counts };
    if (isNews(camera)) this.#schedule(INTERVAL_MS);
  }

  #onSighting({ number }: VehicleSummary, sighting: Sighting): void {
    const camera = this.#camera(sighting.cameraId);
    if (!camera || sighting.runId !== this.#status.runId) return;
    const { similarity } = sighting.decision;
    void publishedId(sighting.id).then((sightingId) => {
      this.#add(camera, {
        type: 'sighting',
        timeUnixMs: Date.now(),
        sightingId,
        vehicleNumber: number,
        vehicleClass: sighting.vehicleClass,
        startUnixMs: sighting.startUnixMs,
        similarity,
      });
    });
  }

  #tellState(state: 'running' | 'gap' | 'stopped'): void {
    for (const { cameraId } of this.#status.source?.cameras ?? []) {
      const camera = this.#camera(cameraId);
      if (camera) this.#add(camera, { type: 'state', timeUnixMs: Date.now(), state });
    }
  }

  #add(camera: LiveCamera, event: LiveEvent): void {
    camera.events = [...camera.events, event].slice(-MAX_WAITING);
    this.#schedule(INTERVAL_MS);
  }

  /** Null: nothing live is on. */
  #camera(cameraId: string): LiveCamera | null {
    const { source } = this.#status;
    if (!source || !isLive(this.#status)) return null;
    const known = this.#cameras.get(cameraId);
    if (known) return known;
    const camera: LiveCamera = {
      label: publishedLabel(cameraOf(source, cameraId).label),
      events: [],
      toldCounts: '',
      toldUnixMs: 0,
      counts: { type: 'present', timeUnixMs: Date.now(), counts: {} },
    };
    this.#cameras.set(cameraId, camera);
    return camera;
  }

  #schedule(delayMs: number): void {
    if (!this.#isOn) return;
    this.#timer ??= setTimeout(() => void this.#tick(), delayMs);
  }

  async #tick(): Promise<void> {
    const isSent = await this.#flush();
    this.#timer = undefined;
    const isWaiting = [...this.#cameras.values()].some(({ events }) => events.length > 0);
    if (!isSent) this.#schedule(PAUSE_MS);
    else if (isWaiting) this.#schedule(INTERVAL_MS);
  }

  /** False: it could not be sent now. */
  #flush(): Promise<boolean> {
    this.#sending = this.#sending.then(() => this.#sendAll());
    return this.#sending;
  }

  async #sendAll(): Promise<boolean> {
    for (const [cameraId, camera] of this.#cameras) {
      const { counts } = camera;
      const events = isNews(camera) ? [...camera.events, counts] : [...camera.events];
      if (events.length === 0) continue;
      try {
        await this.#send(
          await liveCameraId(this.#deviceId, cameraId),
          camera.label,
          events.slice(-MAX_WAITING),
        );
        // Others may have come meanwhile.
        camera.events = camera.events.filter((event) => !events.includes(event));
        if (events.includes(counts)) {
          camera.toldCounts = JSON.stringify(counts.counts);
          camera.toldUnixMs = counts.timeUnixMs;
        }
      } catch {
        return false; // analysis goes on, and so does this with the next events
      }
    }
    return true;
  }
}

/** What is present is not what was told, or was told long ago. */
function isNews({ counts, toldCounts, toldUnixMs }: LiveCamera): boolean {
  return (
    JSON.stringify(counts.counts) !== toldCounts ||
    counts.timeUnixMs - toldUnixMs >= SIGN_OF_LIFE_MS
  );
}

/** Names of cameras are for the device alone; watchers see their label. */
function liveCameraId(deviceId: string, cameraId: string): Promise<string> {
  return publishedId(`camera of ${deviceId}: ${cameraId}`);
}

function isLive({ state, source }: RunStatus): boolean {
  return source?.pace === 'live' && (state === 'running' || state === 'paused');
}

function liveState({ state, currentGap }: RunStatus): 'running' | 'gap' {
  return state === 'paused' || currentGap !== null ? 'gap' : 'running';
}
