import type { ExportFile, ExportRequest } from '../../contracts/export';
import type { SessionReader } from '../../contracts/session';
import { spanOf } from './exported-results';
import { isoTime } from './written-time';

/** Longer labels are cut: folders and other tools have limits of their own. */
const MAX_LABEL_LENGTH = 40;

/** A label as part of a file name on any system: letters and digits of all languages, `-` for the rest. */
export function nameSafe(label: string): string {
  const safe = label
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, MAX_LABEL_LENGTH)
    .replace(/^-+|-+$/gu, '');
  return safe === '' ? 'session' : safe;
}

/**
 * Name and kind of an exported file: `resight_Camera-A_2026-05-12T120005Z_sightings.csv`. A recording of a file has no
 * time of day: there it is the position at which it begins, `000005`.
 */
export function exportFile(
  session: SessionReader,
  request: ExportRequest,
  kind: { readonly suffix: string; readonly mimeType: string; readonly label?: string },
): ExportFile {
  const { header } = session;
  const label = nameSafe(kind.label ?? header.sourceLabel);
  const time = isoTime(header, spanOf(session, request).startUs)
    .replace(/\.\d+/u, '')
    .replaceAll(':', '');
  return { name: `resight_${label}_${time}_${kind.suffix}`, mimeType: kind.mimeType };
}
