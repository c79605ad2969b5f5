import type { Exporter, ExportRequest } from '../../contracts/export';
import type { CameraId } from '../../contracts/frame';
import type { SessionReader, SessionSighting } from '../../contracts/session';
import { exportFile } from './export-name';
import { framesOf, readResults, spanOf, TimeProgress } from './exported-results';
import { runExport } from './run-export';
import { ZipOutput } from './zip-output';

/** Where Market-1501 keeps pictures to learn from. How to split them is for whoever does. */
const FOLDER = 'bounding_box_train';

/** Makes a JPEG of a picture; what is one already comes back as it is. */
export type ToJpeg = (picture: Blob) => Promise<Blob>;

type SightingWithCrop = SessionSighting & { readonly cropPart: string };

/**
 * Pictures of vehicles, named as in Market-1501: `0001_c1s1_000151_00.jpg` is vehicle 1 at camera 1 in sequence 1 at frame 151 of
 * that camera. Frames are counted as in the MOTChallenge export.
 */
export function createReidCropsExporter(toJpeg: ToJpeg): Exporter {
  return {
    format: 'reid-crops',
    refusal: ({ header }) =>
      header.kind === 'results'
        ? 'No pictures of vehicles were recorded. Choose results with crops, or with video, before recording.'
        : null,
    file: (session, request) =>
      exportFile(session, request, { suffix: 'market1501.zip', mimeType: 'application/zip' }),
    write: (session, request, sink, tell, signal) =>
      runExport(sink, signal, async (output) => {
        const { sightings } = await readResults(session, request);
        const pictured = sightings.filter(hasCrop);
        const half = { from: 0, to: 0.3 };
        const progress = new TimeProgress(spanOf(session, request), tell, half);
        const frameNumbers = await numberFrames(session, request, pictured, progress, signal);
        const zip = new ZipOutput(output, session.header.createdUnixMs, signal);
        const names = new CropNames(session);
        let recordCount = 0;
        for (const sighting of pictured) {
          signal.throwIfAborted();
          const picture = await toJpeg(await session.part(sighting.cropPart));
          const name = names.next(sighting, frameNumbers.get(sighting.id) ?? 1);
          await zip.addStored(`${FOLDER}/${name}`, picture);
          recordCount += 1;
          tell(half.to + (1 - half.to) * (recordCount / pictured.length));
        }
        await zip.close();
        return { recordCount, notes: leftOut(sightings.length - pictured.length) };
      }),
  };
}

function hasCrop(sighting: SessionSighting): sighting is SightingWithCrop {
  return sighting.cropPart !== null;
}

/** The number of the analysed frame at or after each sighting's first picture, by sighting. */
async function numberFrames(
  session: SessionReader,
  request: ExportRequest,
  sightings: readonly SightingWithCrop[],
  progress: TimeProgress,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const waiting = new Map<CameraId, { readonly id: string; readonly timeUs: number }[]>();
  for (const { id, cameraId, decision, startUs } of sightings) {
    const list = waiting.get(cameraId) ?? [];
    list.push({ id, timeUs: decision.cropTimesUs[0] ?? startUs });
    waiting.set(cameraId, list);
  }
  // Latest first, so that the next one is taken off the end.
  for (const list of waiting.values()) list.sort((a, b) => b.timeUs - a.timeUs);
  const counts = new Map<CameraId, number>();
  const numbers = new Map<string, number>();
  for await (const { cameraId, captureTimeUs } of framesOf(session, request, progress, signal)) {
    const count = (counts.get(cameraId) ?? 0) + 1;
    counts.set(cameraId, count);
    const list = waiting.get(cameraId) ?? [];
    for (let next = list.at(-1); next && next.timeUs <= captureTimeUs; next = list.at(-1)) {
      numbers.set(next.id, count);
      list.pop();
    }
  }
  // After the last frame of the range.
  for (const [cameraId, list] of waiting) {
    for (const { id } of list) numbers.set(id, counts.get(cameraId) ?? 1);
  }
  return numbers;
}

/** Names crops; two of one vehicle, camera and frame are told apart by the last number. */
class CropNames {
  readonly #cameraNumbers: ReadonlyMap<CameraId, number>;
  readonly #taken = new Map<string, number>();

  constructor(session: SessionReader) {
    this.#cameraNumbers = new Map(
      session.header.cameras.map(({ cameraId }, index) => [cameraId, index + 1]),
    );
  }

  next({ vehicleNumber, cameraId }: SessionSighting, frameNumber: number): string {
    const vehicle = String(vehicleNumber).padStart(4, '0');
    const camera = this.#cameraNumbers.get(cameraId) ?? 0;
    const stem = `${vehicle}_c${camera}s1_${String(frameNumber).padStart(6, '0')}`;
    const index = this.#taken.get(stem) ?? 0;
    this.#taken.set(stem, index + 1);
    return `${stem}_${String(index).padStart(2, '0')}.jpg`;
  }
}

function leftOut(count: number): readonly string[] {
  if (count === 0) return [];
  return [count === 1 ? '1 sighting has no picture.' : `${count} sightings have no picture.`];
}
