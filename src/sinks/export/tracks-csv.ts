import type { Exporter } from '../../contracts/export';
import { cameraLabel } from './camera-choice';
import { csvRow, csvStart, shortNumber } from './csv-rows';
import { exportFile } from './export-name';
import { readResults } from './exported-results';
import { runTextExport } from './run-export';
import { isoTime } from './written-time';

/** As those of sightings; a track without a sighting has no vehicle number. */
const COLUMNS = [
  'track_id',
  'vehicle_number',
  'class',
  'camera',
  'first_time',
  'last_time',
  'first_us',
  'last_us',
  'hit_count',
  'similarity',
  'sighting_id',
  'camera_id',
  'time_base',
] as const;

/** One row a track: what was followed without a break, and the vehicle it was taken for. */
export const tracksCsvExporter: Exporter = {
  format: 'tracks-csv',
  refusal: () => null,
  file: (session, request) =>
    exportFile(session, request, { suffix: 'tracks.csv', mimeType: 'text/csv' }),
  write: (session, request, sink, progress, signal) =>
    runTextExport(sink, signal, async (text) => {
      const { header } = session;
      const { tracks, sightingOf } = await readResults(session, request);
      text.add(csvStart(header.cameras.map(({ label }) => label)));
      text.add(csvRow(COLUMNS));
      for (const track of tracks) {
        signal.throwIfAborted();
        const sighting = sightingOf.get(track.trackId);
        text.add(
          csvRow([
            track.trackId,
            sighting?.vehicleNumber ?? null,
            track.vehicleClass,
            cameraLabel(session, track.cameraId),
            isoTime(header, track.firstSeenUs),
            isoTime(header, track.lastSeenUs),
            track.firstSeenUs,
            track.lastSeenUs,
            track.hitCount,
            shortNumber(sighting?.decision.similarity ?? null),
            sighting?.id ?? null,
            track.cameraId,
            header.timeBase,
          ]),
        );
        await text.drain();
      }
      progress(1);
      return { recordCount: tracks.length, notes: [] };
    }),
};
