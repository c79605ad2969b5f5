import type { CameraId, FrameImage, FrameMeta } from '../contracts/frame';
import type { FrameFeed, SourceFrame, SourceInfo } from '../contracts/source';
import type { FrameResult } from '../contracts/worker-api';
import { LatestSlot } from '../core/latest-slot';
import type { PerceptionClient } from './perception-client';

/** Pulled pictures are shown at most this often; analysis is not held up by drawing. */
const PREVIEW_INTERVAL_MS = 66;

/** Where the results of one run go. */
export interface FeedSink {
  readonly perception: PerceptionClient;
  readonly info: SourceInfo;
  /** May rise while the feed goes on: a restarted worker begins a new epoch. */
  epoch(): number;
  readonly signal: AbortSignal;
  /** Resolves when the run is not paused. */
  whenRunning(): Promise<void>;
  /** False: nobody looks, no previews are made. */
  isWatched(): boolean;
  /** `preview` belongs to the callee, which closes it. */
  onResult(result: FrameResult, preview: FrameImage | null): void;
}

/** Analyses a feed until it ends or the signal aborts (then it returns normally). */
export async function analyzeFeed(feed: FrameFeed, sink: FeedSink): Promise<void> {
  if (feed.type === 'pull') {
    const isAsked = sink.info.pace === 'offline' || feed.isMadeOnDemand === true;
    await (isAsked ? pullEvery(feed.frames(), sink) : pullLatest(feed.frames(), sink));
    return;
  }
  await sink.perception.analyzeLive(feed, (result) => {
    sink.onResult(result, null);
  });
}

/** Every frame in order, one in flight and one waiting; asking is the back-pressure. */
async function pullEvery(frames: AsyncIterable<SourceFrame>, sink: FeedSink): Promise<void> {
  let inFlight: Promise<void> = Promise.resolve();
  let waiting: Promise<void> = Promise.resolve();
  let frameId = 0;
  const lastPreviewMs = new Map<CameraId, number>();
  try {
    for await (const frame of frames) {
      await sink.whenRunning();
      if (sink.signal.aborted) {
        frame.image.close();
        return;
      }
      const now = performance.now();
      const cameraId = cameraIdOf(frame, sink);
      const wantsPreview =
        sink.isWatched() && now - (lastPreviewMs.get(cameraId) ?? 0) >= PREVIEW_INTERVAL_MS;
      if (wantsPreview) lastPreviewMs.set(cameraId, now);
      inFlight = waiting;
      waiting = analyze(frame, frameId, wantsPreview, sink);
      // It may fail while the next frame is pulled; the awaits below tell, not the console.
      waiting.catch(() => undefined);
      frameId += 1;
      await inFlight;
    }
    await waiting;
  } finally {
    // Whatever ended the loop, no frame is under way when this returns.
    await Promise.allSettled([inFlight, waiting]);
  }
}

function cameraIdOf(frame: SourceFrame, sink: FeedSink): CameraId {
  return frame.cameraId ?? sink.info.cameraId;
}

/** Live where frames must be pulled (Firefox): the newest frame waits, older ones are closed. */
async function pullLatest(frames: AsyncIterable<SourceFrame>, sink: FeedSink): Promise<void> {
  const slot = new LatestSlot<SourceFrame>((frame) => {
    frame.image.close();
  });
  const pump = (async () => {
    try {
      for await (const frame of frames) {
        if (sink.signal.aborted) return frame.image.close();
        slot.put(frame);
      }
    } finally {
      slot.end();
    }
  })();
  // The loop below ends when the pump does and awaits it then; until then its failure is not unhandled.
  pump.catch(() => undefined);
  const endSlot = (): void => {
    slot.end();
  };
  sink.signal.addEventListener('abort', endSlot, { once: true });
  try {
    for (let frameId = 0; ; frameId += 1) {
      await sink.whenRunning();
      const frame = await slot.take();
      if (!frame) break;
      await analyze(frame, frameId, false, sink, slot.replacedCount);
    }
  } finally {
    sink.signal.removeEventListener('abort', endSlot);
    slot.end();
  }
  await pump;
}

async function analyze(
  frame: SourceFrame,
  frameId: number,
  wantsPreview: boolean,
  sink: FeedSink,
  droppedCount = 0,
): Promise<void> {
  const meta: FrameMeta = {
    epoch: sink.epoch(),
    cameraId: cameraIdOf(frame, sink),
    frameId,
    captureTimeUs: frame.captureTimeUs,
    ...displaySize(frame.image),
  };
  const preview = wantsPreview && 'clone' in frame.image ? frame.image.clone() : null;
  try {
    const result = await sink.perception.analyzeFrame(frame.image, meta);
    sink.onResult({ ...result, droppedCount: result.droppedCount + droppedCount }, preview);
  } catch (error) {
    preview?.close();
    throw error;
  }
}

function displaySize(image: FrameImage): Pick<FrameMeta, 'widthPx' | 'heightPx'> {
  return 'displayWidth' in image
    ? { widthPx: image.displayWidth, heightPx: image.displayHeight }
    : { widthPx: image.width, heightPx: image.height };
}
