import { afterEach, describe, expect, it } from 'vitest';
import type { SessionReader } from '../../../src/contracts/session';
import { ReplayPlayer } from '../../../src/runtime/replay/replay-player';
import type { ShownPicture } from '../../../src/runtime/replay/shown-picture';
import { Thumbnails } from '../../../src/runtime/replay/thumbnails';
import { SessionSource } from '../../../src/sources/session-source';
import { readFrameCode } from '../../fixtures/scene/frame-code';
import { alteredSession } from '../../support/make-session';
import { watchFrames } from '../sources/frame-census';
import { describeSourceContract } from '../sources/source-contract';
import { makeNumberedSession, stallingTimesUs, type NumberedChoice } from './numbered-session';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** What was shown, with the number read from the picture while it was lent. */
interface Sight {
  readonly number: number | null;
  readonly picture: Omit<ShownPicture, 'image'>;
}

function play(reader: SessionReader) {
  const player = new ReplayPlayer({ reader, resultSet: 'live' });
  closers.push(() => player.close());
  const sights: Sight[] = [];
  player.onShow(({ image, ...picture }) => {
    sights.push({ number: image && readFrameCode(image), picture });
  });
  return { player, sights };
}

const COUNT = 240;
const timesUs = stallingTimesUs(COUNT);
const timeOf = (index: number): number => timesUs[index] ?? 0;

function makeReader(choice: Partial<NumberedChoice> = {}): Promise<SessionReader> {
  return makeNumberedSession({
    container: 'webm',
    timesUs,
    framesPerSegment: 60,
    keyFrameIntervalS: 1,
    ...choice,
  });
}

async function playToEnd(player: ReplayPlayer): Promise<void> {
  player.play();
  while (player.state.isPlaying) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    player.tick();
  }
  await expect.poll(() => player.state.isWaiting).toBe(false);
}

