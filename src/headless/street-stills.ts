import type { HeadlessSheetPlan, HeadlessStill, HeadlessTruthCrop } from '../contracts/headless';
import type { FrameImage } from '../contracts/frame';
import type { SourceInfo } from '../contracts/source';
import type {
  FrameTruth,
  StreetReady,
  StreetScenePlan,
  StreetStillRequest,
} from '../contracts/street';
import { AppError } from '../core/app-error';
import { CropPixelReader } from '../stages/embed/crop-pixels';
import { withMargin } from '../stages/embed/crop-quality';
import { CROP_MARGIN } from '../stages/embed/crop-scheduler';
import {
  createPixelCanvas,
  displaySize,
  readPixels,
  toBase64,
  toHeadlessPixels,
  toPng,
} from './picture-data';
import type { StreetClient } from '../runtime/street-client';
import type { HeadlessServices } from './services';

/** Below it nothing of a vehicle is left to compare, pixels. */
const SMALLEST_CROP_PX = 2;
/** Further apart than any track lives: no still continues the one before. */
const STILL_INTERVAL_US = 60_000_000;
const STILLS_CAMERA_ID = 'street-stills';
/** Shows faults of a rendering, and keeps a sheet under 200 kB. */
const SHEET_QUALITY = 0.7;

/** Single pictures of the street, looked at with the app's own detector and crop code. */
export class StreetStills {
  readonly #services: HeadlessServices;
  readonly #reader = new CropPixelReader();
  #street: StreetClient | null = null;
  /** Size the detector's run was begun for. */
  #runSize: string | null = null;
  #stillCount = 0;

  constructor(services: HeadlessServices) {
    this.#services = services;
  }

  /** Builds the scenery; again: builds it anew. */
  open(plan: StreetScenePlan): Promise<StreetReady> {
    this.#street ??= this.#services.createStreetClient();
    return this.#street.open(plan);
  }

  /** Draws a still and runs the detector over it. */
  async detect(request: StreetStillRequest, wantsPng: boolean): Promise<HeadlessStill> {
    await this.#beginRun(request);
    const { image, truth } = await this.#draw(request);
    const pixels = await toHeadlessPixels(readPixels(image));
    const pngBase64 = wantsPng ? await toPng(image) : null;
    const { detections } = await this.#services.parts.perception.analyzeFrame(image, {
      epoch: 1,
      cameraId: STILLS_CAMERA_ID,
      frameId: this.#stillCount,
      captureTimeUs: this.#stillCount * STILL_INTERVAL_US,
      widthPx: pixels.widthPx,
      heightPx: pixels.heightPx,
    });
    this.#stillCount += 1;
    return { truth, detections, pixels, pngBase64 };
  }

  /** Draws a still and cuts its vehicles out by their true boxes. */
  async crop(
    request: StreetStillRequest,
  ): Promise<{ readonly truth: FrameTruth; readonly crops: readonly HeadlessTruthCrop[] }> {
    const { image, truth } = await this.#draw(request);
    try {
      const crops: HeadlessTruthCrop[] = [];
      for (const { identity, box } of truth.vehicles) {
        const { x1, y1, x2, y2 } = withMargin(box, CROP_MARGIN, displaySize(image));
        const [left, top] = [Math.floor(x1), Math.floor(y1)];
        const [widthPx, heightPx] = [Math.ceil(x2) - left, Math.ceil(y2) - top];
        if (widthPx < SMALLEST_CROP_PX || heightPx < SMALLEST_CROP_PX) continue;
        const picture = await createImageBitmap(image, left, top, widthPx, heightPx);
        try {
          crops.push({ identity, pixels: await toHeadlessPixels(this.#reader.read(picture)) });
        } finally {
          picture.close();
        }
      }
      return { truth, crops };
    } finally {
      image.close();
    }
  }

  /** Draws stills into one JPEG, as Base64. */
  async sheet({ cells, columnCount }: HeadlessSheetPlan): Promise<string> {
    const [first] = cells;
    if (!first) throw new RangeError('Expected a sheet with a cell, got none');
    const { widthPx, heightPx } = first.request.camera;
    const rowCount = Math.ceil(cells.length / columnCount);
    const context = createPixelCanvas(columnCount * widthPx, rowCount * heightPx);
    context.font = '12px sans-serif';
    for (const [index, { request, label }] of cells.entries()) {
      const left = (index % columnCount) * widthPx;
      const top = Math.floor(index / columnCount) * heightPx;
      const { image } = await this.#draw(request);
      context.drawImage(image, left, top);
      image.close();
      context.fillStyle = 'rgb(0 0 0 / 60%)';
      context.fillRect(left, top, context.measureText(label).width + 8, 17);
      context.fillStyle = 'white';
      context.fillText(label, left + 4, top + 13);
    }
    const blob = await context.canvas.convertToBlob({ type: 'image/jpeg', quality: SHEET_QUALITY });
    return toBase64(blob);
  }

  async #draw(request: StreetStillRequest): Promise<{ image: FrameImage; truth: FrameTruth }> {
    if (!this.#street)
      throw new AppError('INTERNAL', 'Expected openStills before, found no street');
    const { image, truth } = await this.#street.still(request);
    if (truth) return { image, truth };
    image.close();
    throw new AppError('INTERNAL', 'Expected a still with its truth, got none');
  }

  /** One run serves all stills of a size: the detector alone is asked, whatever the tracker makes of them. */
  async #beginRun({ camera }: StreetStillRequest): Promise<void> {
    const size = `${camera.widthPx}x${camera.heightPx}`;
    if (this.#runSize === size) return;
    const { controller, parts } = this.#services;
    const { signal } = new AbortController();
    await parts.engine.prepare(controller.settings, 'offline', () => undefined, signal);
    const source = stillsSource(camera.widthPx, camera.heightPx);
    await parts.perception.startRun({ epoch: 1, runId: crypto.randomUUID(), source });
    this.#runSize = size;
  }
}

function stillsSource(widthPx: number, heightPx: number): SourceInfo {
  const camera = { cameraId: STILLS_CAMERA_ID, label: 'Stills', widthPx, heightPx };
  return {
    ...camera,
    kind: 'street',
    pace: 'offline',
    cameras: [camera],
    framesPerSecond: null,
    durationUs: null,
    originUnixMs: 0,
    timeBase: 'media',
    codec: null,
    notice: null,
  };
}
