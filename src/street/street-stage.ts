import type {
  FrameTruth,
  StreetApi,
  StreetCameraPlan,
  StreetEvent,
  StreetFrame,
  StreetFrameRequest,
  StreetQuality,
  StreetReady,
  StreetScenePlan,
  StreetStillRequest,
  VehicleState,
} from '../contracts/street';
import { AppError } from '../core/app-error';
import { STREET_CAMERAS } from './layout';
import { openRenderer, qualityFor, requireContext, type OpenedRenderer } from './open-renderer';
import { StreetLens } from './optics/street-lens';
import { createRandom } from './random';
import { StreetSet } from './scenery/street-set';
import { StreetTraffic } from './traffic/street-traffic';
import { TruthMeasurer } from './truth/truth-measurer';
import { VehicleCast } from './vehicle-cast';

/** One camera of the street that is open. */
interface StageCamera {
  readonly plan: StreetCameraPlan;
  readonly lens: StreetLens;
  /** Made when truth is first wanted. */
  measurer: TruthMeasurer | null;
  frameCount: number;
  /** Events since its frame before, whichever camera's frame moved the street on to them. */
  events: StreetEvent[];
}

/** All of one street. */
interface OpenStreet {
  readonly plan: StreetScenePlan;
  readonly quality: StreetQuality;
  readonly set: StreetSet;
  readonly traffic: StreetTraffic;
  readonly cast: VehicleCast;
  readonly cameras: ReadonlyMap<string, StageCamera>;
}

/** Draws the Demo street and tells the truth about it; runs in a worker. What it draws follows from its requests alone. */
export class StreetStage implements StreetApi {
  #opened: OpenedRenderer | null = null;
  #street: OpenStreet | null = null;

