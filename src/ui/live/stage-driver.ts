import type {
  AnalysisController,
  OverlayLayers,
  RunStatus,
  Unsubscribe,
} from '../../contracts/app';
import type { FrameImage } from '../../contracts/frame';
import type { VehicleId } from '../../contracts/match';
import type { CameraInfo, SourceInfo } from '../../contracts/source';
import type { TrackId } from '../../contracts/track';
import type { FrameResult } from '../../contracts/worker-api';
import { OverlayPainter } from '../../sinks/overlay/overlay-painter';
import type { ViewRect } from '../../sinks/overlay/painted-vehicle';
import type { LivePicture, LiveSight, ScreenBox } from '../state/live-views';

/** The three elements that lie on each other in the view. */
export interface StageElements {
  readonly video: HTMLVideoElement;
  /** Pulled frames are drawn here. */
  readonly picture: HTMLCanvasElement;
  readonly overlay: HTMLCanvasElement;
}

/**
 * Joins picture and overlay of one camera; what other cameras of the run bring is left to their own
 * drivers. Times are `Date.now()` as in the worker that stamps the results: the
 * performance clock stands still while a device sleeps and ignores corrections of the wall clock. For a live preview the overlay is painted with the display and runs on
 * between results; for pulled frames picture and boxes change together, at most once a display frame.
 */
export class StageDriver implements LivePicture {
  readonly #controller: AnalysisController;
  readonly #elements: StageElements;
  readonly #painter: OverlayPainter;
  readonly #unsubscribers: Unsubscribe[];
  readonly #observer: ResizeObserver;
  readonly #pictureContext: CanvasRenderingContext2D | null;
  #frameRequest = 0;
  /** A display frame came since the last picture: the next one is worth drawing. */
  #isPictureDue = true;
  #hasPreview = false;
  /** The one of several cameras that is shown here; null: the only one, whatever its id. */
  #camera: CameraInfo | null = null;
  /** When the newest live result's frame was received; null once it was painted. */
  #unpaintedUnixMs: number | null = null;

  constructor(controller: AnalysisController, elements: StageElements) {
    this.#controller = controller;
    this.#elements = elements;
    this.#painter = new OverlayPainter(elements.overlay);
    // Opaque: the browser need not blend the picture with what lies behind it.
    this.#pictureContext = elements.picture.getContext('2d', { alpha: false });
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(elements.overlay);
    this.#unsubscribers = [
      controller.onResult((result) => this.#onResult(result)),
      controller.onFrame((image, result) => this.#onFrame(image, result)),
      controller.onIdentity((identity) => {
        this.#painter.identify(identity, Date.now());
        this.#schedule();
      }),
      controller.onStatus((status) => this.#onStatus(status)),
    ];
    this.#onStatus(controller.status);
    this.#fit();
  }

  setLayers(layers: OverlayLayers): void {
    this.#painter.setLayers(layers);
    this.#schedule();
  }

  setSelected(vehicleId: VehicleId | null): void {
    this.#painter.setSelected(vehicleId);
    this.#schedule();
  }

  /** Chooses one of several cameras; null for the only one of a source. */
  setCamera(camera: CameraInfo | null): void {
    if (camera?.cameraId !== this.#camera?.cameraId) this.#painter.clear();
    this.#camera = camera;
    this.#tellOrigin(this.#controller.status.source);
    this.#schedule();
  }

  sights(): readonly LiveSight[] {
    const { left, top } = this.#elements.overlay.getBoundingClientRect();
    const onPage = (box: ViewRect): ScreenBox => ({
      ...box,
      left: box.left + left,
      top: box.top + top,
    });
    return this.#painter.paintedVehicles().map((vehicle) => ({
      ...vehicle,
      cameraLabel: this.#camera?.label ?? null,
      box: onPage(vehicle.box),
      label: vehicle.label && onPage(vehicle.label),
    }));
  }

  /** The vehicle at a pointer's place; null where there is none or it has no number yet. */
  vehicleAt(clientX: number, clientY: number): VehicleId | null {
    const bounds = this.#elements.overlay.getBoundingClientRect();
    return this.#painter.vehicleAt(clientX - bounds.left, clientY - bounds.top);
  }

