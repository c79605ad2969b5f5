import { transfer } from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import type { RecorderApi } from '../../../src/contracts/recording';
import type { PrivacyMask } from '../../../src/contracts/session';
import type { FrameResult, PerceptionConfig } from '../../../src/contracts/worker-api';
import { WorkerHost } from '../../../src/runtime/worker-host';
import { PerceptionStage } from '../../../src/stages/perception/perception-stage';
import { SessionPlace } from '../../../src/storage/session-place';
import { openSession } from '../../../src/storage/session-reader';
import {
  FRAME_US,
  liveRun,
  LOWER_HALF,
  NumberedPictures,
  numberedResult,
  NumberReader,
  numbersByTime,
  packetTypes,
  picturesOf,
  recordingConfig,
  recordingOptions,
  seededRandom,
} from './numbered-run';

const hosts: WorkerHost<RecorderApi>[] = [];
const place = new SessionPlace();

function recorderWorker(): WorkerHost<RecorderApi> {
  const url = new URL('../../../workers/recording.worker.ts', import.meta.url);
  const host = new WorkerHost<RecorderApi>(new Worker(url, { type: 'module' }), 'recording');
  hosts.push(host);
  return host;
}

afterEach(async () => {
  for (const host of hosts.splice(0)) host.terminate();
  const root = await navigator.storage.getDirectory();
  await root.removeEntry('sessions', { recursive: true }).catch(() => undefined); // there may be none
});

/** A live stream whose frames come one every few milliseconds, a thirtieth of a second apart by their own clock. */
function stream(count: number, pictures = new NumberedPictures()): ReadableStream<VideoFrame> {
  let number = 0;
  return new ReadableStream<VideoFrame>({
    pull: async (controller) => {
      await new Promise((resolve) => setTimeout(resolve, 6));
      if (number === count) return controller.close();
      controller.enqueue(pictures.frame(number, Math.round(number * FRAME_US)));
      number += 1;
    },
  });
}

/** Perception here, recorder in its worker: every so often analysis stalls for many frames. */
async function recordLive(
  host: WorkerHost<RecorderApi>,
  frameCount: number,
  onResult: (result: FrameResult) => void = () => undefined,
  masks: readonly PrivacyMask[] = [],
) {
  const random = seededRandom(20_260_401);
  const stallMs = () => (random() < 0.05 ? 300 : random() * 30);
  const detector = new NumberReader(stallMs);
  const stage = new PerceptionStage(() => Promise.resolve({ detector, threadCount: 1 }), 100);
  await stage.configure({
    manifest: { id: 'none', sha256: '' },
    options: { scoreThreshold: 0.3, classes: ['car'], isEmbeddingEnabled: false },
  } as unknown as PerceptionConfig); // the detector needs nothing else of it
  const { port1, port2 } = new MessageChannel();
  await host.call((remote) => remote.connectFrames(transfer(port1, [port1])));
  stage.setMasks(masks);
  stage.connectRecorder({ port: port2, isEveryFrameSent: true });
  stage.startRun(liveRun());
  const told: Promise<void>[] = [];
  await stage.analyzeStream(stream(frameCount), (result) => {
    const numbered = numberedResult(result);
    onResult(numbered);
    told.push(host.call((remote) => remote.addResult(numbered)));
  });
  await Promise.all(told);
  const { droppedCount } = stage.ledger();
  stage.connectRecorder(null);
  return { stalledCount: droppedCount };
}

