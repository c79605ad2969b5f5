import type { HeadlessScreenBench } from '../contracts/headless';
import { AppError } from '../core/app-error';
import { median } from '../core/rolling-stats';
import { endOfRun } from './end-of-run';
import { observeLongTasks } from './long-tasks';
import type { HeadlessServices } from './services';

/** Bare inferences for comparison, timed right after. */
const INFERENCE_COUNT = 16;

/**
 * Analyses a file for so many seconds, or to its end, as a person sees it: the controller, both workers,
 * embeddings and gallery, and the real screen that shows pictures, boxes and the list of vehicles. Needs a
 * page with the screen; throws AppError INTERNAL when that did not draw.
 */
export async function benchScreen(
  { controller, parts }: HeadlessServices,
  file: File,
  seconds: number,
): Promise<HeadlessScreenBench> {
  let frameCount = 0;
  const vehicleIds = new Set<string>();
  const unsubscribe = [
    controller.onResult(() => {
      frameCount += 1;
    }),
    controller.onIdentity(({ decision }) => {
      vehicleIds.add(decision.vehicleId);
    }),
  ];
  await controller.openVideo(file);
  const longTasks = observeLongTasks();
  const startedMs = performance.now();
  const framesBefore = frameCount;
  await Promise.race([endOfRun(controller), pause(seconds * 1000)]);
  const elapsedMs = performance.now() - startedMs;
  const timedCount = frameCount - framesBefore;
  const { stageMs } = controller.stats();
  const { source } = controller.status;
  await controller.stop();
  // Storing what was seen, and showing the list again, belong to it.
  const tasksMs = longTasks.stop();
  for (const stop of unsubscribe) stop();
  if (!source || timedCount === 0 || stageMs.draw === 0) {
    throw new AppError(
      'INTERNAL',
      `Expected a screen that draws, got ${timedCount} frames and ${stageMs.draw} ms of drawing`,
    );
  }
  const { widthPx, heightPx } = source;
  const inferenceMs = median(
    await parts.perception.timeInference(widthPx, heightPx, INFERENCE_COUNT),
  );
  return {
    longestMainThreadTaskMs: Math.max(0, ...tasksMs),
    mainThreadTasksOver50Ms: tasksMs.length,
    watchedSeconds: elapsedMs / 1000,
    watchedFrameCount: timedCount,
    watchedFrameOverInference: elapsedMs / timedCount / inferenceMs,
    watchedDrawMs: stageMs.draw,
    watchedVehicleCount: vehicleIds.size,
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
