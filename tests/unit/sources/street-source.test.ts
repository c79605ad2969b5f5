import { beforeEach, describe, expect, it } from 'vitest';
import type {
  FrameTruth,
  StreetChoice,
  StreetFrame,
  StreetFrameRequest,
  StreetReady,
} from '../../../src/contracts/street';
import { AppError } from '../../../src/core/app-error';
import type { StreetClock } from '../../../src/sources/street-clock';
import type { StreetDrawer } from '../../../src/sources/street-session';
import { createStreetSource } from '../../../src/sources/street-source';
import { FakePictures, takeFrames } from './fake-cameras';

const CAMERAS = ['near', 'far'].map((cameraId) => ({
  cameraId,
  label: `The ${cameraId} one`,
  widthPx: 640,
  heightPx: 360,
}));

/** Draws nothing; each picture takes the clock `drawMs` further. */
class FakeDrawer implements StreetDrawer {
  readonly requests: StreetFrameRequest[] = [];
  readonly pictures = new FakePictures();
  openCount = 0;
  closeCount = 0;
  openError: Error | null = null;
  frameError: Error | null = null;
  drawMs = 0;
  /** While set, `open` and `frame` wait for it. */
  gate: Promise<void> = Promise.resolve();
  #underWayCount = 0;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  async open(): Promise<StreetReady> {
    this.openCount += 1;
    await this.gate;
    if (this.openError) throw this.openError;
    return { cameras: CAMERAS, quality: 'plain', rendererName: 'fake' };
  }

  async frame(request: StreetFrameRequest): Promise<StreetFrame> {
    this.#underWayCount += 1;
    expect(this.#underWayCount).toBe(1);
    this.requests.push(request);
    await this.gate;
    this.#clock.passMs(this.drawMs);
    this.#underWayCount -= 1;
    if (this.frameError) throw this.frameError;
    const { cameraId, captureTimeUs, sceneTimeUs, wantsTruth } = request;
    const frameIndex = this.requests.filter((other) => other.cameraId === cameraId).length - 1;
    const truth: FrameTruth | null = wantsTruth
      ? { cameraId, frameIndex, captureTimeUs, sceneTimeUs, vehicles: [], events: [] }
      : null;
    return { image: this.pictures.make(), truth, renderMs: this.drawMs };
  }

  close(): void {
    this.closeCount += 1;
  }
}

/** Stands still until somebody waits, draws, or lets time pass. */
class FakeClock implements StreetClock {
  readonly waitsMs: number[] = [];
  #nowMs = 1_000_000;

  nowMs(): number {
    return this.#nowMs;
  }

  passMs(ms: number): void {
    this.#nowMs += ms;
  }

  wait(ms: number): Promise<void> {
    this.waitsMs.push(ms);
    this.passMs(ms);
    return Promise.resolve();
  }
}

let clock: FakeClock;
let drawer: FakeDrawer;
let signal: AbortSignal;

beforeEach(() => {
  clock = new FakeClock();
  signal = new AbortController().signal;
  drawer = new FakeDrawer(clock);
});

function choose(change: Partial<StreetChoice>): StreetChoice {
  return {
    seed: 7,
    weather: 'sun',
    pace: 'offline',
    framesPerSecond: 10,
    durationUs: 300_000,
    ...change,
  };
}

