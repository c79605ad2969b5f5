import type { Exporter } from '../../contracts/export';
import type { SessionReader, SessionSighting } from '../../contracts/session';
import { cameraLabel, findCamera } from './camera-choice';
import { shortNumber } from './csv-rows';
import { exportFile } from './export-name';
import { readResults } from './exported-results';
import { runTextExport } from './run-export';
import { isoTime } from './written-time';

/** Centimetres: nobody places a camera more exactly. */
const DEGREE_DIGITS = 7;

/** Sightings as points where their camera stands (RFC 7946). */
export const geojsonExporter: Exporter = {
  format: 'geojson',
  refusal: ({ header }) =>
    header.cameras.some(({ position }) => position !== null)
      ? null
      : 'No camera of this session says where it stands. Give one its position first.',
  file: (session, request) =>
    exportFile(session, request, {
      suffix: 'sightings.geojson',
      mimeType: 'application/geo+json',
    }),
  write: (session, request, sink, progress, signal) =>
    runTextExport(sink, signal, async (text) => {
      const { sightings } = await readResults(session, request);
      let recordCount = 0;
      text.add('{"type":"FeatureCollection","features":[');
      for (const sighting of sightings) {
        signal.throwIfAborted();
        const point = feature(session, sighting);
        if (point === null) continue;
        text.add(`${recordCount === 0 ? '' : ','}\n${JSON.stringify(point)}`);
        recordCount += 1;
        await text.drain();
      }
      text.add('\n]}\n');
      progress(1);
      return { recordCount, notes: leftOut(sightings.length - recordCount) };
    }),
};

/** Null: its camera has no position. */
function feature(session: SessionReader, sighting: SessionSighting): object | null {
  const position = findCamera(session, sighting.cameraId)?.position ?? null;
  if (position === null) return null;
  const { header } = session;
  return {
    type: 'Feature',
    id: sighting.id,
    geometry: {
      type: 'Point',
      coordinates: [
        shortNumber(position.longitudeDeg, DEGREE_DIGITS),
        shortNumber(position.latitudeDeg, DEGREE_DIGITS),
      ],
    },
    properties: {
      vehicle_number: sighting.vehicleNumber,
      class: sighting.vehicleClass,
      camera: cameraLabel(session, sighting.cameraId),
      start_time: isoTime(header, sighting.startUs),
      end_time: isoTime(header, sighting.endUs),
      start_us: sighting.startUs,
      end_us: sighting.endUs,
      outcome: sighting.decision.outcome,
      similarity: shortNumber(sighting.decision.similarity),
      vehicle_id: sighting.vehicleId,
    },
  };
}

function leftOut(count: number): readonly string[] {
  if (count === 0) return [];
  const what = count === 1 ? '1 sighting was' : `${count} sightings were`;
  return [`${what} left out: their camera has no position.`];
}
