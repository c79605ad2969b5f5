import type { Box, DetectionBatch, DetectTimings } from '../../contracts/detection';
import type { FrameImage, FrameMeta } from '../../contracts/frame';
import type { DetectorOutputSpec, ModelManifest } from '../../contracts/model';
import type { FramePath } from '../../contracts/worker-api';
import type { ModelSession } from '../../inference/model-session';
import { decodeDetections, decodePersons, detectorOutput } from './decode-detections';
import type { FramePreparer } from './frame-preparer';
import { displaySize } from './input-preparer';
import { letterboxFor, type LetterboxGeometry } from './letterbox';

/** What was found in one frame, how, and what it cost. */
export interface DetectResult {
  readonly batch: DetectionBatch;
  readonly timings: DetectTimings;
  readonly framePath: FramePath;
  /** Persons, frame pixels: riders belong to their motorcycle's crop, and all may have to be blurred. None from a network that knows none. */
  readonly personBoxes: readonly Box[];
}

/** Finds vehicles in frames. One call at a time. */
export interface Detector {
  /** Whether it tells of persons; absent: it does not say. */
  readonly findsPersons?: boolean;
  /** Runs once on an empty picture of this frame size; returns milliseconds. */
  warmUp(widthPx: number, heightPx: number): Promise<number>;
  /** Borrows the frame. Throws AppError BACKEND_FAILED, MODEL_INCOMPATIBLE. */
  detect(image: FrameImage, meta: FrameMeta): Promise<DetectResult>;
  /** Boxes that score lower are not reported, from the next frame on; (0, 1). */
  setScoreFloor(scoreFloor: number): void;
  /** Milliseconds of `count` bare inferences on an empty picture of this frame size. */
  timeInference(widthPx: number, heightPx: number, count: number): Promise<readonly number[]>;
  dispose(): Promise<void>;
}

/**
 * Far below what may start a track: seen from above NanoDet is right but unsure (scores near 0.15), and the
 * tracker follows a vehicle it knows through such frames.
 */
const DEFAULT_SCORE_FLOOR = 0.1;

/** Runs any network whose output has a decoder. */
export class NetworkDetector implements Detector {
  readonly #session: ModelSession;
  readonly #preparer: FramePreparer;
  readonly #manifest: ModelManifest;
  readonly #output: DetectorOutputSpec;
  readonly #inputSidePx: number;
  #scoreFloor = DEFAULT_SCORE_FLOOR;
  #geometry: LetterboxGeometry | null = null;

  /**
   * Owns session and preparer. `inputSidePx` is the longer side of the input of a network of free size. Throws AppError
   * MODEL_INCOMPATIBLE for an embedder's manifest.
   */
  constructor(
    manifest: ModelManifest,
    session: ModelSession,
    preparer: FramePreparer,
    inputSidePx: number,
  ) {
    this.#manifest = manifest;
    this.#output = detectorOutput(manifest);
    this.#session = session;
    this.#preparer = preparer;
    this.#inputSidePx = inputSidePx;
  }

  get findsPersons(): boolean {
    return this.#output.personIndex !== undefined;
  }

  async warmUp(widthPx: number, heightPx: number): Promise<number> {
    const [milliseconds = 0] = await this.timeInference(widthPx, heightPx, 1);
    return milliseconds;
  }

  async detect(image: FrameImage, meta: FrameMeta): Promise<DetectResult> {
    const { widthPx, heightPx } = displaySize(image);
    const geometry = this.#geometryFor(widthPx, heightPx);
    const startMs = performance.now();
    const { tensor, path } = await this.#preparer.prepare(image, geometry);
    const preparedMs = performance.now();
    const outputs = await this.#session.run(tensor);
    const detections = decodeDetections(outputs, this.#output, geometry, this.#scoreFloor);
    const personBoxes = decodePersons(outputs, this.#output, geometry);
    const timings = {
      prepareMs: preparedMs - startMs,
      detectMs: performance.now() - preparedMs,
    };
    return { batch: { meta, detections }, timings, framePath: path, personBoxes };
  }

  setScoreFloor(scoreFloor: number): void {
    this.#scoreFloor = scoreFloor;
  }

  async timeInference(
    widthPx: number,
    heightPx: number,
    count: number,
  ): Promise<readonly number[]> {
    const { inputWidthPx, inputHeightPx } = this.#geometryFor(widthPx, heightPx);
    const data = new Float32Array(3 * inputWidthPx * inputHeightPx);
    const timesMs: number[] = [];
    for (let run = 0; run < count; run += 1) {
      const startMs = performance.now();
      await this.#session.run({
        location: 'cpu',
        data,
        shape: [1, 3, inputHeightPx, inputWidthPx],
      });
      timesMs.push(performance.now() - startMs);
    }
    return timesMs;
  }

  async dispose(): Promise<void> {
    this.#preparer.dispose();
    await this.#session.dispose();
  }

  /** The same object while the frame size stays: preparers keep their buffers by it. */
  #geometryFor(widthPx: number, heightPx: number): LetterboxGeometry {
    const current = this.#geometry;
    if (current?.frameWidthPx === widthPx && current.frameHeightPx === heightPx) return current;
    this.#geometry = letterboxFor(this.#manifest.input, widthPx, heightPx, this.#inputSidePx);
    return this.#geometry;
  }
}
