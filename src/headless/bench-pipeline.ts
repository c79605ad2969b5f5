import type { HeadlessPipelineBench } from '../contracts/headless';
import type { FrameSource, SourceFrame, SourceInfo } from '../contracts/source';
import { median } from '../core/rolling-stats';
import { analyzeFeed } from '../runtime/feed-analysis';
import { timeOverlay, timeTracker } from './bench-parts';
import type { HeadlessServices } from './services';

/** Frames, and bare inferences, in one round. Rounds alternate: the machine's mood hits both. */
const ROUND_LENGTH = 16;

/**
 * Times whole frames against bare inference on a real clip, in interleaved rounds of one run.
 *
 * A whole frame is wall time over frames with the pipeline's own queue: decode, transfer, letterbox,
 * inference, reading the boxes, tracking, the answer's way back. Bare inference is the same session on
 * a fixed tensor of the same size in the same worker.
 */
export async function benchPipeline(
  services: HeadlessServices,
  file: File,
  roundCount: number,
): Promise<HeadlessPipelineBench> {
  const { controller, parts } = services;
  const { signal } = new AbortController();
  const ready = await parts.engine.prepare(controller.settings, 'offline', () => undefined, signal);
  const clip = new LoopedClip(() => parts.createFileSource(file));
  const info = await clip.open();
  await parts.perception.startRun({ epoch: 1, runId: crypto.randomUUID(), source: info });
  const analyseRound = async (): Promise<number> => {
    const startedMs = performance.now();
    await analyzeFeed(
      { type: 'pull', frames: () => clip.take(ROUND_LENGTH) },
      {
        perception: parts.perception,
        info,
        signal,
        epoch: () => 1,
        isWatched: () => false,
        whenRunning: () => Promise.resolve(),
        onResult: () => undefined,
      },
    );
    return (performance.now() - startedMs) / ROUND_LENGTH;
  };
  await analyseRound();
  const rounds: { readonly wholeMs: number; readonly bareMs: number }[] = [];
  for (let round = 0; round < roundCount; round += 1) {
    const { widthPx, heightPx } = info;
    const bare = await parts.perception.timeInference(widthPx, heightPx, ROUND_LENGTH);
    rounds.push({ wholeMs: await analyseRound(), bareMs: median(bare) });
  }
  await parts.perception.stopRun(1);
  await clip.close();
  const inferenceMs = median(rounds.map(({ bareMs }) => bareMs));
  const wholeFrameMs = median(rounds.map(({ wholeMs }) => wholeMs));
  const trackerMsAt200Objects = timeTracker(200);
  return {
    wholeFrameOverInference: median(rounds.map(({ wholeMs, bareMs }) => wholeMs / bareMs)),
    wholeFrameMs,
    inferenceMs,
    overlayMsAt60Boxes: timeOverlay(60),
    trackerMsAt200Objects,
    trackerOverInferenceAt200Objects: trackerMsAt200Objects / inferenceMs,
    framesPerSecond: 1000 / wholeFrameMs,
    backend: ready.detector.backend,
  };
}

/** A clip that begins again when it ends, with time going on, so that a round never runs dry. */
class LoopedClip {
  readonly #createSource: () => Promise<FrameSource>;
  #source: FrameSource | null = null;
  #frames: AsyncIterator<SourceFrame> | null = null;
  #offsetUs = 0;
  #lastUs = 0;

  constructor(createSource: () => Promise<FrameSource>) {
    this.#createSource = createSource;
  }

  async open(): Promise<SourceInfo> {
    await this.close();
    this.#source = await this.#createSource();
    const info = await this.#source.open(new AbortController().signal);
    const feed = this.#source.feed();
    if (feed.type !== 'pull') throw new TypeError('Expected a pulled source');
    this.#frames = feed.frames()[Symbol.asyncIterator]();
    return info;
  }

  /** The next `count` frames. */
  async *take(count: number): AsyncGenerator<SourceFrame> {
    for (let taken = 0; taken < count;) {
      const next = await this.#frames?.next();
      if (!next || next.done) {
        this.#offsetUs = this.#lastUs + 40_000;
        await this.open();
        continue;
      }
      taken += 1;
      this.#lastUs = next.value.captureTimeUs + this.#offsetUs;
      yield { ...next.value, captureTimeUs: this.#lastUs };
    }
  }

  async close(): Promise<void> {
    await this.#source?.close();
    this.#source = null;
  }
}
