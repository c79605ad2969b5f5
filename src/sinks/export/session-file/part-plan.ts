import type { Exporter, ExportFormat, ExportRequest } from '../../../contracts/export';
import type { SessionReader } from '../../../contracts/session';
import type { ManifestPart } from '../../../core/session-format/manifest';
import { DATA_FOLDER, EXPORTS_FOLDER } from '../../../core/session-format/part-path';

/** A part before it is written. */
export interface PlannedPart {
  readonly path: string;
  readonly role: ManifestPart['role'];
  readonly mimeType: string;
  /** For progress and for people. */
  readonly estimatedBytes: number;
  readonly contents:
    | { readonly type: 'blob'; readonly read: () => Promise<Blob> }
    | {
        readonly type: 'export';
        readonly exporter: Exporter;
        readonly request: ExportRequest;
      };
}

/** Formats for other programs that go into every session file, in this order, with the names they get. */
const TEXT_FORMATS: readonly {
  readonly format: ExportFormat;
  readonly name: string;
  readonly extension: string;
  /** Formats that know of one picture only: a file for each camera. */
  readonly isPerCamera: boolean;
  /** For each box of the results; of a made session of an hour, 588,000 boxes, 6000 sightings (tests/support/make-session.ts). */
  readonly bytesPerBox: number;
}[] = [
  {
    format: 'sightings-csv',
    name: 'sightings',
    extension: 'csv',
    isPerCamera: false,
    bytesPerBox: 2,
  },
  { format: 'tracks-csv', name: 'tracks', extension: 'csv', isPerCamera: false, bytesPerBox: 2 },
  {
    format: 'json-lines',
    name: 'events',
    extension: 'jsonl',
    isPerCamera: false,
    bytesPerBox: 124,
  },
  { format: 'mot', name: 'mot', extension: 'txt', isPerCamera: true, bytesPerBox: 50 },
  { format: 'coco', name: 'coco', extension: 'json', isPerCamera: false, bytesPerBox: 200 },
  { format: 'webvtt', name: 'boxes', extension: 'vtt', isPerCamera: true, bytesPerBox: 114 },
  { format: 'geojson', name: 'places', extension: 'geojson', isPerCamera: false, bytesPerBox: 1 },
];

/** A sighting's row in the report, without its picture; measured as above. */
const REPORT_ROW_BYTES = 310;

/** Bytes of a line or of the few things every file begins with. */
const TEXT_START_BYTES = 2000;

/** A small picture of a vehicle: what is assumed where a session does not tell. */
const CROP_BYTES = 8000;

/** What the session is made of: results as stored, crops, video; always in the same order. */
export async function planData(session: SessionReader): Promise<readonly PlannedPart[]> {
  const names = [...(await session.partNames())].sort(byText);
  const results = names.filter((name) => name.endsWith('.rsl'));
  const crops = names.filter((name) => !name.endsWith('.rsl'));
  const planned = (name: string, estimatedBytes: number): PlannedPart => ({
    path: `${DATA_FOLDER}${name}`,
    role: 'data',
    mimeType: mimeTypeOf(name),
    estimatedBytes,
    contents: { type: 'blob', read: () => session.part(name) },
  });
  const parts: PlannedPart[] = [];
  for (const name of results) parts.push(planned(name, (await session.part(name)).size));
  // Thousands of files, so they are not asked one by one.
  for (const name of crops) parts.push(planned(name, CROP_BYTES));
  for (const { part, byteCount } of session.segments) parts.push(planned(part, byteCount));
  return parts;
}

/** The same results for other programs, for each result set; what a session cannot be exported in is left out. */
export function planExports(
  session: SessionReader,
  request: ExportRequest,
  exporters: readonly Exporter[],
): readonly PlannedPart[] {
  return session.header.resultSets.flatMap((set) =>
    TEXT_FORMATS.flatMap((text) => {
      const exporter = exporters.find(({ format }) => format === text.format);
      if (!exporter) return [];
      const { cameras } = session.header;
      const cameraIds = text.isPerCamera ? cameras.map(({ cameraId }) => cameraId) : [null];
      return cameraIds.flatMap((cameraId, place): readonly PlannedPart[] => {
        const { format } = text;
        const asked = { ...request, format, resultSet: set.id, range: null, cameraId };
        if (exporter.refusal(session, asked) !== null) return [];
        const suffix = cameraIds.length > 1 ? `-${place}` : '';
        return [
          {
            path: `${EXPORTS_FOLDER}${set.id}/${text.name}${suffix}.${text.extension}`,
            role: 'export',
            mimeType: exporter.file(session, asked).mimeType,
            estimatedBytes: TEXT_START_BYTES + (set.boxCount * text.bytesPerBox) / cameraIds.length,
            contents: { type: 'export', exporter, request: asked },
          },
        ];
      });
    }),
  );
}

/** The page for people; null when there is none for this session. */
export function planReport(
  session: SessionReader,
  request: ExportRequest,
  exporters: readonly Exporter[],
): PlannedPart | null {
  const exporter = exporters.find(({ format }) => format === 'html-report');
  const asked: ExportRequest = { ...request, format: 'html-report', range: null };
  if (!exporter || exporter.refusal(session, asked) !== null) return null;
  const set = session.header.resultSets.find(({ id }) => id === request.resultSet);
  const sightingCount = set?.sightingCount ?? 0;
  return {
    path: 'report.html',
    role: 'document',
    mimeType: 'text/html',
    estimatedBytes: TEXT_START_BYTES + sightingCount * REPORT_ROW_BYTES,
    contents: { type: 'export', exporter, request: asked },
  };
}

function mimeTypeOf(name: string): string {
  const extension = name.slice(name.lastIndexOf('.') + 1);
  const known: Readonly<Record<string, string>> = {
    rsl: 'application/octet-stream',
    mp4: 'video/mp4',
    webm: 'video/webm',
    webp: 'image/webp',
    jpg: 'image/jpeg',
  };
  return known[extension] ?? 'application/octet-stream';
}

/** By code unit: the same order on every device. */
function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
