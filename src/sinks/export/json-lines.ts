import type { Exporter, ExportRequest } from '../../contracts/export';
import type {
  SessionFrame,
  SessionGap,
  SessionReader,
  SessionSighting,
  SessionTrack,
} from '../../contracts/session';
import { AppError } from '../../core/app-error';
import { exportFile } from './export-name';
import {
  framesOf,
  readResults,
  spanOf,
  TimeProgress,
  type ExportedResults,
} from './exported-results';
import { runTextExport } from './run-export';

/** Named in the first line of every file; described by session-events.schema.json beside this file. */
const SESSION_EVENTS_SCHEMA = 'resight-session-events';
/** Raised when a line of an older file would be misread; fields may be added without. */
const SESSION_EVENTS_VERSION = 1;

/** Boxes are written in hundredths of a pixel: far finer than a detector knows, and half as long as all digits. */
const BOX_STEPS = 100;

/**
 * All results as events, one a line: what the session is, then gaps, tracks and sightings, so that a reader knows each
 * track's vehicle when the frames come, then every analysed frame in order of time.
 */
export const jsonLinesExporter: Exporter = {
  format: 'json-lines',
  refusal: () => null,
  file: (session, request) =>
    exportFile(session, request, { suffix: 'events.jsonl', mimeType: 'application/jsonl' }),
  write: (session, request, sink, tell, signal) =>
    runTextExport(sink, signal, async (text) => {
      const results = await readResults(session, request);
      let lineCount = 0;
      const add = (line: string): void => {
        text.add(`${line}\n`);
        lineCount += 1;
      };
      add(JSON.stringify(firstLine(session, request)));
      for (const event of fewEvents(session, request, results)) {
        add(JSON.stringify(event));
        if (text.isFull) await text.flush();
        signal.throwIfAborted();
      }
      const progress = new TimeProgress(spanOf(session, request), tell);
      for await (const frame of framesOf(session, request, progress, signal)) {
        add(frameLine(frame, results));
        if (text.isFull) await text.flush();
      }
      return { recordCount: lineCount, notes: [] };
    }),
};

function firstLine(session: SessionReader, request: ExportRequest): object {
  const { header } = session;
  const resultSet = header.resultSets.find(({ id }) => id === request.resultSet);
  if (!resultSet) {
    throw new AppError(
      'EXPORT_FAILED',
      `Expected a result set of the session, found none called "${request.resultSet}"`,
    );
  }
  const { id, label, madeUnixMs, models, settings } = resultSet;
  return {
    type: 'session',
    schema: SESSION_EVENTS_SCHEMA,
    version: SESSION_EVENTS_VERSION,
    title: header.title,
    sourceKind: header.sourceKind,
    sourceLabel: header.sourceLabel,
    runId: header.runId,
    cameras: header.cameras,
    originUnixMs: header.originUnixMs,
    timeBase: header.timeBase,
    ...spanOf(session, request),
    createdUnixMs: header.createdUnixMs,
    appVersion: header.appVersion,
    resultSet: { id, label, madeUnixMs, models, settings },
  };
}

function* fewEvents(
  session: SessionReader,
  request: ExportRequest,
  results: ExportedResults,
): Generator<object> {
  const { startUs, endUs } = spanOf(session, request);
  for (const gap of session.header.gaps) {
    if (gap.startUs <= endUs && gap.endUs >= startUs) yield gapEvent(gap);
  }
  for (const track of results.tracks) yield trackEvent(track);
  const hasDescriptors = !request.without.includes('descriptors');
  for (const sighting of results.sightings) yield sightingEvent(sighting, hasDescriptors);
}

function gapEvent({ startUs, endUs, reason }: SessionGap): object {
  return { type: 'gap', startUs, endUs, reason };
}

/** Field by field, so that the order never changes: the same session gives the same bytes. */
function trackEvent(track: SessionTrack): object {
  const { trackId, cameraId, vehicleClass, firstSeenUs, lastSeenUs, hitCount } = track;
  return { type: 'track', trackId, cameraId, vehicleClass, firstSeenUs, lastSeenUs, hitCount };
}

function sightingEvent(sighting: SessionSighting, hasDescriptor: boolean): object {
  const { decision, descriptor } = sighting;
  return {
    type: 'sighting',
    id: sighting.id,
    vehicleId: sighting.vehicleId,
    vehicleNumber: sighting.vehicleNumber,
    vehicleClass: sighting.vehicleClass,
    cameraId: sighting.cameraId,
    trackIds: sighting.trackIds,
    startUs: sighting.startUs,
    endUs: sighting.endUs,
    hitCount: sighting.hitCount,
    decision: {
      outcome: decision.outcome,
      vehicleId: decision.vehicleId,
      vehicleNumber: decision.vehicleNumber,
      similarity: decision.similarity,
      thresholds: { accept: decision.thresholds.accept, keep: decision.thresholds.keep },
      requiredSimilarity: decision.requiredSimilarity,
      candidates: decision.candidates.map((candidate) => ({
        vehicleId: candidate.vehicleId,
        vehicleNumber: candidate.vehicleNumber,
        sightingId: candidate.sightingId,
        similarity: candidate.similarity,
        excludedBecause: candidate.excludedBecause,
      })),
      cropTimesUs: decision.cropTimesUs,
      revisionCount: decision.revisionCount,
    },
    descriptor:
      descriptor === null || !hasDescriptor
        ? null
        : { space: descriptor.space, values: base64OfFloats(descriptor.values) },
  };
}

/** Written by hand: there are hundreds of thousands of boxes, and all but the camera's name are numbers and known words. */
function frameLine(frame: SessionFrame, results: ExportedResults): string {
  let boxes = '';
  for (const shown of frame.boxes) {
    if (!results.isCounted(shown)) continue;
    const { x1, y1, x2, y2 } = shown.box;
    boxes +=
      `${boxes === '' ? '' : ','}{"trackId":${shown.trackId},"state":"${shown.state}",` +
      `"vehicleClass":"${shown.vehicleClass}",` +
      `"box":[${short(x1)},${short(y1)},${short(x2)},${short(y2)}],"score":${shown.score}}`;
  }
  const camera = JSON.stringify(frame.cameraId);
  return `{"type":"frame","cameraId":${camera},"captureTimeUs":${frame.captureTimeUs},"boxes":[${boxes}]}`;
}

function short(pixels: number): number {
  return Math.round(pixels * BOX_STEPS) / BOX_STEPS;
}

/** 32-bit floats in little-endian order, as base64. */
function base64OfFloats(values: Float32Array): string {
  const bytes = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, index) => bytes.setFloat32(index * 4, value, true));
  let binary = '';
  for (const byte of new Uint8Array(bytes.buffer)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
