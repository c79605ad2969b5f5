import type { Exporter, ExportRequest } from '../../contracts/export';
import type { SessionFrame, SessionReader } from '../../contracts/session';
import { cameraOf, findCamera } from './camera-choice';
import { exportFile } from './export-name';
import {
  framesOf,
  readResults,
  spanOf,
  TimeProgress,
  type ExportedResults,
} from './exported-results';
import { runTextExport } from './run-export';
import { positionText } from './written-time';

/** A cue ends with the next frame, or after this: where analysis paused, old boxes must not stay. */
const MAX_CUE_US = 500_000;
/** WebVTT counts milliseconds, and a cue must last. */
const MIN_CUE_US = 1000;

/** When a camera's exported clip begins, on the session's clock; see `clipStartUs` of `video-clip.ts`. */
export type ClipStart = (
  session: SessionReader,
  request: ExportRequest,
  signal: AbortSignal,
) => Promise<number>;

/**
 * A metadata track for the camera's exported clip: one cue an analysed frame, its text JSON. `clipStart` says which moment the
 * clip's time 0 is, so that both fit together.
 */
export function createWebvttExporter(clipStart: ClipStart): Exporter {
  return {
    format: 'webvtt',
    refusal: () => null,
    file: (session, request) =>
      exportFile(session, request, {
        suffix: 'results.vtt',
        mimeType: 'text/vtt',
        label: findCamera(session, cameraOf(session, request))?.label ?? '',
      }),
    write: (session, request, sink, tell, signal) =>
      runTextExport(sink, signal, async (text) => {
        const results = await readResults(session, request);
        const cameraId = cameraOf(session, request);
        const zeroUs = await clipStart(session, request, signal);
        text.add('WEBVTT\n\n');
        text.add(
          `NOTE Results of ${cameraId.replace(/[^\w-]/gu, '_')}, one JSON object a frame\n\n`,
        );
        const progress = new TimeProgress(spanOf(session, request), tell);
        let waiting: SessionFrame | null = null;
        let recordCount = 0;
        for await (const frame of framesOf(session, request, progress, signal)) {
          if (frame.cameraId !== cameraId) continue;
          if (waiting) text.add(cueText(waiting, frame.captureTimeUs, zeroUs, results));
          waiting = frame;
          recordCount += 1;
          if (text.isFull) await text.flush();
        }
        if (waiting) text.add(cueText(waiting, Infinity, zeroUs, results));
        return { recordCount, notes: [] };
      }),
  };
}

function cueText(
  frame: SessionFrame,
  nextUs: number,
  zeroUs: number,
  results: ExportedResults,
): string {
  const startUs = Math.max(0, frame.captureTimeUs - zeroUs);
  const longestUs = Math.min(nextUs - zeroUs, startUs + MAX_CUE_US);
  const endUs = Math.max(longestUs, startUs + MIN_CUE_US);
  return `${positionText(startUs, 3)} --> ${positionText(endUs, 3)}\n${payload(frame, results)}\n\n`;
}

/** One line. `<`, `>` and `&` are written as JSON escapes, so that no text can end a cue or pass for markup. */
function payload(frame: SessionFrame, results: ExportedResults): string {
  const boxes = frame.boxes.filter((shown) => results.isCounted(shown));
  const object = {
    timeUs: frame.captureTimeUs,
    boxes: boxes.map((shown) => ({
      track: shown.trackId,
      vehicle: results.sightingOf.get(shown.trackId)?.vehicleNumber ?? null,
      class: shown.vehicleClass,
      state: shown.state,
      box: [shown.box.x1, shown.box.y1, shown.box.x2, shown.box.y2].map(
        (pixels) => Math.round(pixels * 10) / 10,
      ),
      score: shown.score,
    })),
  };
  return JSON.stringify(object).replace(
    /[<>&]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
