import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FrameSource } from '../../../src/contracts/source';
import { watchFrames, type FrameCensus } from './frame-census';
import { framesOf, sizeOf } from './take-frames';

/** A source to put to the test, fresh for each one. */
export type MakeSource = () => Promise<FrameSource>;

/** Frames enough to see that time goes on; every subject must have that many. */
const FRAME_COUNT = 5;

/** What every FrameSource promises, whatever stands behind it. */
export function describeSourceContract(name: string, makeSource: MakeSource): void {
  describe(`${name} as a frame source`, () => {
    let source: FrameSource;
    let census: FrameCensus;
    const live = new AbortController().signal;

    beforeEach(async () => {
      source = await makeSource();
      census = watchFrames();
    });

    afterEach(async () => {
      await source.close();
      census.stop();
    });

    test('tells what it is once it is open', async () => {
      const before = Date.now();
      const info = await source.open(live);
      expect(info.kind).toBe(source.kind);
      expect(info.pace).toBe(source.pace);
      expect(info.cameraId).not.toBe('');
      expect(info.label).not.toBe('');
      expect(info.widthPx).toBeGreaterThan(0);
      expect(info.heightPx).toBeGreaterThan(0);
      expect(info.originUnixMs).toBeGreaterThanOrEqual(before);
      expect(info.originUnixMs).toBeLessThanOrEqual(Date.now());
      expect(info.durationUs === null).toBe(source.pace === 'live');
    });

    test('hands out pictures of its size at times that rise', async () => {
      const info = await source.open(live);
      let lastUs = Number.NEGATIVE_INFINITY;
      let count = 0;
      for await (const { image, captureTimeUs } of framesOf(source.feed())) {
        expect(Number.isInteger(captureTimeUs)).toBe(true);
        expect(captureTimeUs).toBeGreaterThan(lastUs);
        expect(sizeOf(image)).toEqual([info.widthPx, info.heightPx]);
        lastUs = captureTimeUs;
        image.close();
        count += 1;
        if (count === FRAME_COUNT) break;
      }
      expect(count).toBe(FRAME_COUNT);
    });

    test('refuses a feed before it is open, and a second one', async () => {
      expect(() => source.feed()).toThrow(RangeError);
      await source.open(live);
      source.feed();
      expect(() => source.feed()).toThrow(RangeError);
    });

    test('does not open when it was called off before', async () => {
      await expect(source.open(AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    });

    test('does not open when it is called off meanwhile', async () => {
      const controller = new AbortController();
      const opening = source.open(controller.signal);
      controller.abort();
      await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
    });

    test('may be closed while it opens, and twice', async () => {
      const opening = source.open(live);
      await source.close();
      await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
      await source.close();
    });

    test('ends its feed when it is closed in the middle, and leaves no frame open', async () => {
      await source.open(live);
      let count = 0;
      for await (const { image } of framesOf(source.feed())) {
        image.close();
        count += 1;
        if (count === 2) await source.close();
        // One frame may have been on its way already.
        expect(count).toBeLessThanOrEqual(3);
      }
      expect(count).toBeGreaterThanOrEqual(2);
      await expect.poll(() => census.openCount()).toBe(0);
    });

    test('ends its feed when it is called off in the middle, and leaves no frame open', async () => {
      const controller = new AbortController();
      await source.open(controller.signal);
      let count = 0;
      const reading = (async () => {
        for await (const { image } of framesOf(source.feed())) {
          image.close();
          count += 1;
          if (count === 2) controller.abort();
        }
      })();
      await reading.catch((error: unknown) => {
        expect(error).toMatchObject({ name: 'AbortError' });
      });
      expect(count).toBeLessThanOrEqual(3);
      await expect.poll(() => census.openCount()).toBe(0);
    });

    test('leaves no frame open when its reader walks away', async () => {
      await source.open(live);
      for await (const { image } of framesOf(source.feed())) {
        image.close();
        break;
      }
      await source.close();
      await expect.poll(() => census.openCount()).toBe(0);
    });

    test('leaves no frame open when nobody ever reads its feed', async () => {
      await source.open(live);
      source.feed();
      await source.close();
      await expect.poll(() => census.openCount()).toBe(0);
    });
  });
}