describe('replay of video', () => {
  it('shows the last picture at or before a time, also within half a millisecond of the next', async () => {
    const { player, sights } = play(await makeReader());
    const asked: readonly (readonly [timeUs: number, index: number])[] = [
      [timeOf(0) - 1e6, 0],
      [timeOf(77), 77],
      [timeOf(77) + 5000, 77],
      [timeOf(78) - 600, 77],
      [timeOf(150) - 1000, 149],
      [timeOf(239) + 1e6, 239],
    ];
    for (const [timeUs, index] of asked) {
      await player.seek(timeUs);
      expect(sights.at(-1)).toMatchObject({ number: index, picture: { timeUs: timeOf(index) } });
    }
  });

  it('shows key pictures while somebody drags, and the exact one of the last place', async () => {
    const { player, sights } = play(await makeReader());
    await player.seek(timeOf(0));
    sights.length = 0;
    let last: Promise<void> = Promise.resolve();
    for (let index = 10; index <= 200; index += 10) {
      last = player.seek(timeOf(index));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await last;
    expect(sights.at(-1)?.number).toBe(200);
    expect(sights.length).toBeLessThan(40);
    for (const { number, picture } of sights) expect(picture.timeUs).toBe(timeOf(number ?? -1));
  });

  it('holds the last boxes over pictures that were not analysed, and tells them from their own', async () => {
    const reader = await makeReader({ isAnalysed: (index) => index % 3 === 0 });
    const { player, sights } = play(reader);
    await player.seek(timeOf(30));
    for (let step = 0; step < 3; step += 1) await player.step(1);
    const told = sights.slice(-4).map(({ number, picture: { overlay } }) => ({
      number,
      exactUs: overlay.exact?.captureTimeUs ?? null,
      nearestUs: overlay.nearest?.captureTimeUs,
    }));
    expect(told).toEqual([
      { number: 30, exactUs: timeOf(30), nearestUs: timeOf(30) },
      { number: 31, exactUs: null, nearestUs: timeOf(30) },
      { number: 32, exactUs: null, nearestUs: timeOf(30) },
      { number: 33, exactUs: timeOf(33), nearestUs: timeOf(33) },
    ]);
  });

  it('holds no boxes longer than half a second', async () => {
    const reader = await makeReader({ isAnalysed: (index) => index < 30 });
    const { player, sights } = play(reader);
    await player.seek(timeOf(60));
    expect(sights.at(-1)).toMatchObject({ number: 60, picture: { overlay: { nearest: null } } });
  });

  it('says which segment is damaged and plays on behind it', async () => {
    const made = await makeReader();
    const torn = made.segments[1];
    const gone = made.segments[2];
    const reader = alteredSession(made, {
      part: async (name) => {
        if (name === gone?.part) throw new Error('no such file');
        const blob = await made.part(name);
        if (name !== torn?.part) return blob;
        const bytes = new Uint8Array(await blob.arrayBuffer());
        // The first third stays; what follows is noise, container and pictures alike.
        for (let at = Math.floor(bytes.length / 3); at < bytes.length; at += 1) {
          bytes[at] = (at * 2_654_435_761) >>> 24;
        }
        return new Blob([bytes]);
      },
    });
    const { player, sights } = play(reader);
    await player.seek(timeOf(0));
    player.setSpeed(4);
    await playToEnd(player);
    const numbers = sights.flatMap(({ number }) => (number === null ? [] : [number]));
    expect(numbers.at(-1)).toBe(239);
    expect(numbers.some((number) => number > 30 && number < 60)).toBe(true);
    expect(numbers.some((number) => number >= 180)).toBe(true);
    const codes = player.state.damages.map(({ startUs, error }) => [startUs, error.code]);
    expect(codes).toContainEqual([gone?.startUs, 'SESSION_DAMAGED']);
    expect(sights.some(({ picture }) => picture.missing === 'damaged')).toBe(true);
    // What was shown was right all the same.
    for (const { number, picture } of sights) {
      if (number !== null) expect(picture.timeUs).toBe(timeOf(number));
    }
  });

  it('shows results where the video ends early, and says that there is no video', async () => {
    const made = await makeReader();
    const reader = alteredSession(made, { segments: made.segments.slice(0, 2) });
    const { player, sights } = play(reader);
    await player.seek(timeOf(200));
    expect(sights.at(-1)).toMatchObject({
      number: null,
      picture: { missing: 'not-recorded', timeUs: timeOf(200) },
    });
    await player.step(1);
    expect(sights.at(-1)?.picture.timeUs).toBe(timeOf(201));
    expect(sights.at(-1)?.picture.overlay.exact?.captureTimeUs).toBe(timeOf(201));
  });

  it('is not late at eight times the speed with a decoder that makes 60 pictures a second', async () => {
    const { VideoDecoder: Decoder } = globalThis;
    globalThis.VideoDecoder = slowed(Decoder, 1000 / 60);
    closers.push(() => {
      globalThis.VideoDecoder = Decoder;
    });
    const times = stallingTimesUs(900);
    const { player, sights } = play(await makeReader({ timesUs: times }));
    await player.seek(0);
    player.setSpeed(8);
    const lateUs: number[] = [];
    player.onShow(({ timeUs }) => lateUs.push(player.positionUs - timeUs));
    const spanUs = (times.at(-1) ?? 0) - timeOf(0);
    const startMs = performance.now();
    await playToEnd(player);
    // 8 times 30 pictures a second are four times what it decodes: it would need four times as long.
    expect(performance.now() - startMs).toBeLessThan((spanUs / 8000) * 1.5 + 1500);
    expect(sights.at(-1)?.number).toBe(899);
    // A quarter of a second late is two seconds of the recording; the stalls in it last up to one more.
    expect(Math.max(...lateUs)).toBeLessThan(3.5e6);
    // Key pictures are a second apart: nearly each second of the recording shows something.
    expect(sights.length).toBeGreaterThan(30);
  });

  it('closes every picture it decoded', async () => {
    const reader = await makeReader();
    const census = watchFrames();
    const { player } = play(reader);
    const thumbnails = new Thumbnails(reader, 0, 48);
    for (let round = 0; round < 12; round += 1) {
      void player.seek(timeOf((round * 53) % COUNT));
      await player.step(round % 2 === 0 ? -1 : 1);
      await thumbnails.at(timeOf((round * 31) % COUNT), new AbortController().signal);
    }
    player.play();
    for (let frame = 0; frame < 30; frame += 1) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      player.tick();
    }
    // What is held while it plays: waiting pictures, and what the decoder has ready.
    expect(census.openCount()).toBeLessThan(30);
    player.close();
    thumbnails.close();
    await expect.poll(() => census.openCount()).toBe(0);
    expect(census.seenCount).toBeGreaterThan(100);
    census.stop();
  });
});

