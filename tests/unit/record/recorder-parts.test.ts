import { describe, expect, it } from 'vitest';
import { ByteRate } from '../../../src/sinks/record/byte-rate';
import type { EncodedPicture, EncodedStream } from '../../../src/sinks/record/encoded-picture';
import { chooseEncoder, evenSize } from '../../../src/sinks/record/encoder-choice';
import { FrameQueue } from '../../../src/sinks/record/frame-queue';
import { PictureRing } from '../../../src/sinks/record/picture-ring';
import { SEGMENT_US, Segmenter } from '../../../src/sinks/record/segmenter';
import { TrackNumbers } from '../../../src/sinks/record/track-numbers';
import { WriteQueue } from '../../../src/sinks/record/write-queue';

function stream(codec = 'avc1.42001f'): EncodedStream {
  const config = { codec, width: 640, height: 360 };
  return { choice: { container: 'mp4', config }, decoderConfig: { codec } };
}

const STREAM = stream();

function picture(captureTimeUs: number, isKey: boolean, of = STREAM): EncodedPicture {
  return { stream: of, captureTimeUs, isKey, data: new Uint8Array(10) };
}

const times = (pictures: readonly EncodedPicture[] | null): readonly number[] | null =>
  pictures && pictures.map(({ captureTimeUs }) => captureTimeUs);

describe('FrameQueue', () => {
  interface Frame {
    readonly id: number;
    readonly isAnalysed: boolean;
  }

  function filled(pace: 'live' | 'offline', analysed: readonly number[], count: number) {
    const dropped: number[] = [];
    const queue = new FrameQueue<Frame>(pace, ({ id }) => dropped.push(id));
    for (let id = 0; id < count; id += 1) queue.put({ id, isAnalysed: analysed.includes(id) });
    const left: number[] = [];
    for (let frame = queue.take(); frame; frame = queue.take()) left.push(frame.id);
    return { dropped, left };
  }

  it('gives frames up that nobody analysed once more than four wait, the oldest first', () => {
    expect(filled('live', [1, 4], 8)).toEqual({ dropped: [0, 2, 3, 5], left: [1, 4, 6, 7] });
  });

  it('keeps eight analysed frames before it gives one of those up', () => {
    const all = Array.from({ length: 10 }, (_, id) => id);
    expect(filled('live', all, 8).dropped).toEqual([]);
    expect(filled('live', all, 10)).toEqual({ dropped: [0, 1], left: all.slice(2) });
  });

  it('drops nothing of a source that waits', () => {
    expect(filled('offline', [], 12).dropped).toEqual([]);
  });
});

describe('PictureRing', () => {
  it('keeps the last seconds from a key picture on', () => {
    const ring = new PictureRing(2_000_000);
    for (let index = 0; index < 60; index += 1)
      ring.add(picture(index * 100_000, index % 10 === 0));
    const kept = ring.takeAll();
    // The newest is at 5.9 s: the last key picture at or before 3.9 s is at 3 s.
    expect(kept[0]).toMatchObject({ isKey: true, captureTimeUs: 3_000_000 });
    expect(kept.at(-1)?.captureTimeUs).toBe(5_900_000);
    expect(ring.takeAll()).toEqual([]);
  });

  it('holds no more than one key interval beyond its length, however long it runs', () => {
    const ring = new PictureRing(2_000_000);
    let most = 0;
    for (let index = 0; index < 1000; index += 1) {
      ring.add(picture(index * 100_000, index % 10 === 0));
      most = Math.max(most, ring.byteCount);
    }
    expect(most).toBeLessThanOrEqual(10 * 40);
  });
});

describe('Segmenter', () => {
  it('ends a segment at the first key picture after its length', () => {
    const segmenter = new Segmenter();
    const complete: (readonly number[])[] = [];
    for (let index = 0; index <= 100; index += 1) {
      const done = times(segmenter.add(picture(index * 100_000, index % 15 === 0)));
      if (done) complete.push(done);
    }
    // Keys come every 1.5 s: the first at or after 4 s is at 4.5 s.
    expect(complete.map((all) => [all[0], all.at(-1)])).toEqual([
      [0, 4_400_000],
      [4_500_000, 8_900_000],
    ]);
    expect(times(segmenter.take())?.[0]).toBe(9_000_000);
    expect(segmenter.take()).toBeNull();
    expect(SEGMENT_US).toBe(4_000_000);
  });

  it('ends a segment where another stream begins, as after a phone was turned', () => {
    const segmenter = new Segmenter();
    const turned = stream();
    segmenter.add(picture(0, true));
    segmenter.add(picture(100_000, false));
    expect(times(segmenter.add(picture(200_000, true, turned)))).toEqual([0, 100_000]);
    expect(() => segmenter.add(picture(300_000, false, stream()))).toThrow(
      'Expected a key picture',
    );
  });
});

