import { describe, expect, it, vi } from 'vitest';
import type { FrameImage, FrameMeta } from '../../../src/contracts/frame';
import type { SourceFrame, SourceInfo } from '../../../src/contracts/source';
import type { FrameResult } from '../../../src/contracts/worker-api';
import { AppError } from '../../../src/core/app-error';
import { asOneCamera } from '../../../src/core/source-cameras';
import { analyzeFeed, type FeedSink } from '../../../src/runtime/feed-analysis';
import type { PerceptionClient } from '../../../src/runtime/perception-client';
import { PauseGate } from '../../../src/runtime/pause-gate';

class FakeImage {
  static openCount = 0;
  readonly width = 64;
  readonly height = 36;
  #isOpen = true;

  constructor() {
    FakeImage.openCount += 1;
  }

  close(): void {
    if (this.#isOpen) FakeImage.openCount -= 1;
    this.#isOpen = false;
  }
}

const info: SourceInfo = asOneCamera({
  kind: 'file',
  pace: 'offline',
  cameraId: 'file',
  label: 'yard.mp4',
  widthPx: 64,
  heightPx: 36,
  framesPerSecond: 10,
  durationUs: null,
  originUnixMs: 0,
  timeBase: 'media',
  codec: null,
  notice: null,
});

async function* frames(count: number): AsyncGenerator<SourceFrame> {
  for (let index = 0; index < count; index += 1) {
    await Promise.resolve();
    // Only size and close are used here.
    const image = new FakeImage() as unknown as FrameImage;
    yield { image, captureTimeUs: index * 100_000 };
  }
}

/** Answers after `delay` has settled; knows how many frames it held at once. */
class FakePerception {
  underWayCount = 0;
  mostUnderWay = 0;
  readonly seen: number[] = [];
  readonly #answer: (meta: FrameMeta) => Promise<void>;

  constructor(answer: (meta: FrameMeta) => Promise<void> = () => Promise.resolve()) {
    this.#answer = answer;
  }

  async analyzeFrame(image: FrameImage, meta: FrameMeta): Promise<FrameResult> {
    this.underWayCount += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWayCount);
    this.seen.push(meta.frameId);
    try {
      await this.#answer(meta);
    } finally {
      this.underWayCount -= 1;
      image.close();
    }
    // The loop passes results through; these are the only parts it touches.
    return { meta, droppedCount: 0 } as FrameResult;
  }
}

function makeSink(
  perception: FakePerception,
  results: FrameResult[],
  change: Partial<FeedSink> = {},
): FeedSink {
  return {
    // The feed calls analyzeFrame only.
    perception: perception as unknown as PerceptionClient,
    info,
    signal: new AbortController().signal,
    epoch: () => 1,
    isWatched: () => false,
    whenRunning: () => Promise.resolve(),
    onResult: (result) => results.push(result),
    ...change,
  };
}

const pull = (count: number) => ({ type: 'pull' as const, frames: () => frames(count) });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('analyzeFeed', () => {
  it('analyses every frame of a file in order with at most two under way', async () => {
    const perception = new FakePerception(turn);
    const results: FrameResult[] = [];
    await analyzeFeed(pull(20), makeSink(perception, results));
    expect(results.map(({ meta }) => meta.frameId)).toEqual([...Array(20).keys()]);
    expect(perception.mostUnderWay).toBe(2);
    expect(FakeImage.openCount).toBe(0);
  });

  it('stops pulling while paused and goes on afterwards', async () => {
    const gate = new PauseGate();
    gate.set(true);
    const perception = new FakePerception();
    const results: FrameResult[] = [];
    const run = analyzeFeed(
      pull(3),
      makeSink(perception, results, { whenRunning: () => gate.whenOpen() }),
    );
    await turn();
    expect(perception.seen).toEqual([]);
    gate.set(false);
    await run;
    expect(perception.seen).toEqual([0, 1, 2]);
  });

  it('analyses nothing more once it is paused, not even a frame that was asked for before', async () => {
    const gate = new PauseGate();
    const perception = new FakePerception();
    const run = analyzeFeed(
      {
        type: 'pull',
        isMadeOnDemand: true,
        async *frames() {
          for await (const frame of frames(3)) {
            if (frame.captureTimeUs > 0) gate.set(true);
            yield frame;
          }
        },
      },
      makeSink(perception, [], {
        info: { ...info, pace: 'live' },
        whenRunning: () => gate.whenOpen(),
      }),
    );
    await turn();
    expect(perception.seen).toEqual([0]);
    gate.set(false);
    await vi.waitFor(() => {
      expect(perception.seen).toEqual([0, 1]);
    });
    gate.set(false);
    await run;
    expect(FakeImage.openCount).toBe(0);
  });

  it('passes a failed frame on and leaves none open', async () => {
    const perception = new FakePerception(({ frameId }) =>
      frameId === 2
        ? Promise.reject(new AppError('BACKEND_FAILED', 'The device was lost'))
        : turn(),
    );
    await expect(analyzeFeed(pull(10), makeSink(perception, []))).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
    });
    expect(FakeImage.openCount).toBe(0);
    expect(perception.underWayCount).toBe(0);
  });

  it('ends quietly when the run is stopped, closing what it holds', async () => {
    const abort = new AbortController();
    const perception = new FakePerception(async ({ frameId }) => {
      if (frameId === 3) abort.abort();
      await turn();
    });
    await analyzeFeed(pull(100), makeSink(perception, [], { signal: abort.signal }));
    expect(perception.seen.length).toBeLessThan(10);
    expect(FakeImage.openCount).toBe(0);
  });

  it('asks a live source that makes frames on demand for no more than it can analyse', async () => {
    const perception = new FakePerception(turn);
    const results: FrameResult[] = [];
    const live = { ...info, pace: 'live' as const };
    await analyzeFeed(
      { ...pull(20), isMadeOnDemand: true },
      makeSink(perception, results, { info: live }),
    );
    expect(results).toHaveLength(20);
    expect(results.at(-1)?.droppedCount).toBe(0);
  });

  it('tells which camera a frame is of, and previews each camera', async () => {
    const results: [string, boolean][] = [];
    await analyzeFeed(
      {
        type: 'pull',
        async *frames() {
          for await (const frame of frames(2)) {
            const image = Object.assign(frame.image, { clone: () => frame.image });
            yield { ...frame, image, cameraId: frame.captureTimeUs === 0 ? 'a' : 'b' };
          }
        },
      },
      makeSink(new FakePerception(), [], {
        isWatched: () => true,
        onResult: ({ meta }, preview) => results.push([meta.cameraId, preview !== null]),
      }),
    );
    expect(results).toEqual([
      ['a', true],
      ['b', true],
    ]);
  });

  it('drops older frames of a live source that must be pulled, and counts them', async () => {
    const perception = new FakePerception(turn);
    const results: FrameResult[] = [];
    await analyzeFeed(pull(50), makeSink(perception, results, { info: { ...info, pace: 'live' } }));
    expect(perception.mostUnderWay).toBe(1);
    const analysedOrDropped = results.length + (results.at(-1)?.droppedCount ?? 0);
    // The last result knows of the drops before it; the frames that waited at the end went unseen.
    expect(analysedOrDropped).toBeLessThanOrEqual(50);
    expect(results.length).toBeLessThan(50);
    expect(FakeImage.openCount).toBe(0);
  });
});
