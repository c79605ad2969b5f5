import { transfer } from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import type { FrameImage, FrameMeta } from '../../../src/contracts/frame';
import type { RecorderApi } from '../../../src/contracts/recording';
import type { SessionFrame, SessionId, SessionReader } from '../../../src/contracts/session';
import type { SessionAnalysisRequest } from '../../../src/contracts/session-analysis';
import type { PerceptionConfig } from '../../../src/contracts/worker-api';
import { iou } from '../../../src/core/geometry';
import { Engine } from '../../../src/runtime/engine';
import { BackendSelector } from '../../../src/runtime/backend-selector';
import { readDeviceFacts } from '../../../src/runtime/device-facts';
import { IdentityClient } from '../../../src/runtime/identity-client';
import { ModelCatalogue } from '../../../src/runtime/model-catalogue';
import { PerceptionClient } from '../../../src/runtime/perception-client';
import { ProviderTrust } from '../../../src/runtime/provider-trust';
import { SessionAnalysis } from '../../../src/runtime/session-analysis';
import { SettingsKeeper } from '../../../src/runtime/settings-keeper';
import { WorkerHost } from '../../../src/runtime/worker-host';
import { SessionSource } from '../../../src/sources/session-source';
import type { Detector } from '../../../src/stages/detect/detector';
import { PerceptionStage } from '../../../src/stages/perception/perception-stage';
import { OwnModels } from '../../../src/storage/own-models';
import { SessionPlace } from '../../../src/storage/session-place';
import { openSession } from '../../../src/storage/session-reader';
import { readFrameCode } from '../../fixtures/scene/frame-code';
import {
  drawScene,
  PASSAGES,
  SCENE_HEIGHT_PX,
  SCENE_WIDTH_PX,
  type TrueBox,
} from '../../fixtures/scene/scene';
import { CAMERA_ID, recordingConfig } from './numbered-run';

/* A tiny session is recorded and analysed again by the app's own workers and models. */

/** One vehicle on its way through the picture, which it does not leave. */
const [{ startS }] = PASSAGES as readonly [(typeof PASSAGES)[number]];
const FRAME_COUNT = 22;
const FRAME_US = 100_000;
const GALLERY_NAME = `again-${crypto.randomUUID()}`;

const place = new SessionPlace();
const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  const root = await navigator.storage.getDirectory();
  await root.removeEntry('sessions', { recursive: true }).catch(() => undefined); // there may be none
});

const recordingWorker = (): Worker =>
  new Worker(new URL('../../../workers/recording.worker.ts', import.meta.url), { type: 'module' });

/** Finds what was drawn. */
class TrueDetector implements Detector {
  readonly #truth: ReadonlyMap<number, readonly TrueBox[]>;

