import type { Exporter } from '../../contracts/export';
import { cameraLabel } from './camera-choice';
import { csvRow, csvStart, shortNumber } from './csv-rows';
import { exportFile } from './export-name';
import { readResults } from './exported-results';
import { runTextExport } from './run-export';
import { isoTime } from './written-time';

/** Columns; a later version may add some at the end. Times in `_us` are microseconds on the session's clock. */
const COLUMNS = [
  'sighting_id',
  'vehicle_number',
  'class',
  'camera',
  'start_time',
  'end_time',
  'start_us',
  'end_us',
  'outcome',
  'similarity',
  'hit_count',
  'track_ids',
  'vehicle_id',
  'camera_id',
  'time_base',
] as const;

/** One row a sighting: which vehicle was where, from when until when, and how sure that is. */
export const sightingsCsvExporter: Exporter = {
  format: 'sightings-csv',
  refusal: () => null,
  file: (session, request) =>
    exportFile(session, request, { suffix: 'sightings.csv', mimeType: 'text/csv' }),
  write: (session, request, sink, progress, signal) =>
    runTextExport(sink, signal, async (text) => {
      const { header } = session;
      const { sightings } = await readResults(session, request);
      text.add(csvStart(header.cameras.map(({ label }) => label)));
      text.add(csvRow(COLUMNS));
      for (const sighting of sightings) {
        signal.throwIfAborted();
        text.add(
          csvRow([
            sighting.id,
            sighting.vehicleNumber,
            sighting.vehicleClass,
            cameraLabel(session, sighting.cameraId),
            isoTime(header, sighting.startUs),
            isoTime(header, sighting.endUs),
            sighting.startUs,
            sighting.endUs,
            sighting.decision.outcome,
            shortNumber(sighting.decision.similarity),
            sighting.hitCount,
            sighting.trackIds.join(' '),
            sighting.vehicleId,
            sighting.cameraId,
            header.timeBase,
          ]),
        );
        await text.drain();
      }
      progress(1);
      return { recordCount: sightings.length, notes: [] };
    }),
};