describe('the recording worker', () => {
  it('stores every picture under the very time of its results, through stalls and over several segments', async () => {
    const host = recorderWorker();
    const id = await host.call((remote) => remote.begin(recordingConfig()));
    const { stalledCount } = await recordLive(host, 300);
    const header = await host.call((remote) => remote.finish());
    expect(stalledCount).toBeGreaterThan(30);

    expect(header).toMatchObject({ id, state: 'complete', kind: 'video', endedBecause: null });
    const session = await openSession(place, id);
    expect(session!.segments.length).toBeGreaterThanOrEqual(2);
    const numbers = await numbersByTime(session!);
    const pictures = await picturesOf(session!);
    expect(pictures).toHaveLength(header.videoFrameCount);
    const times = [...numbers.keys()];
    let checkedCount = 0;
    for (const { timeUs, number } of pictures) {
      const nearest = times.reduce((a, b) => (Math.abs(b - timeUs) < Math.abs(a - timeUs) ? b : a));
      // Pictures that nobody analysed have no results; those that have are at most half a millisecond away.
      if (Math.abs(nearest - timeUs) > 500) continue;
      expect(number).toBe(numbers.get(nearest));
      checkedCount += 1;
    }
    expect(checkedCount).toBe(numbers.size - header.droppedAnalysedCount);
    expect(checkedCount).toBeGreaterThan(50);
    expect(pictures.length + header.droppedAnalysedCount + header.droppedOtherCount).toBe(300);
    for (const segment of session!.segments) {
      const types = await packetTypes(await session!.part(segment.part));
      expect(types[0]).toBe('key');
      expect(types).toHaveLength(segment.frameCount);
    }
  });

  it('has nothing of what a privacy mask hides, in pictures with and without results', async () => {
    const host = recorderWorker();
    const id = await host.call((remote) => remote.begin(recordingConfig()));
    const { stalledCount } = await recordLive(host, 60, undefined, [LOWER_HALF]);
    const header = await host.call((remote) => remote.finish());
    expect(stalledCount).toBeGreaterThan(0);
    const pictures = await picturesOf((await openSession(place, id))!);
    expect(pictures).toHaveLength(header.videoFrameCount);
    // Lossy coding leaves a shade; unmasked, it is 80 at least.
    expect(Math.max(...pictures.map(({ lowerBrightness }) => lowerBrightness))).toBeLessThan(8);
    expect(pictures.every(({ number }) => number !== null)).toBe(true);
  });

  it('leaves what it had committed readable when it is killed', async () => {
    const host = recorderWorker();
    const id = await host.call((remote) => remote.begin(recordingConfig()));
    let lastUs = 0;
    await recordLive(host, 300, ({ meta }) => {
      lastUs = meta.captureTimeUs;
    });
    // Long enough for a block of results, and the first two segments of four seconds.
    await expect
      .poll(
        async () => (await openSession(place, id).catch(() => null))?.header.state ?? 'in use',
        {
          timeout: 5_000,
        },
      )
      .toBe('in use');
    host.terminate();
    await expect
      .poll(async () => (await openSession(place, id).catch(() => null))?.header.state)
      .toBe('interrupted');
    const session = await openSession(place, id);
    expect(session!.segments.length).toBeGreaterThanOrEqual(1);
    const pictures = await picturesOf(session!);
    expect(pictures.length).toBe(session!.segments.reduce((sum, one) => sum + one.frameCount, 0));
    expect(pictures.every(({ number }) => number !== null)).toBe(true);
    // All but the segment under way: four seconds and the frames inside the encoder.
    expect(lastUs - session!.segments.at(-1)!.endUs).toBeLessThan(5_000_000);
  });

  it('begins with the seconds before, when it was armed', async () => {
    const host = recorderWorker();
    const config = recordingConfig({ options: recordingOptions({ preRollS: 3 }) });
    await host.call((remote) => remote.arm(config));
    const begun: Promise<string>[] = [];
    let pressedUs = 0;
    const toldUs: number[] = [];
    await recordLive(host, 240, ({ meta }) => {
      if (begun.length === 0) toldUs.push(meta.captureTimeUs);
      if (begun.length > 0 || meta.captureTimeUs < 5_000_000) return;
      pressedUs = meta.captureTimeUs;
      begun.push(host.call((remote) => remote.begin(config)));
    });
    const id = (await begun[0]) ?? '';
    await host.call((remote) => remote.finish());
    const session = await openSession(place, id);
    const pictures = await picturesOf(session!);
    const beforeS = (pressedUs - pictures[0]!.timeUs) / 1e6;
    // What is under way when it is pressed is half a second on a quiet machine, more on a busy one; key pictures come every second.
    expect(beforeS).toBeGreaterThan(1);
    expect(beforeS).toBeLessThan(4.2);
    expect(pictures.every(({ number }) => number !== null)).toBe(true);
    const kept = await numbersByTime(session!);
    const expected = toldUs.filter((timeUs) => timeUs >= pressedUs - 2_900_000);
    expect(expected.length).toBeGreaterThan(0);
    expect(expected.filter((timeUs) => !kept.has(timeUs))).toEqual([]);
    // Three seconds before the last result that had arrived, which on a busy machine is not the newest.
    expect(Math.min(...kept.keys())).toBeGreaterThanOrEqual(pressedUs - 4_200_000);
  });
});
