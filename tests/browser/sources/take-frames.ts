import type { FrameImage } from '../../../src/contracts/frame';
import type { FrameFeed, FrameSource, SourceFrame } from '../../../src/contracts/source';

/** Every feed as one that is pulled; closing the loop frees what waits in a stream. */
export async function* framesOf(feed: FrameFeed): AsyncGenerator<SourceFrame, void, undefined> {
  if (feed.type === 'pull') {
    yield* feed.frames();
    return;
  }
  if (feed.type === 'track') throw new TypeError('A track can only be read in a worker');
  const reader = feed.readable.getReader();
  try {
    for (;;) {
      const next = await reader.read();
      if (next.done) return;
      yield { image: next.value, captureTimeUs: next.value.timestamp };
    }
  } finally {
    await reader.cancel();
  }
}

/** Width and height as displayed. */
export function sizeOf(image: FrameImage): readonly [number, number] {
  return image instanceof ImageBitmap
    ? [image.width, image.height]
    : [image.displayWidth, image.displayHeight];
}

/** What a whole feed gave. */
export interface FeedReport<T> {
  readonly timesUs: readonly number[];
  readonly sizes: readonly (readonly [number, number])[];
  /** What `look` said about each picture. */
  readonly looks: readonly T[];
  /** What ended the feed, if not its end. */
  readonly error: unknown;
}

/** Reads a source that is open to its end (or `maxCount` frames) and closes every frame. */
export async function readFeed<T>(
  source: FrameSource,
  look: (image: FrameImage) => T,
  maxCount = Number.POSITIVE_INFINITY,
): Promise<FeedReport<T>> {
  const timesUs: number[] = [];
  const sizes: (readonly [number, number])[] = [];
  const looks: T[] = [];
  let error: unknown = null;
  try {
    for await (const { image, captureTimeUs } of framesOf(source.feed())) {
      timesUs.push(captureTimeUs);
      sizes.push(sizeOf(image));
      looks.push(look(image));
      image.close();
      if (timesUs.length >= maxCount) break;
    }
  } catch (thrown) {
    error = thrown;
  }
  return { timesUs, sizes, looks, error };
}
