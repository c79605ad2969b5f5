import type { TrackIdentity } from '../../contracts/match';
import type {
  SessionCamera,
  SessionFrame,
  SessionHeader,
  SessionSighting,
} from '../../contracts/session';
import type { TrackId } from '../../contracts/track';
import { recordedIdentities, recordedResult } from '../../core/recorded-tracks';
import { OverlayPainter } from './overlay-painter';

/** Lines and labels are drawn as on a screen of this width, so that they can be read in small and in large pictures. */
const SCREEN_WIDTH = 1280;

/** Draws a session's boxes, numbers and trails as the live overlay does, at the size of the camera's pictures. */
export class RecordedPainter {
  readonly #canvas: OffscreenCanvas;
  readonly #painter: OverlayPainter;
  readonly #camera: SessionCamera;
  readonly #identities: ReadonlyMap<TrackId, TrackIdentity>;
  readonly #firstSeen = new Map<TrackId, number>();
  #timeMs = 0;

  /** `sightings` name the vehicles; in order of their start, of all cameras. */
  constructor(header: SessionHeader, camera: SessionCamera, sightings: readonly SessionSighting[]) {
    this.#camera = camera;
    this.#identities = recordedIdentities(header, sightings);
    for (const { trackIds, startUs } of sightings) {
      for (const trackId of trackIds) this.#firstSeen.set(trackId, startUs);
    }
    this.#canvas = new OffscreenCanvas(camera.widthPx, camera.heightPx);
    this.#painter = new OverlayPainter(this.#canvas);
    this.#painter.setMode('exact');
    this.#painter.setSeveralCameras(header.cameras.length > 1 ? header.originUnixMs : null);
    const pixelRatio = Math.max(1, camera.widthPx / SCREEN_WIDTH);
    this.#painter.setViewport({
      width: camera.widthPx / pixelRatio,
      height: camera.heightPx / pixelRatio,
      pixelRatio,
    });
  }

  /** Takes the results of the camera's next frame; null: those taken last do not count any more. */
  update(frame: SessionFrame | null): void {
    if (frame === null) {
      this.#painter.clear();
      return;
    }
    const result = recordedResult(
      this.#camera,
      frame,
      (trackId) => this.#firstSeen.get(trackId) ?? null,
    );
    this.#timeMs = result.receivedUnixMs;
    this.#painter.update(result, this.#identities, this.#timeMs);
  }

  /** Transparent but for boxes, labels and trails. It changes with the next call. */
  paint(): OffscreenCanvas {
    this.#painter.paint(this.#timeMs);
    return this.#canvas;
  }

  dispose(): void {
    this.#painter.dispose();
  }
}