describe('the Demo street, stepped', () => {
  it('says what it is', async () => {
    const info = await createStreetSource(choose({}), drawer, undefined, clock).open(signal);
    expect(info).toMatchObject({
      kind: 'street',
      pace: 'offline',
      label: 'Demo street',
      cameraId: 'near',
      cameras: CAMERAS,
      framesPerSecond: 10,
      durationUs: 300_000,
      timeBase: 'media',
      codec: null,
    });
    expect(drawer.openCount).toBe(1);
  });

  it('draws every picture of both cameras in order of time until its end', async () => {
    const source = createStreetSource(choose({}), drawer, undefined, clock);
    await source.open(signal);
    expect(await takeFrames(source.feed())).toEqual([
      ['near', 0],
      ['far', 50_000],
      ['near', 100_000],
      ['far', 150_000],
      ['near', 200_000],
      ['far', 250_000],
    ]);
    const sceneTimes = drawer.requests.map(({ sceneTimeUs }) => sceneTimeUs);
    expect(sceneTimes).toEqual([0, 50_000, 100_000, 150_000, 200_000, 250_000]);
    expect(source.droppedCount).toBe(0);
    expect(clock.waitsMs).toEqual([]);
  });

  it('measures truth only for someone who listens, and tells each before its picture', async () => {
    const silent = createStreetSource(choose({}), drawer, undefined, clock);
    await silent.open(signal);
    await takeFrames(silent.feed());
    expect(drawer.requests.some(({ wantsTruth }) => wantsTruth)).toBe(false);

    const truths: FrameTruth[] = [];
    const told = createStreetSource(
      choose({}),
      new FakeDrawer(clock),
      (truth) => truths.push(truth),
      clock,
    );
    await told.open(signal);
    const taken = await takeFrames(told.feed());
    expect(truths.map(({ cameraId, captureTimeUs }) => [cameraId, captureTimeUs])).toEqual(taken);
  });

  it('fails as its drawer fails', async () => {
    const source = createStreetSource(choose({}), drawer, undefined, clock);
    await source.open(signal);
    drawer.frameError = new AppError('STREET_UNAVAILABLE', 'the context was lost');
    await expect(takeFrames(source.feed())).rejects.toMatchObject({ code: 'STREET_UNAVAILABLE' });
  });

  it('does not pass a drawer that is gone off as a worker of the run', async () => {
    const gone = new AppError('WORKER_GONE', 'did not answer within 20 s');
    const unavailable = {
      code: 'STREET_UNAVAILABLE',
      message: expect.stringContaining('did not answer within 20 s') as string,
      cause: gone,
    };
    drawer.openError = gone;
    const unopened = createStreetSource(choose({}), drawer, undefined, clock);
    await expect(unopened.open(signal)).rejects.toMatchObject(unavailable);

    drawer = new FakeDrawer(clock);
    const source = createStreetSource(choose({}), drawer, undefined, clock);
    await source.open(signal);
    drawer.frameError = gone;
    await expect(takeFrames(source.feed())).rejects.toMatchObject(unavailable);
  });

  it('ends its drawer once, however often it is closed', async () => {
    const source = createStreetSource(choose({}), drawer, undefined, clock);
    await source.open(signal);
    await source.close();
    await source.close();
    expect(drawer.closeCount).toBe(1);
  });

  it('does not wait for a drawer that is still building when it is closed', async () => {
    drawer.gate = new Promise(() => undefined);
    const source = createStreetSource(choose({}), drawer, undefined, clock);
    const opening = source.open(signal);
    await source.close();
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
    expect(drawer.closeCount).toBe(1);
  });

  it('closes a picture that comes after it was closed, and swallows the failure of one that does not', async () => {
    for (const frameError of [null, new AppError('WORKER_GONE', 'ended')]) {
      drawer = new FakeDrawer(clock);
      const source = createStreetSource(choose({}), drawer, undefined, clock);
      await source.open(signal);
      let openGate = (): void => undefined;
      drawer.gate = new Promise((resolve) => (openGate = resolve));
      const taking = takeFrames(source.feed());
      await expect.poll(() => drawer.requests.length).toBe(1);
      await source.close();
      drawer.frameError = frameError;
      openGate();
      expect(await taking).toEqual([]);
      expect(drawer.pictures.openCount).toBe(0);
    }
  });
});

