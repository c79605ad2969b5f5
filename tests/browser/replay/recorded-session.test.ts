import { transfer } from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import type { RecorderApi } from '../../../src/contracts/recording';
import type { SessionReader } from '../../../src/contracts/session';
import type { PerceptionConfig } from '../../../src/contracts/worker-api';
import { WorkerHost } from '../../../src/runtime/worker-host';
import { PerceptionStage } from '../../../src/stages/perception/perception-stage';
import { SessionPlace } from '../../../src/storage/session-place';
import { openSession } from '../../../src/storage/session-reader';
import {
  FRAME_US,
  liveRun,
  NumberedPictures,
  numberedResult,
  NumberReader,
  recordingConfig,
  seededRandom,
} from '../record/numbered-run';
import { boxCentreOf } from './numbered-session';
import { openView, playToEnd } from './read-view';

const FRAME_COUNT = 1000;
const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** 30 frames a second by their own clock, as fast as they are taken; the recorder is given time for each. */
function stream(): ReadableStream<VideoFrame> {
  const pictures = new NumberedPictures();
  let number = 0;
  return new ReadableStream<VideoFrame>({
    pull: async (controller) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (number === FRAME_COUNT) return controller.close();
      controller.enqueue(pictures.frame(number, Math.round(number * FRAME_US)));
      number += 1;
    },
  });
}

/** Perception here, which stalls every so often, the recorder in its worker, the session on the device. */
async function record(): Promise<{
  readonly session: SessionReader;
  /** Capture times of what was analysed, by the number in the picture. */
  readonly timesUs: ReadonlyMap<number, number>;
}> {
  const url = new URL('../../../workers/recording.worker.ts', import.meta.url);
  const worker = new Worker(url, { type: 'module' });
  const host = new WorkerHost<RecorderApi>(worker, 'recording');
  closers.push(async () => {
    host.terminate();
    const root = await navigator.storage.getDirectory();
    await root.removeEntry('sessions', { recursive: true });
  });
  const id = await host.call((remote) => remote.begin(recordingConfig()));
  const random = seededRandom(20_261_123);
  const detector = new NumberReader(() => (random() < 0.03 ? 400 : random() * 15));
  const stage = new PerceptionStage(() => Promise.resolve({ detector, threadCount: 1 }), 100);
  await stage.configure({
    manifest: { id: 'none', sha256: '' },
    options: { scoreThreshold: 0.3, classes: ['car'], isEmbeddingEnabled: false },
  } as unknown as PerceptionConfig); // the detector needs nothing else of it
  const { port1, port2 } = new MessageChannel();
  await host.call((remote) => remote.connectFrames(transfer(port1, [port1])));
  stage.connectRecorder({ port: port2, isEveryFrameSent: true });
  stage.startRun(liveRun());
  const told: Promise<void>[] = [];
  const timesUs = new Map<number, number>();
  await stage.analyzeStream(stream(), (result) => {
    const numbered = numberedResult(result);
    const [track] = numbered.tracks;
    if (!track) throw new Error('Expected a track');
    // Where the number can be read from the place of the box, within the picture.
    const { x, y } = boxCentreOf(track.box.x1);
    timesUs.set(track.box.x1, result.meta.captureTimeUs);
    const box = { x1: x - 15, y1: y - 10, x2: x + 15, y2: y + 10 };
    told.push(
      host.call((remote) => remote.addResult({ ...numbered, tracks: [{ ...track, box }] })),
    );
  });
  await Promise.all(told);
  stage.connectRecorder(null);
  await host.call((remote) => remote.finish());
  const session = await openSession(new SessionPlace(), id);
  if (!session) throw new Error('Expected the session that was recorded');
  return { session, timesUs };
}

describe('replay of a recording of 1,000 frames with stalls', () => {
  it('has no box on another picture than its own, stepping and playing', async () => {
    const { session, timesUs } = await record();
    const { header } = session;
    expect(header.videoFrameCount).toBeGreaterThan(900);
    const view = openView(session);
    closers.push(view.close);
    const { player, sights } = view;

    await player.seek(header.startUs);
    for (;;) {
      const count = sights.length;
      await player.step(1);
      if (sights.length === count) break;
    }
    const stepped = sights.splice(0);
    const analysed = stepped.filter(({ isAnalysed }) => isAnalysed);
    const isOff = ({ pictureNumber, boxNumber, timeUs }: (typeof stepped)[number]): boolean =>
      pictureNumber === null ||
      pictureNumber !== boxNumber ||
      timeUs !== timesUs.get(pictureNumber);
    expect(stepped).toHaveLength(header.videoFrameCount);
    expect(stepped.filter(({ pictureNumber }) => pictureNumber === null)).toEqual([]);
    expect(analysed.filter(isOff)).toEqual([]);
    expect(analysed).toHaveLength(
      (header.resultSets[0]?.frameCount ?? 0) - header.droppedAnalysedCount,
    );
    expect(analysed.length).toBeGreaterThan(200);

    await player.seek(header.startUs);
    sights.length = 0;
    // Faster than a slow machine shows them: some are passed over.
    player.setSpeed(4);
    await playToEnd(player);
    const played = sights.filter(({ isAnalysed }) => isAnalysed);
    expect(played.filter(isOff)).toEqual([]);
    expect(played.length).toBeGreaterThan(50);
  }, 120_000);
});
