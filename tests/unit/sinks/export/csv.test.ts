import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { sightingsCsvExporter } from '../../../../src/sinks/export/sightings-csv';
import { tracksCsvExporter } from '../../../../src/sinks/export/tracks-csv';
import { collectExport } from '../../../support/collect-export';
import { MADE_RESULT_SET, makeSession } from '../../../support/make-session';

/** As a spreadsheet would: numbers become numbers, times become dates. */
async function open(
  blob: Blob,
): Promise<{ readonly rows: readonly Record<string, unknown>[]; readonly text: string }> {
  const text = await blob.text();
  const rows = parse<Record<string, unknown>>(text, {
    columns: true,
    bom: true,
    cast: (value) => {
      if (/^-?\d+(\.\d+)?$/u.test(value)) return Number(value);
      return /^\d{4}-\d\d-\d\dT.*Z$/u.test(value) ? new Date(value) : value;
    },
  });
  return { rows, text };
}

describe('CSV of sightings', () => {
  it('opens in a CSV parser with one row a sighting and the right types', async () => {
    const session = makeSession({ durationS: 60, cameraCount: 2 });
    const { blob, summary } = await collectExport(sightingsCsvExporter, session);
    const { rows } = await open(blob);
    const sightings = await session.sightings(MADE_RESULT_SET);
    expect(rows).toHaveLength(sightings.length);
    expect(summary).toEqual({
      byteCount: blob.size,
      recordCount: sightings.length,
      notes: [],
    });
    const matched = rows.find((row) => row['outcome'] === 'matched');
    expect(matched).toMatchObject({
      vehicle_number: expect.any(Number) as number,
      class: expect.stringMatching(/^(car|motorcycle|bus|truck)$/u) as string,
      camera: expect.stringMatching(/^Camera [AB]$/u) as string,
      similarity: expect.any(Number) as number,
      start_us: expect.any(Number) as number,
      start_time: expect.any(Date) as Date,
    });
    expect(rows.find((row) => row['outcome'] === 'new')?.['similarity']).toBe('');
  });

  it('gives the same moment as a time of day and in microseconds', async () => {
    const session = makeSession();
    const { rows, text } = await open((await collectExport(sightingsCsvExporter, session)).blob);
    expect(text).toContain('2026-05-12T12:00:05.000123Z');
    const [first] = rows;
    const unixMs = (first?.['start_time'] as Date).getTime();
    const startUs = Number(first?.['start_us']);
    expect(unixMs).toBe(session.header.originUnixMs + Math.floor(startUs / 1000));
  });

  it('gives positions instead of times of day when a video file was recorded', async () => {
    const { text } = await open(
      (await collectExport(sightingsCsvExporter, makeSession({ timeBase: 'media' }))).blob,
    );
    expect(text).toContain(',00:00:05.000123,');
    expect(text).not.toContain('2026');
  });

  it('keeps what a spreadsheet would run as a formula harmless, and numbers as they are', async () => {
    const labels = ['=HYPERLINK("http://x","y")', '@SUM(A1)', "-2+3+cmd|' /C calc'!A0", '＝1+1'];
    for (const label of labels) {
      const session = makeSession({ labels: [label] });
      const { rows } = await open((await collectExport(sightingsCsvExporter, session)).blob);
      expect(rows[0]?.['camera']).toBe(`'${label}`);
    }
  });

  it('brings labels with commas, quotes, line breaks and letters of all languages back', async () => {
    const label = 'Hof "Süd", Tor 2\nunten 北门';
    const session = makeSession({ labels: [label] });
    const { rows, text } = await open((await collectExport(sightingsCsvExporter, session)).blob);
    expect(rows[0]?.['camera']).toBe(label);
    expect(text.startsWith('\ufeff') || text.charCodeAt(0) === 's'.charCodeAt(0)).toBe(true);
  });

  it('marks its encoding for spreadsheets only when there is something beyond ASCII', async () => {
    const firstBytes = async (label: string): Promise<readonly number[]> => {
      const { blob } = await collectExport(sightingsCsvExporter, makeSession({ labels: [label] }));
      return [...new Uint8Array(await blob.slice(0, 3).arrayBuffer())];
    };
    expect(await firstBytes('Süd')).toEqual([0xef, 0xbb, 0xbf]);
    expect(await firstBytes('South')).toEqual([...new TextEncoder().encode('sig')]);
  });

  it('ends every line as RFC 4180 says', async () => {
    const { blob } = await collectExport(sightingsCsvExporter, makeSession());
    const text = await blob.text();
    expect(text.endsWith('\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/u);
  });

  it('lists what reaches into the range, and nothing else', async () => {
    const session = makeSession({ durationS: 60 });
    const { startUs } = session.header;
    const range = { startUs: startUs + 13e6, endUs: startUs + 20e6 };
    const { rows } = await open(
      (await collectExport(sightingsCsvExporter, session, { range })).blob,
    );
    const expected = (await session.sightings(MADE_RESULT_SET)).filter(
      (sighting) => sighting.startUs <= range.endUs && sighting.endUs >= range.startUs,
    );
    expect(expected.length).toBeGreaterThan(0);
    expect(rows.map((row) => row['sighting_id'])).toEqual(expected.map(({ id }) => id));
  });
});

describe('CSV of tracks', () => {
  it('opens with one row a track and the vehicle it was taken for', async () => {
    const session = makeSession({ durationS: 40 });
    const { rows } = await open((await collectExport(tracksCsvExporter, session)).blob);
    const tracks = await session.tracks(MADE_RESULT_SET);
    expect(rows.map((row) => row['track_id'])).toEqual(tracks.map(({ trackId }) => trackId));
    expect(rows.map((row) => row['hit_count'])).toEqual(tracks.map(({ hitCount }) => hitCount));
    const [sighting] = await session.sightings(MADE_RESULT_SET);
    expect(rows[0]).toMatchObject({
      vehicle_number: sighting?.vehicleNumber,
      sighting_id: sighting?.id,
      first_us: tracks[0]?.firstSeenUs,
    });
  });
});