describe('the Demo street, live', () => {
  const live = choose({ pace: 'live', durationUs: 0 });

  it('has no length, and times of day', async () => {
    const info = await createStreetSource(live, drawer, undefined, clock).open(signal);
    expect(info).toMatchObject({ pace: 'live', durationUs: null, timeBase: 'wall' });
    expect(info.originUnixMs).toBe(1_000_000);
  });

  it('waits for each picture where drawing is fast, and drops none', async () => {
    drawer.drawMs = 5;
    const source = createStreetSource(live, drawer, undefined, clock);
    await source.open(signal);
    expect(await takeFrames(source.feed(), 5)).toEqual([
      ['near', 0],
      ['far', 50_000],
      ['near', 100_000],
      ['far', 150_000],
      ['near', 200_000],
    ]);
    expect(clock.waitsMs).toEqual([45, 45, 45, 45]);
    expect(source.droppedCount).toBe(0);
  });

  it('draws the newest picture and counts the others where drawing is slow', async () => {
    drawer.drawMs = 180;
    const source = createStreetSource(live, drawer, undefined, clock);
    await source.open(signal);
    // Asked at 0, 180, 360, 540 ms.
    expect(await takeFrames(source.feed(), 4)).toEqual([
      ['near', 0],
      ['far', 150_000],
      ['near', 300_000],
      ['far', 450_000],
    ]);
    // Of the near one 100 and 200 ms, of the far one 250 and 350 ms; what came before a camera's first is nobody's.
    expect(source.droppedCount).toBe(4);
  });

  it('never goes back in time, also where the other camera has just drawn a newer picture', async () => {
    const source = createStreetSource(live, drawer, undefined, clock);
    await source.open(signal);
    const feed = source.feed();
    if (feed.type !== 'pull') throw new TypeError('Expected a pulled feed');
    const times: number[] = [];
    for await (const { image, captureTimeUs } of feed.frames()) {
      image.close();
      times.push(captureTimeUs);
      // Asked long after: both cameras have an old picture waiting.
      if (times.length === 2) clock.passMs(555);
      if (times.length === 6) break;
    }
    // At 605 ms the near one's newest is of 600 ms, the far one's of 550 ms.
    expect(times).toEqual([0, 50_000, 600_000, 650_000, 700_000, 750_000]);
    const sceneTimes = drawer.requests.map(({ sceneTimeUs }) => sceneTimeUs);
    expect(sceneTimes).toEqual([...sceneTimes].sort((a, b) => a - b));
  });

  /** Live pictures, with a pause of a minute after the second one. */
  async function drawAroundPause(): Promise<{ droppedCount: number }> {
    const source = createStreetSource(live, drawer, undefined, clock);
    await source.open(signal);
    const feed = source.feed();
    if (feed.type !== 'pull') throw new TypeError('Expected a pulled feed');
    let count = 0;
    for await (const { image } of feed.frames()) {
      image.close();
      count += 1;
      if (count === 2) clock.passMs(60_000);
      if (count === 6) break;
    }
    return source;
  }

  it('stands still during a pause instead of jumping', async () => {
    const source = await drawAroundPause();
    // At 150 ms of a clock without the pause both cameras have a picture waiting.
    const times = drawer.requests.map(({ captureTimeUs }) => captureTimeUs);
    expect(times).toEqual([0, 50_000, 100_000, 150_000, 200_000, 250_000]);
    expect(drawer.requests.map(({ sceneTimeUs }) => sceneTimeUs)).toEqual(times);
    expect(source.droppedCount).toBe(0);
  });

  it('keeps the time that drawing takes, also around a pause', async () => {
    drawer.drawMs = 400;
    await drawAroundPause();
    // Done at 400, 800, after the pause at 1300, 1700, 2100, 2500 ms.
    expect(drawer.requests.map(({ captureTimeUs }) => captureTimeUs)).toEqual([
      0, 350_000, 900_000, 1_250_000, 1_700_000, 2_050_000,
    ]);
  });

  it('takes a timer that fires a minute late, as in a hidden tab, for a pause', async () => {
    let lateMs = 60_000;
    const sleepy: StreetClock = {
      nowMs: () => clock.nowMs(),
      wait: (ms) => {
        clock.passMs(ms + lateMs);
        lateMs = 0;
        return Promise.resolve();
      },
    };
    const source = createStreetSource(live, drawer, undefined, sleepy);
    await source.open(signal);
    const times = (await takeFrames(source.feed(), 4)).map(([, timeUs]) => timeUs);
    expect(times).toEqual([0, 50_000, 100_000, 150_000]);
    expect(source.droppedCount).toBe(0);
  });

  it('goes by the wall clock where each analysis takes most of a second', async () => {
    const source = createStreetSource(live, drawer, undefined, clock);
    await source.open(signal);
    const feed = source.feed();
    if (feed.type !== 'pull') throw new TypeError('Expected a pulled feed');
    const times: number[] = [];
    for await (const { image, captureTimeUs } of feed.frames()) {
      image.close();
      times.push(captureTimeUs);
      clock.passMs(900);
      if (times.length === 4) break;
    }
    expect(times).toEqual([0, 850_000, 1_800_000, 2_650_000]);
  });

  it('begins its street at the beginning, however long the models took to load', async () => {
    const source = createStreetSource(live, drawer, undefined, clock);
    await source.open(signal);
    clock.passMs(5_000);
    await takeFrames(source.feed(), 1);
    expect(drawer.requests[0]).toMatchObject({ captureTimeUs: 5_000_000, sceneTimeUs: 0 });
    expect(source.droppedCount).toBe(0);
  });

  it('ends a wait when it is closed', async () => {
    let hasWaited = false;
    const waiting: StreetClock = {
      nowMs: () => clock.nowMs(),
      wait: (_ms, stop) =>
        new Promise((resolve) => {
          hasWaited = true;
          stop.addEventListener('abort', () => resolve(), { once: true });
        }),
    };
    const source = createStreetSource(live, drawer, undefined, waiting);
    await source.open(signal);
    const taking = takeFrames(source.feed());
    await expect.poll(() => hasWaited).toBe(true);
    await source.close();
    expect(await taking).toEqual([['near', 0]]);
  });
});