  constructor(truth: ReadonlyMap<number, readonly TrueBox[]>) {
    this.#truth = truth;
  }
  warmUp(): Promise<number> {
    return Promise.resolve(0);
  }
  detect(image: FrameImage, meta: FrameMeta) {
    const boxes = this.#truth.get(readFrameCode(image) ?? -1) ?? [];
    const detections = boxes.map(({ x1, y1, x2, y2 }) => ({
      box: { x1, y1, x2, y2 },
      score: 0.9,
      vehicleClass: 'car' as const,
    }));
    return Promise.resolve({
      batch: { meta, detections },
      timings: { prepareMs: 0, detectMs: 0 },
      framePath: 'canvas' as const,
      personBoxes: [],
    });
  }
  setScoreFloor(): void {
    // What was drawn is certain.
  }
  setPersonSearch(): void {
    // Nobody is there.
  }
  timeInference(): Promise<readonly number[]> {
    return Promise.resolve([]);
  }
  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

/** Records the scene with its true boxes as the live results. */
async function recordScene(): Promise<SessionId> {
  const host = new WorkerHost<RecorderApi>(recordingWorker(), 'recording');
  closers.push(() => host.terminate());
  const camera = {
    cameraId: CAMERA_ID,
    label: 'Camera',
    widthPx: SCENE_WIDTH_PX,
    heightPx: SCENE_HEIGHT_PX,
    position: null,
  };
  const id = await host.call((remote) =>
    remote.begin(recordingConfig({ cameras: [camera], pace: 'offline', framesPerSecond: 10 })),
  );
  const truth = new Map<number, readonly TrueBox[]>();
  const detector = new TrueDetector(truth);
  const stage = new PerceptionStage(() => Promise.resolve({ detector, threadCount: 1 }), 100);
  await stage.configure({
    manifest: { id: 'none', sha256: '' },
    options: { scoreThreshold: 0.3, classes: ['car'], isEmbeddingEnabled: false },
  } as unknown as PerceptionConfig); // the detector needs nothing else of it
  const { port1, port2 } = new MessageChannel();
  await host.call((remote) => remote.connectFrames(transfer(port1, [port1])));
  stage.connectRecorder({ port: port2, isEveryFrameSent: false });
  stage.startRun({
    epoch: 1,
    runId: 'run',
    source: {
      ...{ kind: 'file', pace: 'offline', cameraId: CAMERA_ID, label: 'Camera' },
      cameras: [camera],
      ...{ widthPx: SCENE_WIDTH_PX, heightPx: SCENE_HEIGHT_PX, framesPerSecond: 10 },
      ...{ durationUs: null, originUnixMs: 0, timeBase: 'media', codec: null, notice: null },
    },
  });
  const context = new OffscreenCanvas(SCENE_WIDTH_PX, SCENE_HEIGHT_PX).getContext('2d');
  if (!context) throw new Error('Expected a 2D canvas, found none');
  for (let number = 0; number < FRAME_COUNT; number += 1) {
    const captureTimeUs = 1_000_000 + number * FRAME_US;
    truth.set(number, drawScene(context, startS + 0.3 + number * 0.1, number));
    const image = new VideoFrame(context.canvas, { timestamp: captureTimeUs });
    const result = await stage.analyzeFrame(image, {
      ...{ epoch: 1, cameraId: CAMERA_ID, frameId: number, captureTimeUs },
      ...{ widthPx: SCENE_WIDTH_PX, heightPx: SCENE_HEIGHT_PX },
    });
    await host.call((remote) => remote.addResult(result));
  }
  await stage.stopRun(1);
  stage.connectRecorder(null);
  await host.call((remote) => remote.finish());
  return id;
}

/** As the app composes it, but for the measuring of this machine. */
function createAnalysis(): SessionAnalysis {
  const memory = new Map<string, string>();
  const store = {
    get: (key: string) => memory.get(key) ?? null,
    set: (key: string, value: string) => void memory.set(key, value),
    remove: (key: string) => void memory.delete(key),
  };
  const settings = new SettingsKeeper(store);
  settings.update({ backendOverride: { provider: 'wasm', threadCount: 1 } });
  const perception = new PerceptionClient(
    () =>
      new Worker(new URL('../../../workers/perception.worker.ts', import.meta.url), {
        type: 'module',
      }),
  );
  const identity = new IdentityClient(
    () =>
      new Worker(new URL('../../../workers/identity.worker.ts', import.meta.url), {
        type: 'module',
      }),
    GALLERY_NAME,
  );
  closers.push(() => perception.dispose());
  const trust = new ProviderTrust(store);
  const catalogue = new ModelCatalogue(
    new URL('/models/', location.href).href,
    new OwnModels(undefined, location.href),
  );
  const noProbe = (): Promise<never> => Promise.reject(new Error('Expected nothing to measure'));
  const engine = new Engine({
    perception,
    identity,
    catalogue,
    trust,
    selector: new BackendSelector(noProbe, store, readDeviceFacts, trust),
    readFacts: readDeviceFacts,
    runtimeBaseUrl: new URL('/ort/', location.href).href,
  });
  return new SessionAnalysis({
    perception,
    identity,
    galleryName: GALLERY_NAME,
    engine,
    createRecorder: recordingWorker,
    sessions: { open: (id) => openSession(place, id) },
    settings,
    catalogue,
    createPictures: (choice) => Promise.resolve(new SessionSource(choice)),
  });
}

const requestFor = (sessionId: SessionId): SessionAnalysisRequest => ({
  sessionId,
  label: '',
  scoreThreshold: 0.35,
  inputSidePx: 416,
  isAnalysedOnly: false,
});

async function framesOf(session: SessionReader, set: string): Promise<readonly SessionFrame[]> {
  const frames: SessionFrame[] = [];
  for await (const frame of session.frames(set, null)) frames.push(frame);
  return frames;
}

describe('a recorded session that is analysed again', () => {
  it('has both result sets, with boxes of the same vehicle at the same capture times', async () => {
    const id = await recordScene();
    const databasesBefore = (await indexedDB.databases()).map(({ name }) => name);
    const analysis = createAnalysis();
    const outcome = await analysis.start(requestFor(id));
    expect(outcome).toMatchObject({ resultSet: 'again-1', damagedSegmentCount: 0 });
    expect(analysis.status).toEqual({ state: 'off' });

    const session = await openSession(place, id);
    const { resultSets, endedBecause } = session!.header;
    expect(endedBecause).toBeNull();
    expect(resultSets.map((set) => set.id)).toEqual(['live', 'again-1']);
    const [live, again] = await Promise.all([
      framesOf(session!, 'live'),
      framesOf(session!, 'again-1'),
    ]);
    expect(live).toHaveLength(FRAME_COUNT);
    expect(again.map(({ captureTimeUs }) => captureTimeUs)).toEqual(
      live.map(({ captureTimeUs }) => captureTimeUs),
    );
    const overlaps = live.flatMap(({ boxes }, index) => {
      const [first] = boxes;
      const found = again[index]?.boxes ?? [];
      return first && found.length > 0
        ? [Math.max(...found.map(({ box }) => iou(first.box, box)))]
        : [];
    });
    expect(overlaps.length).toBeGreaterThan(FRAME_COUNT / 2);
    // Another detector's box of the same vehicle; of another picture's it would lie a good part of the vehicle away.
    expect(overlaps.filter((share) => share < 0.5)).toEqual([]);

    const [set] = resultSets.slice(1);
    expect(set?.models.map(({ task }) => task)).toEqual(['detect', 'embed']);
    expect(set?.label).toMatch(/ at 416 px, .*\d{4}$/);
    const sightings = await session!.sightings('again-1');
    expect(sightings).toHaveLength(1);
    const [sighting] = sightings;
    expect(sighting).toMatchObject({ cameraId: CAMERA_ID, decision: { outcome: 'new' } });
    expect(sighting?.descriptor?.values.length).toBeGreaterThan(0);
    expect((await session!.part(sighting?.cropPart ?? '')).size).toBeGreaterThan(100);
    // Nothing of it is in any gallery.
    await expect
      .poll(async () => (await indexedDB.databases()).map(({ name }) => name))
      .toEqual(databasesBefore);
  }, 60_000);

  it('is as it was when the analysis is cancelled', async () => {
    const id = await recordScene();
    const before = await openSession(place, id);
    const analysis = createAnalysis();
    const cancelled: Promise<void>[] = [];
    analysis.onStatus(({ state }) => {
      if (state === 'running') cancelled.push(analysis.cancel());
    });
    await expect(analysis.start(requestFor(id))).rejects.toMatchObject({ name: 'AbortError' });
    await Promise.all(cancelled);
    const after = await openSession(place, id);
    expect(after!.header).toEqual(before!.header);
    expect(await after!.partNames()).toEqual(await before!.partNames());
    expect(await place.lockedIds()).toEqual(new Set());
    expect((await place.files.names(id)).filter((name) => name.endsWith('.rsl'))).toEqual([
      'results-live.rsl',
    ]);
  }, 60_000);

  it('is refused while the session is written', async () => {
    const host = new WorkerHost<RecorderApi>(recordingWorker(), 'recording');
    closers.push(() => host.terminate());
    const id = await host.call((remote) => remote.begin(recordingConfig()));
    await expect(createAnalysis().start(requestFor(id))).rejects.toMatchObject({
      code: 'SESSION_IN_USE',
    });
  });
});