describe('chooseEncoder', () => {
  const HD = { widthPx: 1280, heightPx: 720 };

  it('takes H.264 first, at the lowest level the size and rate fit', async () => {
    const { container, config } = await chooseEncoder(HD, 30, () => Promise.resolve(true));
    expect(container).toBe('mp4');
    expect(config).toMatchObject({
      codec: 'avc1.64001f',
      width: 1280,
      height: 720,
      bitrate: 2_764_800,
      framerate: 30,
      latencyMode: 'realtime',
    });
    const full = { widthPx: 1920, heightPx: 1080 };
    const at = async (rate: number | null) =>
      (await chooseEncoder(full, rate, () => Promise.resolve(true))).config.codec;
    expect(await at(null)).toBe('avc1.640028');
    expect(await at(60)).toBe('avc1.64002a');
  });

  it('goes down to baseline, then to VP9 in WebM, and says when there is neither', async () => {
    const only = (prefix: string) => (config: VideoEncoderConfig) =>
      Promise.resolve(config.codec.startsWith(prefix));
    expect((await chooseEncoder(HD, 30, only('avc1.42'))).config.codec).toBe('avc1.42e01f');
    const vp9 = await chooseEncoder(HD, 30, only('vp09'));
    expect([vp9.container, vp9.config.codec]).toEqual(['webm', 'vp09.00.31.08']);
    await expect(chooseEncoder(HD, 30, only('none'))).rejects.toMatchObject({
      code: 'ENCODER_UNSUPPORTED',
    });
  });

  it('keeps the bitrate of very small and very large pictures within reason', async () => {
    const bitrate = async (widthPx: number, heightPx: number) =>
      (await chooseEncoder({ widthPx, heightPx }, 30, () => Promise.resolve(true))).config.bitrate;
    expect(await bitrate(160, 90)).toBe(400_000);
    expect(await bitrate(3840, 2160)).toBe(20_000_000);
  });

  it('makes sides even by leaving the last column or row out', () => {
    expect(evenSize({ widthPx: 641, heightPx: 360 })).toEqual({ widthPx: 640, heightPx: 360 });
  });
});

describe('TrackNumbers', () => {
  it('keeps tracks of another epoch apart, and tells the same number again', () => {
    const numbers = new TrackNumbers();
    expect([numbers.of(1, 1), numbers.of(1, 7)]).toEqual([1, 7]);
    expect([numbers.of(2, 1), numbers.of(2, 2)]).toEqual([8, 9]);
    expect(numbers.of(1, 7)).toBe(7);
    expect(numbers.of(2, 2)).toBe(9);
  });
});

describe('ByteRate', () => {
  it('is the mean of the last half minute', () => {
    const rate = new ByteRate();
    expect(rate.bytesPerS).toBe(0);
    for (let second = 0; second <= 60; second += 1) {
      rate.note(second * 1000, second < 30 ? second * 1000 : 30_000 + (second - 30) * 5000);
    }
    expect(rate.bytesPerS).toBe(5000);
  });
});

describe('WriteQueue', () => {
  it('writes one after the other, and nothing after a failure, which is told once', async () => {
    const failures: unknown[] = [];
    const done: number[] = [];
    const queue = new WriteQueue((error) => failures.push(error));
    const write = (id: number) => async () => {
      await Promise.resolve();
      if (id === 2) throw new Error('full');
      done.push(id);
    };
    for (const id of [1, 2, 3]) queue.add(10, write(id));
    await queue.settle();
    queue.add(10, write(4));
    await queue.settle();
    expect(done).toEqual([1]);
    expect(failures).toEqual([new Error('full')]);
  });

  it('lets wait who would fill the memory', async () => {
    const queue = new WriteQueue(() => undefined);
    let finish = (): void => undefined;
    queue.add(100, () => new Promise<void>((resolve) => (finish = resolve)));
    let isBelow = false;
    const waiting = queue.whenBelow(50).then(() => (isBelow = true));
    await Promise.resolve();
    expect(isBelow).toBe(false);
    finish();
    await waiting;
    expect(isBelow).toBe(true);
  });
});
