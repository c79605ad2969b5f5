import type { Box } from '../contracts/detection';
import type { RunStatus } from '../contracts/app';
import type { HeadlessModel, HeadlessModels, HeadlessVideoSummary } from '../contracts/headless';
import type { BackendChoice } from '../contracts/model';
import type { FrameResult, StageReady } from '../contracts/worker-api';
import { AppError } from '../core/app-error';
import { endOfRun } from './end-of-run';
import type { LineWriter } from './line-writer';
import type { HeadlessServices } from './services';

/** Version of the lines below; raised when a reader must change. */
const LINES_VERSION = 1;

/**
 * Starts a run and follows it to its end through the same controller the screen uses.
 *
 * Lines: `session` first, then `frame` (detections and tracks), `identity` (a track got or changed
 * its vehicle), `sighting` (stored; the last of an id counts). `writer` stays the caller's.
 */
export async function runToEnd(
  services: HeadlessServices,
  start: () => Promise<void>,
  writer: LineWriter,
): Promise<HeadlessVideoSummary> {
  const { controller, parts } = services;
  const vehicles = new Map<string, string>();
  let detectionCount = 0;
  const before = await parts.identity.timings().catch(() => null); // no embedder yet
  const unsubscribe = [
    controller.onResult((result) => {
      const { scoreThreshold } = controller.settings;
      detectionCount += result.detections.filter(({ score }) => score >= scoreThreshold).length;
      writer.write(frameLine(result));
    }),
    controller.onIdentity(({ trackId, decision }) => {
      writer.write({ type: 'identity', trackId, decision });
    }),
    parts.identity.onSighting((_, sighting) => {
      vehicles.set(sighting.id, sighting.vehicleId);
      writer.write({ type: 'sighting', sighting });
    }),
  ];
  const startedMs = performance.now();
  try {
    await start();
    writer.write({
      type: 'session',
      version: LINES_VERSION,
      source: controller.status.source,
      models: modelsOf(controller.status),
    });
    const status = await endOfRun(controller);
    const source = status.source;
    const backend = status.detector?.backend;
    if (!source || !backend) throw new AppError('INTERNAL', 'The run ended without a source');
    const timings = await parts.identity.timings();
    // A street has an embedder of its own, made for it.
    const base = controller.isStreetGallery ? null : before;
    const { analysedCount, stageMs } = controller.stats();
    const { totals } = controller;
    const perFrame = (ms: number): number => round(ms / Math.max(1, analysedCount), 1000);
    return {
      frames: analysedCount,
      videoSeconds: (source.durationUs ?? 0) / 1e6,
      wallSeconds: (performance.now() - startedMs) / 1000,
      detections: detectionCount,
      tracks: totals.confirmedTrackCount,
      vehicles: new Set(vehicles.values()).size,
      stageMs: {
        decode: stageMs.decode,
        prepare: perFrame(totals.prepareMs),
        detect: perFrame(totals.detectMs),
        track: perFrame(totals.trackMs),
        embed: perFrame(timings.embedMsTotal - (base?.embedMsTotal ?? 0)),
        match: perFrame(timings.matchMsTotal - (base?.matchMsTotal ?? 0)),
      },
      backend,
      models: modelsOf(status),
      source,
      error: status.error,
    };
  } finally {
    for (const stop of unsubscribe) stop();
  }
}

/** What computed the results: without it they cannot be judged later. */
function modelsOf({ detector, embedder }: RunStatus): HeadlessModels {
  const used = (stage: StageReady | null): HeadlessModel | null =>
    stage && { ...stage.model, ...pick(stage.backend) };
  return { detector: used(detector), embedder: used(embedder) };
}

function pick({
  provider,
  threadCount,
  inputSidePx,
}: BackendChoice): Omit<HeadlessModel, 'id' | 'sha256'> {
  return { provider, threadCount, inputSidePx };
}

function frameLine({ meta, detections, tracks }: FrameResult): object {
  return {
    type: 'frame',
    frameId: meta.frameId,
    cameraId: meta.cameraId,
    timeUs: meta.captureTimeUs,
    detections: detections.map(({ box, score, vehicleClass }) => ({
      box: corners(box),
      score: round(score, 1000),
      class: vehicleClass,
    })),
    tracks: tracks
      .filter(({ state }) => state !== 'tentative')
      .map((track) => ({
        id: track.id,
        state: track.state,
        box: corners(track.box),
        class: track.vehicleClass,
        score: track.score === null ? null : round(track.score, 1000),
      })),
  };
}

function corners({ x1, y1, x2, y2 }: Box): readonly number[] {
  return [x1, y1, x2, y2].map((value) => round(value, 10));
}

function round(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}
