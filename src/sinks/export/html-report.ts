import type { Exporter, ExportRequest } from '../../contracts/export';
import type { SessionReader, SessionSighting } from '../../contracts/session';
import { durationText } from '../../core/time-text';
import type { TextOutput } from './byte-output';
import { cameraLabel } from './camera-choice';
import { exportFile } from './export-name';
import { readResults, spanOf } from './exported-results';
import { REPORT_STYLE } from './html-style';
import { dataUrl, escapeHtml, readableTime, zoneText } from './html-text';
import { timelineSvg } from './html-timeline';
import { runTextExport } from './run-export';

/** Should anything get past the escaping, it may neither run nor load: pictures in the page are all it needs. */
const PAGE_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/** One page with everything in it, for people: what was recorded, a timeline, and every sighting with its picture. */
export const htmlReportExporter: Exporter = {
  format: 'html-report',
  refusal: () => null,
  file: (session, request) =>
    exportFile(session, request, { suffix: 'report.html', mimeType: 'text/html' }),
  write: (session, request, sink, progress, signal) =>
    runTextExport(sink, signal, async (text) => {
      const { sightings } = await readResults(session, request);
      text.add(pageStart(session));
      text.add(facts(session, request, sightings));
      text.add('<h2>Timeline</h2>\n');
      for (const piece of timelineSvg(session.header, spanOf(session, request), sightings)) {
        text.add(piece);
        if (text.isFull) await text.flush();
      }
      text.add(tableStart());
      for (const [index, sighting] of sightings.entries()) {
        signal.throwIfAborted();
        await addRow(text, session, sighting);
        await text.drain();
        progress((index + 1) / sightings.length);
      }
      text.add('</tbody></table>\n');
      text.add(pageEnd(session));
      progress(1);
      return { recordCount: sightings.length, notes: [] };
    }),
};

function titleOf({ header }: SessionReader): string {
  return header.title === '' ? header.sourceLabel : header.title;
}

function pageStart(session: SessionReader): string {
  const title = escapeHtml(titleOf(session));
  return (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n' +
    `<meta http-equiv="Content-Security-Policy" content="${escapeHtml(PAGE_POLICY)}">\n` +
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n' +
    `<title>${title}</title>\n<style>${REPORT_STYLE}</style>\n</head>\n<body>\n<h1>${title}</h1>\n`
  );
}

function facts(
  session: SessionReader,
  request: ExportRequest,
  sightings: readonly SessionSighting[],
): string {
  const { header } = session;
  const { startUs, endUs } = spanOf(session, request);
  const vehicleCount = new Set(sightings.map(({ vehicleId }) => vehicleId)).size;
  const returnCount = sightings.filter(({ decision }) => decision.outcome === 'matched').length;
  const span = `${readableTime(header, startUs)} to ${readableTime(header, endUs)}`;
  const zone = header.timeBase === 'wall' ? ` (${zoneText(header.originUnixMs)})` : '';
  const rows: readonly (readonly [string, string])[] = [
    ['Source', header.sourceLabel],
    ['Cameras', header.cameras.map(({ label }) => label).join(', ')],
    [header.timeBase === 'wall' ? 'Time' : 'Position in the file', `${span}${zone}`],
    ['Length', durationText((endUs - startUs) / 1000)],
    ['Vehicles', String(vehicleCount)],
    ['Sightings', `${sightings.length}, of which ${returnCount} of a vehicle seen before`],
    ['Without analysis', gapText(session, request)],
    ...modelRows(session, request),
    ['Recorded with', `Resight ${header.appVersion}`],
  ];
  const cells = rows.map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>\n`,
  );
  return `<dl>\n${cells.join('')}</dl>\n`;
}

function gapText(session: SessionReader, request: ExportRequest): string {
  const span = spanOf(session, request);
  const gaps = session.header.gaps.filter(
    ({ startUs, endUs }) => startUs <= span.endUs && endUs >= span.startUs,
  );
  const totalUs = gaps.reduce(
    (sum, gap) => sum + Math.min(gap.endUs, span.endUs) - Math.max(gap.startUs, span.startUs),
    0,
  );
  if (gaps.length === 0) return 'none';
  return `${durationText(totalUs / 1000)} in ${gaps.length} ${gaps.length === 1 ? 'gap' : 'gaps'}`;
}

function modelRows(
  session: SessionReader,
  request: ExportRequest,
): readonly (readonly [string, string])[] {
  const set = session.header.resultSets.find(({ id }) => id === request.resultSet);
  if (!set) return [];
  const { thresholds } = set.settings;
  const models = set.models.map(
    ({ task, id, backend, sha256 }) =>
      [`Model (${task})`, `${id} on ${backend.provider}, SHA-256 ${sha256}`] as const,
  );
  return [
    ['Results', set.label],
    ...models,
    [
      'Recognised at a similarity of',
      thresholds === null ? 'recognition was off' : `${thresholds.accept.toFixed(2)} or more`,
    ],
  ];
}

function tableStart(): string {
  const columns = ['Picture', 'Vehicle', 'Class', 'Camera', 'From', 'Until', 'Recognised'];
  const heads = columns.map((column) => `<th scope="col">${column}</th>`).join('');
  return `<h2>Sightings</h2>\n<table>\n<thead><tr>${heads}</tr></thead>\n<tbody>\n`;
}

async function addRow(
  text: TextOutput,
  session: SessionReader,
  sighting: SessionSighting,
): Promise<void> {
  const { header } = session;
  const url =
    sighting.cropPart === null ? null : await dataUrl(await session.part(sighting.cropPart));
  const words = `Vehicle ${sighting.vehicleNumber}`;
  const cells = [
    sighting.vehicleNumber,
    sighting.vehicleClass,
    cameraLabel(session, sighting.cameraId),
    readableTime(header, sighting.startUs),
    readableTime(header, sighting.endUs),
    outcomeText(sighting),
  ].map((cell) => `<td>${escapeHtml(String(cell))}</td>`);
  text.add('<tr><td>');
  text.add(url === null ? '–' : `<img src="${url}" alt="${escapeHtml(words)}">`);
  text.add(`</td>${cells.join('')}</tr>\n`);
}

function outcomeText({ decision }: SessionSighting): string {
  if (decision.outcome === 'matched' && decision.similarity !== null) {
    return `seen before, similarity ${decision.similarity.toFixed(2)}`;
  }
  return decision.outcome === 'unidentifiable' ? 'no picture was good enough' : 'new';
}

function pageEnd(session: SessionReader): string {
  const pictures =
    session.header.kind === 'results'
      ? 'No pictures were recorded in this session.'
      : 'Pictures are cut out of the recording.';
  return (
    `<footer><p>${pictures} Vehicles were found and recognised by programs, which err: a similarity is no proof. ` +
    'This page loads nothing and runs nothing.</p></footer>\n</body>\n</html>\n'
  );
}