  /** See `StreetApi.open`. */
  async open(plan: StreetScenePlan): Promise<StreetReady> {
    requireVideoFrame();
    this.#closeStreet();
    if (this.#opened?.renderer.getContext().isContextLost()) this.#closeRenderer();
    const opened = (this.#opened ??= openRenderer());
    const quality = plan.quality ?? qualityFor(opened.name);
    const { renderer } = opened;
    const { seed, weather } = plan;
    const set = new StreetSet(renderer, { seed, weather, quality });
    const cameras = STREET_CAMERAS.map((camera) => createCamera(opened, camera, plan, quality));
    this.#street = {
      plan,
      quality,
      set,
      traffic: new StreetTraffic(seed),
      cast: new VehicleCast(set.scene, quality),
      cameras: new Map(cameras.map((camera) => [camera.plan.cameraId, camera])),
    };
    this.#warmUp(opened, this.#street);
    return {
      cameras: STREET_CAMERAS.map(({ cameraId, label, widthPx, heightPx }) => ({
        cameraId,
        label,
        widthPx,
        heightPx,
      })),
      quality,
      rendererName: opened.name,
    };
  }

  /** See `StreetApi.frame`. */
  async frame(request: StreetFrameRequest): Promise<StreetFrame> {
    const { opened, street } = this.#require();
    const { cameraId, sceneTimeUs, captureTimeUs } = request;
    const camera = street.cameras.get(cameraId);
    if (!camera) throw new RangeError(`Expected a camera of the street, got "${cameraId}"`);
    const startMs = performance.now();
    for (const event of street.traffic.advanceTo(sceneTimeUs)) noteEvent(street, event);
    const vehicles = street.traffic.vehicles;
    const image = drawPicture(opened, street, camera, { vehicles, sceneTimeUs, captureTimeUs });
    const renderMs = performance.now() - startMs;
    const frameIndex = camera.frameCount;
    const events = camera.events;
    camera.frameCount += 1;
    camera.events = [];
    if (!request.wantsTruth) return { image, truth: null, renderMs };
    const times = { captureTimeUs, sceneTimeUs };
    return closingOnError(image, () => ({
      image,
      truth: { cameraId, frameIndex, ...times, vehicles: measure(opened, street, camera), events },
      renderMs,
    }));
  }

  /** See `StreetApi.still`. Truth is measured always. */
  async still(request: StreetStillRequest): Promise<StreetFrame> {
    const { opened, street } = this.#require();
    const { sceneTimeUs, vehicles } = request;
    const startMs = performance.now();
    const camera = createCamera(opened, request.camera, street.plan, street.quality);
    street.cast.clear();
    const cast = new VehicleCast(street.set.scene, street.quality);
    try {
      const view = { ...street, cast };
      const moment = { vehicles, sceneTimeUs, captureTimeUs: sceneTimeUs };
      const image = drawPicture(opened, view, camera, moment);
      const renderMs = performance.now() - startMs;
      return closingOnError(image, () => {
        const truth: FrameTruth = {
          cameraId: request.camera.cameraId,
          frameIndex: 0,
          captureTimeUs: sceneTimeUs,
          sceneTimeUs,
          vehicles: measure(opened, view, camera),
          events: [],
        };
        return { image, truth, renderMs };
      });
    } finally {
      cast.dispose();
      disposeCamera(camera);
    }
  }

  /** Frees the GPU's memory; `open` begins anew. */
  dispose(): void {
    this.#closeStreet();
    this.#closeRenderer();
  }

  /** Compiling shaders takes seconds where the CPU draws: it belongs to the opening, not to the first pictures. */
  #warmUp(opened: OpenedRenderer, street: OpenStreet): void {
    for (const camera of street.cameras.values()) {
      drawScene(street, camera, { vehicles: street.traffic.vehicles, sceneTimeUs: 0 });
    }
    // Drawing is only ordered so far; reading a pixel waits until it is done.
    const context = opened.renderer.getContext();
    context.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, new Uint8Array(4));
    requireContext(opened);
  }

  #require(): { opened: OpenedRenderer; street: OpenStreet } {
    if (!this.#opened || !this.#street) throw new RangeError('StreetStage needs open first');
    requireContext(this.#opened);
    return { opened: this.#opened, street: this.#street };
  }

  #closeStreet(): void {
    if (!this.#street) return;
    for (const camera of this.#street.cameras.values()) disposeCamera(camera);
    this.#street.cast.dispose();
    this.#street.set.dispose();
    this.#street = null;
  }

  #closeRenderer(): void {
    const renderer = this.#opened?.renderer;
    this.#opened = null;
    renderer?.dispose();
    // Else it would be freed by the garbage collector, and browsers allow few contexts.
    if (renderer?.getContext().isContextLost() === false) renderer.forceContextLoss();
  }
}

/** What one picture shows. */
interface Moment {
  readonly vehicles: readonly VehicleState[];
  readonly sceneTimeUs: number;
}

function createCamera(
  { renderer }: OpenedRenderer,
  plan: StreetCameraPlan,
  { weather }: StreetScenePlan,
  quality: StreetQuality,
): StageCamera {
  const lens = new StreetLens(renderer, plan, { weather, quality });
  return { plan, lens, measurer: null, frameCount: 0, events: [] };
}

function disposeCamera({ lens, measurer }: StageCamera): void {
  measurer?.dispose();
  lens.dispose();
}

/** Each event is told by the camera that watches the place; a travel by the one that saw its end. */
function noteEvent({ cameras }: OpenStreet, event: StreetEvent): void {
  const cameraId = event.type === 'crossing' ? event.cameraId : event.toCameraId;
  cameras.get(cameraId)?.events.push(event);
}

/** The picture belongs to the caller. Throws AppError STREET_UNAVAILABLE when the context was lost meanwhile. */
function drawPicture(
  opened: OpenedRenderer,
  street: OpenStreet,
  camera: StageCamera,
  moment: Moment & { readonly captureTimeUs: number },
): VideoFrame {
  drawScene(street, camera, moment);
  requireContext(opened);
  return takePicture(opened.canvas, moment.captureTimeUs);
}

function drawScene(
  { plan, set, cast, traffic }: OpenStreet,
  { plan: cameraPlan, lens }: StageCamera,
  { vehicles, sceneTimeUs }: Moment,
): void {
  cast.show(vehicles, lens.camera, { areLampsOn: set.areLampsOn, timeUs: sceneTimeUs });
  set.update(sceneTimeUs, traffic.signals);
  set.prepareFor(cameraPlan);
  // Noise follows from the moment: a picture is the same whatever was drawn before.
  const noise = createRandom(plan.seed).fork(`${cameraPlan.cameraId} ${sceneTimeUs}`);
  lens.draw(set.scene, noise.seed());
}

/**
 * What is shown is a clone of the picture that is analysed, and nothing but a VideoFrame makes one: elsewhere boxes
 * would stand on an empty view. Throws AppError STREET_UNAVAILABLE.
 */
function requireVideoFrame(): void {
  if ('VideoFrame' in globalThis) return;
  throw new AppError('STREET_UNAVAILABLE', 'Expected VideoFrame in a worker, found none');
}

/** Must follow the drawing at once: a canvas forgets its picture when the task ends. */
function takePicture(canvas: OffscreenCanvas, timestamp: number): VideoFrame {
  return new VideoFrame(canvas, { timestamp, alpha: 'discard' });
}

function measure(
  { renderer }: OpenedRenderer,
  { set, cast }: OpenStreet,
  camera: StageCamera,
): FrameTruth['vehicles'] {
  camera.measurer ??= new TruthMeasurer(renderer, camera.lens, camera.plan);
  return camera.measurer.measure(set.scene, cast.standing);
}

/** Nobody else would close the picture. */
function closingOnError<T>(image: VideoFrame, work: () => T): T {
  try {
    return work();
  } catch (error) {
    image.close();
    throw error;
  }
}
