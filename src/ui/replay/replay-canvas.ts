import type { OverlayLayers } from '../../contracts/app';
import type { VehicleId } from '../../contracts/match';
import type { SessionCamera } from '../../contracts/session';
import type { SessionContents } from '../../runtime/replay/session-contents';
import type { ShownPicture } from '../../runtime/replay/shown-picture';
import { OverlayPainter } from '../../sinks/overlay/overlay-painter';
import { drawCompared } from './draw-compared';
import { overlayFrame } from './overlay-frame';

/** Where there is no picture: a little lighter than the stage, so that one sees how far it would reach. */
const EMPTY_COLOR = '#16201e';

/** The three elements that lie on each other in a view. */
export interface ReplayElements {
  readonly picture: HTMLCanvasElement;
  readonly overlay: HTMLCanvasElement;
  /** Boxes of the result set it is compared with. */
  readonly compared: HTMLCanvasElement;
}

/** Draws one camera of a replay: the picture, and the overlay of its own results in the same turn. */
export class ReplayCanvas {
  readonly #camera: SessionCamera;
  readonly #elements: ReplayElements;
  readonly #painter: OverlayPainter;
  readonly #picture: CanvasRenderingContext2D | null;
  readonly #compared: CanvasRenderingContext2D | null;
  readonly #observer: ResizeObserver;
  #contents: SessionContents | null = null;
  #lastCompared: ShownPicture['compared'] = null;

  /** `severalOriginUnixMs` as in {@link OverlayPainter.setSeveralCameras}. */
  constructor(camera: SessionCamera, elements: ReplayElements, severalOriginUnixMs: number | null) {
    this.#camera = camera;
    this.#elements = elements;
    this.#painter = new OverlayPainter(elements.overlay);
    this.#painter.setMode('exact');
    this.#painter.setSeveralCameras(severalOriginUnixMs);
    this.#picture = elements.picture.getContext('2d', { alpha: false });
    this.#compared = elements.compared.getContext('2d');
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(elements.overlay);
    this.#fit();
  }

  /** Who the tracks are; null: not read yet. The next picture shows it. */
  setContents(contents: SessionContents | null): void {
    this.#contents = contents;
    this.#painter.clear();
  }

  setLayers(layers: OverlayLayers): void {
    this.#painter.setLayers(layers);
    this.#painter.paint(Date.now());
  }

  setSelected(vehicleId: VehicleId | null): void {
    this.#painter.setSelected(vehicleId);
    this.#painter.paint(Date.now());
  }

  /** Draws what a player shows; borrows its picture. */
  draw({ image, overlay, compared }: ShownPicture): void {
    this.#drawPicture(image);
    const { nearest, sinceLast, isNewStart } = overlay;
    if (isNewStart || !nearest) this.#painter.clear();
    const nowUnixMs = Date.now();
    const identities = this.#contents?.identities ?? new Map<never, never>();
    for (const frame of sinceLast) {
      const tracks = overlayFrame(this.#camera, frame, this.#firstSeenUs);
      this.#painter.update(tracks, identities, nowUnixMs);
    }
    this.#painter.paint(nowUnixMs);
    this.#lastCompared = compared;
    this.#drawCompared();
  }

  /** The numbered vehicle at a pointer's place; null: none. */
  vehicleAt(clientX: number, clientY: number): VehicleId | null {
    const bounds = this.#elements.overlay.getBoundingClientRect();
    return this.#painter.vehicleAt(clientX - bounds.left, clientY - bounds.top);
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#painter.dispose();
    // Frees the memory behind them at once, and not with the element.
    const { picture, overlay, compared } = this.#elements;
    for (const canvas of [picture, overlay, compared]) canvas.width = canvas.height = 0;
  }

  readonly #firstSeenUs = (trackId: number): number | null =>
    this.#contents?.sightingOfTrack.get(trackId)?.startUs ?? null;

  #drawPicture(image: VideoFrame | null): void {
    const { picture } = this.#elements;
    const { widthPx, heightPx } = this.#camera;
    if (picture.width !== widthPx) picture.width = widthPx;
    if (picture.height !== heightPx) picture.height = heightPx;
    if (image) this.#picture?.drawImage(image, 0, 0, widthPx, heightPx);
    else if (this.#picture) {
      this.#picture.fillStyle = EMPTY_COLOR;
      this.#picture.fillRect(0, 0, widthPx, heightPx);
    }
  }

  #drawCompared(): void {
    const frame = this.#lastCompared?.nearest ?? null;
    if (this.#compared) drawCompared(this.#compared, devicePixelRatio, this.#camera, frame);
  }

  #fit(): void {
    const { overlay, compared } = this.#elements;
    const { clientWidth: width, clientHeight: height } = overlay;
    this.#painter.setViewport({ width, height, pixelRatio: devicePixelRatio });
    this.#painter.paint(Date.now());
    compared.width = Math.max(1, Math.round(width * devicePixelRatio));
    compared.height = Math.max(1, Math.round(height * devicePixelRatio));
    this.#drawCompared();
  }
}
