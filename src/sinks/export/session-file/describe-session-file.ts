import type { Exporter, ExportRequest, SessionFileContents } from '../../../contracts/export';
import type { SessionReader, SessionSighting } from '../../../contracts/session';
import { resultsPartName } from '../../../core/session-format/part-path';
import { spanOf } from '../exported-results';
import { planExports, planReport } from './part-plan';

/** What texts come to when they are packed: 23 of 287 MB of a made session of an hour (tests/support/make-session.ts). */
const PACKED_SHARE = 0.08;

/** The page that checks the file, and the text that explains it. */
const PAGE_BYTES = 110_000;
const PAGE_COUNT = 2;

type Group = SessionFileContents['groups'][number];

/**
 * What a session file would hold, for the person who is about to give it away. Quick: sizes of results and texts are estimated by their
 * share of the session's time. Throws AppError SESSION_DAMAGED.
 */
export async function describeSessionFile(
  session: SessionReader,
  request: ExportRequest,
  exporters: readonly Exporter[],
): Promise<SessionFileContents> {
  const { header, segments } = session;
  const { startUs, endUs } = spanOf(session, request);
  const share =
    request.range === null ? 1 : (endUs - startUs) / Math.max(1, header.endUs - header.startUs);
  let resultBytes = 0;
  for (const { id } of header.resultSets)
    resultBytes += (await session.part(resultsPartName(id))).size;
  const video = request.without.includes('video')
    ? []
    : segments.filter((segment) => segment.startUs <= endUs && segment.endUs >= startUs);
  const crops = await describeCrops(session, request, resultBytes);
  const exports = planExports(session, request, exporters);
  const report = planReport(session, request, exporters);
  const groups: readonly Group[] = [
    {
      kind: 'results',
      partCount: header.resultSets.length,
      byteCount: Math.round(resultBytes * share),
    },
    crops,
    { kind: 'video', partCount: video.length, byteCount: bytesOf(video) },
    {
      kind: 'exports',
      partCount: exports.length,
      byteCount: Math.round(
        exports.reduce((sum, part) => sum + part.estimatedBytes, 0) * share * PACKED_SHARE,
      ),
    },
    {
      kind: 'documents',
      partCount: PAGE_COUNT + (report ? 1 : 0),
      byteCount: Math.round(
        PAGE_BYTES + (report ? report.estimatedBytes * PACKED_SHARE + crops.byteCount : 0),
      ),
    },
  ];
  return {
    groups: groups.filter(({ partCount }) => partCount > 0),
    byteCount: bytesOf(groups),
    hasPictures: video.length > 0 || crops.partCount > 0,
  };
}

/** Pictures are thousands of small files: what all of them take is what is left of the session's bytes. */
async function describeCrops(
  session: SessionReader,
  { range, without }: ExportRequest,
  resultBytes: number,
): Promise<Group> {
  if (without.includes('crops')) return { kind: 'crops', partCount: 0, byteCount: 0 };
  const sightings: SessionSighting[] = [];
  for (const { id } of session.header.resultSets) sightings.push(...(await session.sightings(id)));
  const all = new Set(sightings.flatMap(({ cropPart }) => cropPart ?? []));
  const inRange = sightings.filter(
    ({ startUs, endUs }) => range === null || (startUs <= range.endUs && endUs >= range.startUs),
  );
  const chosen = new Set(inRange.flatMap(({ cropPart }) => cropPart ?? []));
  const bytes = Math.max(0, session.header.byteCount - resultBytes - bytesOf(session.segments));
  return {
    kind: 'crops',
    partCount: chosen.size,
    byteCount: all.size === 0 ? 0 : Math.round((bytes * chosen.size) / all.size),
  };
}

function bytesOf(parts: readonly { readonly byteCount: number }[]): number {
  return parts.reduce((sum, { byteCount }) => sum + byteCount, 0);
}
