import { transfer } from 'comlink';
import { afterEach, expect, it } from 'vitest';
import manifestFile from '../../../models/detect-nanodet/manifest.json';
import { readManifest } from '../../../models/read-manifest';
import type { Box } from '../../../src/contracts/detection';
import type { RecorderApi } from '../../../src/contracts/recording';
import { Thumbnails } from '../../../src/runtime/replay/thumbnails';
import { WorkerHost } from '../../../src/runtime/worker-host';
import { openDetector, type OpenedDetector } from '../../../src/stages/detect/open-detector';
import { PerceptionStage } from '../../../src/stages/perception/perception-stage';
import { SessionPlace } from '../../../src/storage/session-place';
import { openSession } from '../../../src/storage/session-reader';
import { drawPerson } from '../../fixtures/scene/draw-person';
import { drawScene, SCENE_HEIGHT_PX, SCENE_WIDTH_PX } from '../../fixtures/scene/scene';
import { CAMERA_ID, FRAME_US, liveRun, recordingConfig, recordingOptions } from './numbered-run';

const FRAME_COUNT = 3;
const BACKEND = { provider: 'wasm', threadCount: 1, origin: 'user', measuredMs: null } as const;
const SIZE = { widthPx: SCENE_WIDTH_PX, heightPx: SCENE_HEIGHT_PX };

const hosts: WorkerHost<RecorderApi>[] = [];
let opened: OpenedDetector | null = null;
const place = new SessionPlace();

afterEach(async () => {
  for (const host of hosts.splice(0)) host.terminate();
  await opened?.detector.dispose();
  opened = null;
  const root = await navigator.storage.getDirectory();
  await root.removeEntry('sessions', { recursive: true }).catch(() => undefined); // there may be none
});

/** A street with a car and someone who walks. */
function street() {
  const context = new OffscreenCanvas(SIZE.widthPx, SIZE.heightPx).getContext('2d', {
    alpha: false,
  });
  if (!context) throw new Error('Expected a 2D canvas, found none');
  const [car] = drawScene(context, 2.5, 0);
  const person = drawPerson(context, 170, 180, 170);
  if (!car) throw new Error('Expected a car in view');
  return { canvas: context.canvas, car, person };
}

/** Recorded through the built-in detector and the recording worker; a picture out of the middle of the stored video. */
async function record(canvas: OffscreenCanvas, isPersonBlurred: boolean): Promise<ImageBitmap> {
  const url = new URL('../../../workers/recording.worker.ts', import.meta.url);
  const host = new WorkerHost<RecorderApi>(new Worker(url, { type: 'module' }), 'recording');
  hosts.push(host);
  const stage = new PerceptionStage(async (config) => {
    opened ??= await openDetector(config);
    return opened;
  }, 100);
  await stage.configure({
    manifest: readManifest(manifestFile),
    modelUrl: new URL('/models/nanodet.onnx', location.href).href,
    runtimeBaseUrl: new URL('/ort/', location.href).href,
    backend: { ...BACKEND, inputSidePx: 416 },
    options: { scoreThreshold: 0.35, classes: ['car'], isEmbeddingEnabled: false },
    framePath: null,
    isProviderNew: false,
  });
  const blur = { isPlateBlurred: false, isPersonBlurred };
  const id = await host.call((remote) =>
    remote.begin(
      recordingConfig({
        options: recordingOptions({ blur }),
        pace: 'offline',
        cameras: [{ cameraId: CAMERA_ID, label: 'Camera', ...SIZE, position: null }],
      }),
    ),
  );
  const { port1, port2 } = new MessageChannel();
  await host.call((remote) => remote.connectFrames(transfer(port1, [port1])));
  stage.setBlur(blur);
  stage.connectRecorder({ port: port2, isEveryFrameSent: true });
  const run = liveRun();
  stage.startRun({ ...run, source: { ...run.source, pace: 'offline' } });
  for (let frameId = 0; frameId < FRAME_COUNT; frameId += 1) {
    const captureTimeUs = Math.round(frameId * FRAME_US);
    const frame = new VideoFrame(canvas, { timestamp: captureTimeUs });
    const meta = { epoch: 1, cameraId: CAMERA_ID, frameId, captureTimeUs, ...SIZE };
    const result = await stage.analyzeFrame(frame, meta);
    await host.call((remote) => remote.addResult(result));
  }
  stage.connectRecorder(null);
  const header = await host.call((remote) => remote.finish());
  expect(header.videoFrameCount).toBe(FRAME_COUNT);
  const session = await openSession(place, id);
  const pictures = session && new Thumbnails(session, 0, SIZE.heightPx);
  const picture = await pictures?.at(FRAME_US, new AbortController().signal);
  if (!picture) throw new Error('Expected a picture in the stored video');
  const copy = await createImageBitmap(picture);
  pictures?.close();
  return copy;
}

/** How much neighbours differ within a box, of 255: what can be recognised lives from that. */
function detail(picture: CanvasImageSource, box: Box): number {
  const width = Math.floor(box.x2 - box.x1);
  const height = Math.floor(box.y2 - box.y1);
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (!context) throw new Error('Expected a 2D canvas, found none');
  context.drawImage(picture, Math.floor(-box.x1), Math.floor(-box.y1), SIZE.widthPx, SIZE.heightPx);
  const { data } = context.getImageData(0, 0, width, height);
  let sum = 0;
  for (let at = 1; at + 4 < data.length; at += 4) {
    sum += Math.abs((data[at] ?? 0) - (data[at + 4] ?? 0));
  }
  return sum / (data.length / 4);
}

it('leaves nothing to recognise of a person the built-in detector finds, and the car as it is', async () => {
  const { canvas, car, person } = street();
  const blurred = await record(canvas, true);
  const plain = await record(canvas, false);
  expect(detail(plain, person)).toBeGreaterThan(0.6 * detail(canvas, person));
  expect(detail(blurred, person)).toBeLessThan(0.35 * detail(plain, person));
  expect(detail(blurred, car)).toBeGreaterThan(0.8 * detail(plain, car));
  blurred.close();
  plain.close();
});