  async snapshot(trackId: TrackId, sidePx: number): Promise<ImageBitmap | null> {
    const box = this.#painter.frameBoxOf(trackId);
    const { video, picture } = this.#elements;
    const source = this.#hasPreview ? video : picture;
    const width = this.#hasPreview ? video.videoWidth : picture.width;
    const height = this.#hasPreview ? video.videoHeight : picture.height;
    if (!box) return null;
    const left = Math.max(0, Math.round(box.x));
    const top = Math.max(0, Math.round(box.y));
    const right = Math.min(width, Math.round(box.x + box.width));
    const bottom = Math.min(height, Math.round(box.y + box.height));
    if (right - left < 8 || bottom - top < 8) return null;
    const scale = Math.min(1, sidePx / Math.max(right - left, bottom - top));
    return createImageBitmap(source, left, top, right - left, bottom - top, {
      resizeWidth: Math.max(1, Math.round((right - left) * scale)),
      resizeHeight: Math.max(1, Math.round((bottom - top) * scale)),
    });
  }

  dispose(): void {
    cancelAnimationFrame(this.#frameRequest);
    this.#observer.disconnect();
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
    this.#painter.dispose();
    this.#elements.video.srcObject = null;
  }

  #onStatus(status: RunStatus): void {
    const { previewStream, state } = status;
    const { video } = this.#elements;
    this.#hasPreview = previewStream !== null;
    if (video.srcObject !== previewStream) {
      video.srcObject = previewStream;
      // Refused only when the element is gone again; the picture starts with the next stream.
      if (previewStream) video.play().catch(() => undefined);
    }
    if (state === 'running' && previewStream) {
      if (video.paused) video.play().catch(() => undefined);
    } else if (state === 'paused') video.pause();
    this.#painter.setMode(this.#hasPreview ? 'live' : 'exact');
    this.#painter.setMirrored(isFrontCamera(previewStream));
    this.#tellOrigin(status.source);
    if (state === 'idle' || state === 'preparing' || state === 'failed') {
      this.#painter.clear();
      // Else the last picture of one run would pass for the first of the next.
      this.#elements.picture.width = 0;
      this.#elements.picture.height = 0;
      this.#unpaintedUnixMs = null;
    }
    this.#schedule();
  }

  #isMine({ meta }: FrameResult): boolean {
    return this.#camera === null || this.#camera.cameraId === meta.cameraId;
  }

  #tellOrigin(source: SourceInfo | null): void {
    this.#painter.setSeveralCameras(this.#camera && source ? source.originUnixMs : null);
  }

  #onResult(result: FrameResult): void {
    if (!this.#hasPreview || !this.#isMine(result)) return;
    this.#painter.update(result, this.#controller.identities, Date.now());
    this.#unpaintedUnixMs = result.receivedUnixMs;
    this.#schedule();
  }

  #onFrame(image: FrameImage, result: FrameResult): void {
    if (!this.#isPictureDue || this.#hasPreview || !this.#isMine(result)) return;
    const { picture } = this.#elements;
    const { widthPx, heightPx } = result.meta;
    if (picture.width !== widthPx) picture.width = widthPx;
    if (picture.height !== heightPx) picture.height = heightPx;
    const startMs = performance.now();
    this.#pictureContext?.drawImage(image, 0, 0, widthPx, heightPx);
    this.#painter.update(result, this.#controller.identities, Date.now());
    this.#painter.paint(Date.now());
    const isLive = this.#controller.status.source?.pace === 'live';
    this.#controller.reportDraw(performance.now() - startMs, isLive ? result.receivedUnixMs : null);
    this.#isPictureDue = false;
    this.#schedule();
  }

  #fit(): void {
    const { clientWidth, clientHeight } = this.#elements.overlay;
    this.#painter.setViewport({
      width: clientWidth,
      height: clientHeight,
      pixelRatio: window.devicePixelRatio,
    });
    // Setting the size cleared the canvas: an empty frame would flash until the next display frame.
    this.#paintOverlay();
  }

  /** Paints what is due; a result's latency is told with its first painting only. */
  #paintOverlay(): void {
    const startMs = performance.now();
    if (!this.#painter.paint(Date.now()) || !this.#hasPreview) return;
    const receivedUnixMs = this.#unpaintedUnixMs;
    this.#unpaintedUnixMs = null;
    this.#controller.reportDraw(performance.now() - startMs, receivedUnixMs);
  }

  #schedule(): void {
    if (this.#frameRequest !== 0) return;
    this.#frameRequest = requestAnimationFrame(() => {
      this.#frameRequest = 0;
      this.#isPictureDue = true;
      this.#paintOverlay();
      if (this.#painter.isMoving) this.#schedule();
    });
  }
}

/** A camera that looks at its user shows them as a mirror does. */
export function isFrontCamera(stream: MediaStream | null): boolean {
  return stream?.getVideoTracks()[0]?.getSettings().facingMode === 'user';
}