// Five segments, so that it has more than one to open and to end in.
describeSourceContract('a stored session', async () => {
  const session = await makeReader({ framesPerSegment: 48 });
  return new SessionSource({ session });
});

describe('session source', () => {
  it('gives every picture once, with the capture time it was analysed at', async () => {
    const source = new SessionSource({ session: await makeReader() });
    const info = await source.open(new AbortController().signal);
    expect(info).toMatchObject({ pace: 'offline', widthPx: 320, heightPx: 180 });
    const feed = source.feed();
    if (feed.type !== 'pull') throw new Error('Expected a pulled feed');
    const given: (readonly [number | null, number])[] = [];
    for await (const { image, captureTimeUs } of feed.frames()) {
      given.push([readFrameCode(image), captureTimeUs]);
      image.close();
    }
    await source.close();
    expect(given).toEqual(timesUs.map((timeUs, index) => [index, timeUs]));
  });

  it('leaves out what was not analysed when asked to', async () => {
    const session = await makeReader({ isAnalysed: (index) => index % 4 === 0 });
    const source = new SessionSource({ session, isAnalysedOnly: true });
    await source.open(new AbortController().signal);
    const feed = source.feed();
    if (feed.type !== 'pull') throw new Error('Expected a pulled feed');
    const given: number[] = [];
    for await (const { image, captureTimeUs } of feed.frames()) {
      given.push(captureTimeUs);
      image.close();
    }
    expect(given).toEqual(timesUs.filter((_, index) => index % 4 === 0));
  });

  it('refuses a session without video', async () => {
    const made = await makeReader();
    const opening = (session: SessionReader) =>
      new SessionSource({ session }).open(new AbortController().signal);
    const empty = alteredSession(made, { segments: [] });
    await expect(opening(empty)).rejects.toMatchObject({ code: 'VIDEO_NO_PICTURE' });
  });

  it('ends and frees its pictures when it is closed in the middle', async () => {
    const session = await makeReader();
    const census = watchFrames();
    const source = new SessionSource({ session });
    await source.open(new AbortController().signal);
    const feed = source.feed();
    if (feed.type !== 'pull') throw new Error('Expected a pulled feed');
    let count = 0;
    for await (const { image } of feed.frames()) {
      image.close();
      count += 1;
      if (count === 10) await source.close();
    }
    expect(count).toBeLessThan(20);
    await expect.poll(() => census.openCount()).toBe(0);
    census.stop();
  });
});

/** A decoder that gives its pictures out no faster than one each so many milliseconds. */
function slowed(Decoder: typeof VideoDecoder, eachMs: number): typeof VideoDecoder {
  return new Proxy(Decoder, {
    construct: (target, [init]: [VideoDecoderInit]) => {
      const waiting: VideoFrame[] = [];
      let isFlushing = false;
      let resolveFlush = (): void => undefined;
      const timer = setInterval(() => {
        const frame = waiting.shift();
        if (frame) init.output(frame);
        else if (isFlushing) resolveFlush();
      }, eachMs);
      const decoder = new target({ ...init, output: (frame) => waiting.push(frame) });
      const close = decoder.close.bind(decoder);
      const flush = decoder.flush.bind(decoder);
      Object.defineProperty(decoder, 'decodeQueueSize', { get: () => waiting.length + 4 });
      decoder.flush = async () => {
        await flush();
        isFlushing = true;
        if (waiting.length > 0) {
          await new Promise<void>((resolve) => {
            resolveFlush = resolve;
          });
        }
      };
      decoder.close = () => {
        clearInterval(timer);
        for (const frame of waiting.splice(0)) frame.close();
        resolveFlush();
        close();
      };
      return decoder;
    },
  });
}
