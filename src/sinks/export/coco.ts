import type { VehicleClass } from '../../contracts/detection';
import type { Exporter } from '../../contracts/export';
import type { CameraId } from '../../contracts/frame';
import type { SessionCamera, SessionFrame, SessionReader } from '../../contracts/session';
import { boxAreaPx2, boxHeightPx, boxWidthPx, clampBox } from '../../core/geometry';
import type { TextOutput } from './byte-output';
import { exportFile, nameSafe } from './export-name';
import {
  framesOf,
  readResults,
  spanOf,
  TimeProgress,
  type ExportedResults,
} from './exported-results';
import { runTextExport } from './run-export';
import { isoTime } from './written-time';

/** Category ids of the COCO data set itself, so that its tools and models agree with the file. */
const CATEGORY_IDS: Readonly<Record<VehicleClass, number>> = {
  car: 3,
  motorcycle: 4,
  bus: 6,
  truck: 8,
};
/** Digits of microseconds in a picture's name: 31 years, so that names sort as times do. */
const TIME_DIGITS = 15;

/**
 * COCO object detection: every analysed frame as an image and every detected box as an annotation, with its track.
 * Images come first in the file, so results are read twice.
 */
export const cocoExporter: Exporter = {
  format: 'coco',
  refusal: () => null,
  file: (session, request) =>
    exportFile(session, request, { suffix: 'coco.json', mimeType: 'application/json' }),
  write: (session, request, sink, tell, signal) =>
    runTextExport(sink, signal, async (text) => {
      const results = await readResults(session, request);
      const span = spanOf(session, request);
      const cameras = new CocoCameras(session);
      text.add(`{"info":${JSON.stringify(info(session))},"licenses":[],`);
      text.add(`"categories":${JSON.stringify(categories())},"images":[`);
      const first = new TimeProgress(span, tell, { from: 0, to: 0.4 });
      let imageId = 0;
      for await (const frame of framesOf(session, request, first, signal)) {
        text.add(`${imageId === 0 ? '' : ','}\n${imageText(session, cameras, frame, imageId + 1)}`);
        imageId += 1;
        if (text.isFull) await text.flush();
      }
      text.add('\n],"annotations":[');
      const second = new TimeProgress(span, tell, { from: 0.4, to: 1 });
      const recordCount = await writeAnnotations(text, cameras, results, {
        frames: framesOf(session, request, second, signal),
      });
      text.add('\n]}\n');
      return { recordCount, notes: [] };
    }),
};

async function writeAnnotations(
  text: TextOutput,
  cameras: CocoCameras,
  results: ExportedResults,
  { frames }: { readonly frames: AsyncIterable<SessionFrame> },
): Promise<number> {
  let imageId = 0;
  let annotationId = 0;
  for await (const frame of frames) {
    imageId += 1;
    const { widthPx, heightPx } = cameras.of(frame.cameraId);
    for (const shown of frame.boxes) {
      // A label must be something that can be seen: predicted boxes are not.
      if (shown.score === null || !results.isCounted(shown)) continue;
      const box = clampBox(shown.box, widthPx, heightPx);
      if (boxAreaPx2(box) <= 0) continue;
      const sizes = `${short(box.x1)},${short(box.y1)},${short(boxWidthPx(box))},${short(boxHeightPx(box))}`;
      const vehicleNumber = results.sightingOf.get(shown.trackId)?.vehicleNumber ?? null;
      annotationId += 1;
      text.add(
        `${annotationId === 1 ? '' : ','}\n{"id":${annotationId},"image_id":${imageId},` +
          `"category_id":${CATEGORY_IDS[shown.vehicleClass]},"bbox":[${sizes}],"area":${short(boxAreaPx2(box))},` +
          `"iscrowd":0,"segmentation":[],"score":${shown.score},"track_id":${shown.trackId},` +
          `"attributes":{"track_id":${shown.trackId},"vehicle_number":${vehicleNumber}}}`,
      );
    }
    if (text.isFull) await text.flush();
  }
  return annotationId;
}

/** Sizes and folder names of a session's cameras. */
class CocoCameras {
  readonly #cameras: ReadonlyMap<
    CameraId,
    { readonly camera: SessionCamera; readonly folder: string }
  >;

  constructor(session: SessionReader) {
    this.#cameras = new Map(
      session.header.cameras.map((camera, index) => [
        camera.cameraId,
        { camera, folder: `c${index + 1}-${nameSafe(camera.label)}` },
      ]),
    );
  }

  /** A frame of a camera that the header does not name cannot be placed; the reader refuses such sessions. */
  of(cameraId: CameraId): SessionCamera {
    return this.#entry(cameraId).camera;
  }

  folder(cameraId: CameraId): string {
    return this.#entry(cameraId).folder;
  }

  #entry(cameraId: CameraId): { readonly camera: SessionCamera; readonly folder: string } {
    const entry = this.#cameras.get(cameraId);
    if (!entry) throw new RangeError(`Expected a camera of the session, found "${cameraId}"`);
    return entry;
  }
}

function imageText(
  session: SessionReader,
  cameras: CocoCameras,
  frame: SessionFrame,
  id: number,
): string {
  const { widthPx, heightPx } = cameras.of(frame.cameraId);
  const time = String(Math.round(frame.captureTimeUs)).padStart(TIME_DIGITS, '0');
  const name = JSON.stringify(`${cameras.folder(frame.cameraId)}/${time}.jpg`);
  return (
    `{"id":${id},"width":${widthPx},"height":${heightPx},"file_name":${name},` +
    `"date_captured":"${isoTime(session.header, frame.captureTimeUs)}","frame_time_us":${frame.captureTimeUs}}`
  );
}

function info(session: SessionReader): object {
  const { header } = session;
  return {
    description: header.title === '' ? header.sourceLabel : header.title,
    version: header.appVersion,
    year: new Date(header.createdUnixMs).getUTCFullYear(),
    contributor: 'Resight',
    date_created: new Date(header.createdUnixMs).toISOString(),
  };
}

function categories(): readonly object[] {
  return Object.entries(CATEGORY_IDS).map(([name, id]) => ({ id, name, supercategory: 'vehicle' }));
}

function short(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}
