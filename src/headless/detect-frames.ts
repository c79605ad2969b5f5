import type { HeadlessFrameDetections } from '../contracts/headless';
import type { HeadlessServices } from './services';

/** Runs the detector alone over chosen frames of a file, through the same worker the app uses. */
export async function detectFrames(
  { controller, parts }: HeadlessServices,
  file: File,
  frameIndices: readonly number[],
): Promise<readonly HeadlessFrameDetections[]> {
  const wanted = new Set(frameIndices);
  const lastIndex = Math.max(...frameIndices);
  const { signal } = new AbortController();
  const source = await parts.createFileSource(file);
  const info = await source.open(signal);
  await parts.engine.prepare(controller.settings, 'offline', () => undefined, signal);
  await parts.perception.startRun({ epoch: 1, runId: crypto.randomUUID(), source: info });
  const feed = source.feed();
  if (feed.type !== 'pull') throw new TypeError('Expected a pulled source');
  const found: HeadlessFrameDetections[] = [];
  let frameIndex = -1;
  try {
    for await (const { image, captureTimeUs } of feed.frames()) {
      frameIndex += 1;
      if (!wanted.has(frameIndex)) {
        image.close();
        if (frameIndex >= lastIndex) break;
        continue;
      }
      const result = await parts.perception.analyzeFrame(image, {
        epoch: 1,
        cameraId: info.cameraId,
        frameId: frameIndex,
        captureTimeUs,
        widthPx: info.widthPx,
        heightPx: info.heightPx,
      });
      found.push({ frameIndex, detections: result.detections });
    }
  } finally {
    await source.close();
    await parts.perception.stopRun(1);
  }
  return found;
}
