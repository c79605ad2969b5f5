import type { HeadlessRecordingBench } from '../contracts/headless';
import { AppError } from '../core/app-error';
import { median } from '../core/rolling-stats';
import type { ResightController } from '../runtime/analysis-controller';
import type { HeadlessServices } from './services';

/** Frames timed in one round. Rounds alternate: the machine's mood, and the clip's, hit both. */
const ROUND_LENGTH = 24;
/** Frames that do not count after recording went on or off: encoders and their processes start. */
const SETTLING_COUNT = 4;
/** Fewer pairs of rounds say nothing. */
const MIN_ROUND_COUNT = 3;

/**
 * Analyses a file to its end through the controller, with embeddings and gallery, recording its video every other round. Throws
 * AppError INTERNAL for a file that is too short.
 */
export async function benchRecording(
  { controller }: HeadlessServices,
  file: File,
): Promise<HeadlessRecordingBench> {
  const clock = new FrameClock(controller);
  await controller.openVideo(file);
  const { source } = controller.status;
  const offMs: number[] = [];
  const onMs: number[] = [];
  const sums = { recordedFrameCount: 0, droppedFrameCount: 0, recordedSeconds: 0, byteCount: 0 };
  for (;;) {
    const off = await clock.time();
    if (off === null) break;
    offMs.push(off);
    await controller.recording.start();
    const on = await clock.time();
    // A clip that ended has ended the recording, too.
    await controller.recording.stop();
    if (on === null) break;
    onMs.push(on);
    const session = controller.recording.status.lastSession;
    if (!session) throw new AppError('INTERNAL', 'Expected a recorded session, found none');
    sums.recordedFrameCount += session.videoFrameCount;
    sums.droppedFrameCount += session.droppedAnalysedCount + session.droppedOtherCount;
    sums.recordedSeconds += (session.endUs - session.startUs) / 1e6;
    sums.byteCount += session.byteCount;
  }
  await controller.stop();
  // Each round with recording against the mean of the two around it.
  const ratios = onMs.flatMap((on, round) => {
    const [before, after] = [offMs[round], offMs[round + 1]];
    return before === undefined || after === undefined ? [] : [(before + after) / 2 / on];
  });
  if (ratios.length < MIN_ROUND_COUNT || !source) {
    throw new AppError(
      'INTERNAL',
      `Expected a file long enough for ${MIN_ROUND_COUNT} rounds, got ${ratios.length}`,
    );
  }
  return {
    analysisRateRecordingOverOff: median(ratios),
    framesPerSecondOff: 1000 / median(offMs),
    framesPerSecondOn: 1000 / median(onMs),
    roundCount: ratios.length,
    recordedFrameCount: sums.recordedFrameCount,
    droppedFrameCount: sums.droppedFrameCount,
    recordedMegabytesPerHour: (sums.byteCount / sums.recordedSeconds) * 3600 * 1e-6,
    widthPx: source.widthPx,
    heightPx: source.heightPx,
  };
}

/** Milliseconds a frame takes, by when results come. */
class FrameClock {
  #count = 0;
  #isOver = false;
  #wake: () => void = () => undefined;

  constructor(controller: ResightController) {
    controller.onResult(() => {
      this.#count += 1;
      this.#wake();
    });
    controller.onStatus(({ state }) => {
      this.#isOver = state === 'finished' || state === 'failed' || state === 'idle';
      this.#wake();
    });
  }

  /** Mean of a round that begins after the next frames; null: the run ended first. */
  async time(): Promise<number | null> {
    if (!(await this.#pass(SETTLING_COUNT))) return null;
    const startedMs = performance.now();
    if (!(await this.#pass(ROUND_LENGTH))) return null;
    return (performance.now() - startedMs) / ROUND_LENGTH;
  }

  async #pass(frameCount: number): Promise<boolean> {
    const end = this.#count + frameCount;
    while (this.#count < end && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#count >= end;
  }
}
