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
import { runExport, runTextExport } from './run-export';
import { isoTime } from './written-time';
import { ZipOutput } from './zip-output';

/** What a tracker's benchmark takes the rate to be when there are not two frames to tell it. */
const DEFAULT_FRAMES_PER_S = 10;

/** What every step of an export needs. */
interface MotJob {
  readonly session: SessionReader;
  readonly request: ExportRequest;
  readonly results: ExportedResults;
  readonly signal: AbortSignal;
  /** Shares of the whole, told as the steps go on. */
  readonly tell: (fraction: number) => void;
}

/** A stretch of the whole export's progress. */
interface Part {
  readonly from: number;
  readonly to: number;
}

/** Frames of a sequence, and how many there are a second on average. */
interface Sequence {
  readonly frameCount: number;
  readonly framesPerS: number;
}

/**
 * MOTChallenge, a tracker's result: of one camera the text itself. Of several a ZIP with each one's text (`<sequence>.txt`), what
 * the sequence is (`<sequence>/seqinfo.ini`) and when its frames were (`<sequence>/frames.csv`, an addition). Frames are a
 * camera's analysed pictures, counted from 1.
 */
export const motExporter: Exporter = {
  format: 'mot',
  refusal: () => null,
  file: (session, request) =>
    camerasOf(session, request).length === 1
      ? exportFile(session, request, { suffix: 'mot.txt', mimeType: 'text/plain' })
      : exportFile(session, request, { suffix: 'mot.zip', mimeType: 'application/zip' }),
  write: async (session, request, sink, tell, signal) => {
    const [first, ...others] = camerasOf(session, request);
    if (first && others.length === 0) {
      return runTextExport(sink, signal, async (text) => {
        const results = await readResults(session, request);
        const job = { session, request, results, signal, tell };
        const { boxCount, sequence } = await writeBoxes(job, first, text, { from: 0, to: 1 });
        return { recordCount: boxCount, notes: [sequenceNote(first, sequence)] };
      });
    }
    return runExport(sink, signal, async (output) => {
      const zip = new ZipOutput(output, session.header.createdUnixMs, signal);
      const results = await readResults(session, request);
      const job = { session, request, results, signal, tell };
      const recordCount = await writeArchive(job, zip);
      await zip.close();
      return { recordCount, notes: [] };
    });
  },
};

function camerasOf(session: SessionReader, request: ExportRequest): readonly SessionCamera[] {
  const { cameras } = session.header;
  if (request.cameraId === null) return cameras;
  return cameras.filter(({ cameraId }) => cameraId === request.cameraId);
}

/** Returns how many boxes were written. */
async function writeArchive(job: MotJob, zip: ZipOutput): Promise<number> {
  const cameras = camerasOf(job.session, job.request);
  let recordCount = 0;
  let info = '';
  for (const [index, camera] of cameras.entries()) {
    const name = sequenceName(camera, index);
    const from = index / cameras.length;
    const half = from + 0.5 / cameras.length;
    await zip.addText(`${name}.txt`, async (text) => {
      const { boxCount, sequence } = await writeBoxes(job, camera, text, { from, to: half });
      info = sequenceInfo(camera, name, sequence);
      recordCount += boxCount;
    });
    await zip.addText(`${name}/seqinfo.ini`, async (text) => {
      text.add(info);
    });
    const rest = { from: half, to: (index + 1) / cameras.length };
    await zip.addText(`${name}/frames.csv`, (text) => writeTimes(job, camera, text, rest));
  }
  return recordCount;
}

/** A camera's name as a folder and in MOTChallenge's files. */
function sequenceName(camera: SessionCamera, index: number): string {
  return `c${index + 1}-${nameSafe(camera.label)}`;
}

/** Writes a camera's boxes; tells how many, and what the sequence turned out to be. */
async function writeBoxes(
  job: MotJob,
  camera: SessionCamera,
  text: TextOutput,
  part: Part,
): Promise<{ readonly boxCount: number; readonly sequence: Sequence }> {
  let frameCount = 0;
  let boxCount = 0;
  let firstUs = 0;
  let lastUs = 0;
  for await (const frame of cameraFrames(job, camera, part)) {
    if (frameCount === 0) firstUs = frame.captureTimeUs;
    lastUs = frame.captureTimeUs;
    frameCount += 1;
    boxCount += addFrame(text, frame, frameCount, job.results);
    if (text.isFull) await text.flush();
  }
  const framesPerS =
    lastUs > firstUs ? ((frameCount - 1) * 1e6) / (lastUs - firstUs) : DEFAULT_FRAMES_PER_S;
  return { boxCount, sequence: { frameCount, framesPerS } };
}

async function writeTimes(
  job: MotJob,
  camera: SessionCamera,
  text: TextOutput,
  part: Part,
): Promise<void> {
  let frameNumber = 0;
  text.add('frame,time_us,time\r\n');
  for await (const { captureTimeUs } of cameraFrames(job, camera, part)) {
    frameNumber += 1;
    text.add(`${frameNumber},${captureTimeUs},${isoTime(job.session.header, captureTimeUs)}\r\n`);
    if (text.isFull) await text.flush();
  }
}

async function* cameraFrames(
  { session, request, signal, tell }: MotJob,
  { cameraId }: SessionCamera,
  part: Part,
): AsyncGenerator<SessionFrame> {
  const progress = new TimeProgress(spanOf(session, request), tell, part);
  for await (const frame of framesOf(session, request, progress, signal)) {
    if (frame.cameraId === cameraId) yield frame;
  }
}

function sequenceInfo(camera: SessionCamera, name: string, sequence: Sequence): string {
  return [
    '[Sequence]',
    `name=${name}`,
    'imDir=img1',
    ...facts(camera, sequence),
    'imExt=.jpg',
    '',
  ].join('\n');
}

/** A text alone has no place for what benchmarks want to know of its sequence. */
function sequenceNote(camera: SessionCamera, sequence: Sequence): string {
  return `Benchmarks also want a seqinfo.ini with ${facts(camera, sequence).join(', ')}.`;
}

/** Benchmarks read the rate as a whole number. */
function facts(camera: SessionCamera, { frameCount, framesPerS }: Sequence): readonly string[] {
  return [
    `frameRate=${Math.max(1, Math.round(framesPerS))}`,
    `seqLength=${frameCount}`,
    `imWidth=${camera.widthPx}`,
    `imHeight=${camera.heightPx}`,
  ];
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
    const place = `${x1.toFixed(2)},${y1.toFixed(2)},${(x2 - x1).toFixed(2)},${(y2 - y1).toFixed(2)}`;
    text.add(`${frameNumber},${shown.trackId},${place},${shown.score.toFixed(3)},-1,-1,-1\n`);
    count += 1;
  }
  return count;
}
