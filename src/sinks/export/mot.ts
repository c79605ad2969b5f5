import type { Exporter, ExportRequest } from '../../contracts/export';
import type { SessionCamera, SessionFrame, SessionReader } from '../../contracts/session';
import type { TextOutput } from './byte-output';
import { exportFile, nameSafe } from './export-name';
import {
  framesOf,
  readResults,
  spanOf,
  TimeProgress,
  type ExportedResults,
} from './exported-results';
import { runExport } from './run-export';
import { isoTime } from './written-time';
import { ZipOutput } from './zip-output';

/** What a tracker's benchmark takes the rate to be when there are not two frames to tell it. */
const DEFAULT_FRAMES_PER_S = 10;

/** What every step of writing an archive needs. */
interface MotJob {
  readonly session: SessionReader;
  readonly request: ExportRequest;
  readonly results: ExportedResults;
  readonly zip: ZipOutput;
  readonly signal: AbortSignal;
  /** Shares of the whole, told as the steps go on. */
  readonly tell: (fraction: number) => void;
}

/**
 * MOTChallenge: of each camera a tracker's result (`<sequence>.txt`), what the sequence is (`<sequence>/seqinfo.ini`) and
 * when its frames were (`<sequence>/frames.csv`, an addition). Frames are a camera's analysed pictures, counted from 1.
 */
export const motExporter: Exporter = {
  format: 'mot',
  refusal: () => null,
  file: (session, request) =>
    exportFile(session, request, { suffix: 'mot.zip', mimeType: 'application/zip' }),
  write: (session, request, sink, tell, signal) =>
    runExport(sink, signal, async (output) => {
      const zip = new ZipOutput(output, session.header.createdUnixMs, signal);
      const results = await readResults(session, request);
      const { cameras } = session.header;
      let recordCount = 0;
      for (const [index, camera] of cameras.entries()) {
        const name = sequenceName(camera, index);
        const job = { session, request, results, zip, signal, tell };
        const part = { from: index / cameras.length, to: (index + 1) / cameras.length };
        await addSequence(job, camera, name, part);
        recordCount += await addBoxes(job, camera, name, part);
      }
      await zip.close();
      return { recordCount, notes: [] };
    }),
};

/** A camera's name as a folder and in MOTChallenge's files. */
function sequenceName(camera: SessionCamera, index: number): string {
  return `c${index + 1}-${nameSafe(camera.label)}`;
}

/** Counts the frames and writes their times. Takes the first half of the camera's part of the progress. */
async function addSequence(
  job: MotJob,
  camera: SessionCamera,
  name: string,
  part: { readonly from: number; readonly to: number },
): Promise<void> {
  const { session, request, zip, signal } = job;
  const half = { from: part.from, to: (part.from + part.to) / 2 };
  const progress = new TimeProgress(spanOf(session, request), job.tell, half);
  let frameCount = 0;
  let firstUs = 0;
  let lastUs = 0;
  await zip.addText(`${name}/frames.csv`, async (text) => {
    text.add('frame,time_us,time\r\n');
    for await (const frame of framesOf(session, request, progress, signal)) {
      if (frame.cameraId !== camera.cameraId) continue;
      const timeUs = frame.captureTimeUs;
      if (frameCount === 0) firstUs = timeUs;
      lastUs = timeUs;
      frameCount += 1;
      text.add(`${frameCount},${timeUs},${isoTime(session.header, timeUs)}\r\n`);
      if (text.isFull) await text.flush();
    }
  });
  await zip.addText(`${name}/seqinfo.ini`, async (text) => {
    const framesPerS =
      lastUs > firstUs ? ((frameCount - 1) * 1e6) / (lastUs - firstUs) : DEFAULT_FRAMES_PER_S;
    text.add(sequenceInfo(camera, name, frameCount, framesPerS));
  });
}

/** Benchmarks read the rate as a whole number. */
function sequenceInfo(
  camera: SessionCamera,
  name: string,
  frameCount: number,
  framesPerS: number,
): string {
  return [
    '[Sequence]',
    `name=${name}`,
    'imDir=img1',
    `frameRate=${Math.max(1, Math.round(framesPerS))}`,
    `seqLength=${frameCount}`,
    `imWidth=${camera.widthPx}`,
    `imHeight=${camera.heightPx}`,
    'imExt=.jpg',
    '',
  ].join('\n');
}

/** Returns how many boxes were written. Takes the second half of the camera's part of the progress. */
async function addBoxes(
  job: MotJob,
  camera: SessionCamera,
  name: string,
  part: { readonly from: number; readonly to: number },
): Promise<number> {
  const { session, request, results, signal } = job;
  const half = { from: (part.from + part.to) / 2, to: part.to };
  const progress = new TimeProgress(spanOf(session, request), job.tell, half);
  let frameNumber = 0;
  let boxCount = 0;
  await job.zip.addText(`${name}.txt`, async (text) => {
    for await (const frame of framesOf(session, request, progress, signal)) {
      if (frame.cameraId !== camera.cameraId) continue;
      frameNumber += 1;
      boxCount += addFrame(text, frame, frameNumber, results);
      if (text.isFull) await text.flush();
    }
  });
  return boxCount;
}

/** The format has no way to say that a box is predicted: only detected ones are written. */
function addFrame(
  text: TextOutput,
  frame: SessionFrame,
  frameNumber: number,
  results: ExportedResults,
): number {
  let count = 0;
  for (const shown of frame.boxes) {
    if (shown.score === null || !results.isCounted(shown)) continue;
    const { x1, y1, x2, y2 } = shown.box;
    const place = [x1, y1, x2 - x1, y2 - y1].map((pixels) => pixels.toFixed(2)).join(',');
    text.add(`${frameNumber},${shown.trackId},${place},${shown.score.toFixed(3)},-1,-1,-1\n`);
    count += 1;
  }
  return count;
}
