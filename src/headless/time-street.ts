import type { HeadlessApi, HeadlessStreetTiming } from '../contracts/headless';
import { median } from '../core/rolling-stats';
import type { HeadlessServices } from './services';

/** Frames before the clock starts, of each camera: shaders are compiled and vehicles are built. */
const WARM_UP_COUNT = 3;

/** Draws a stretch of street, cameras in turn, and nothing else; see `HeadlessApi.timeStreet`. */
export async function timeStreet(
  { createStreetClient }: HeadlessServices,
  ...[plan, frames]: Parameters<HeadlessApi['timeStreet']>
): Promise<HeadlessStreetTiming> {
  const street = createStreetClient();
  try {
    const { cameras, quality, rendererName } = await street.open(plan);
    const renderMs: number[] = [];
    let sceneTimeUs = frames.startUs;
    const drawRound = async (): Promise<void> => {
      for (const { cameraId } of cameras) {
        const frame = await street.frame({
          cameraId,
          sceneTimeUs,
          captureTimeUs: sceneTimeUs,
          wantsTruth: false,
        });
        frame.image.close();
        renderMs.push(frame.renderMs);
      }
      sceneTimeUs += Math.round(1e6 / frames.framesPerSecond);
    };
    for (let round = 0; round < WARM_UP_COUNT; round += 1) await drawRound();
    renderMs.length = 0;
    const startedMs = performance.now();
    while (renderMs.length < frames.count) await drawRound();
    const seconds = (performance.now() - startedMs) / 1000;
    return {
      renderMs: median(renderMs),
      framesPerSecond: renderMs.length / seconds,
      quality,
      rendererName,
    };
  } finally {
    street.dispose();
  }
}
