import type { VerificationReport, VerifiedPart } from '../../../contracts/export';
import { byConcern, PART_TEXT, reportText } from '../../../core/session-format/report-text';
import { fingerprintText } from '../../../core/session-format/report-verdict';

/** A long session has thousands of parts; those that are unchanged are counted beyond this. */
const MAX_UNCHANGED_ROWS = 500;

/** Shows what a check found. All text goes in as text: names in a file are anyone's. */
export function showReport(report: VerificationReport, result: Element, details: Element): void {
  const { tone, headline, explanation } = reportText(report);
  result.className = tone;
  result.replaceChildren(element('h2', headline), element('p', explanation));
  details.replaceChildren(facts(report), ...(report.parts.length > 0 ? [partTable(report)] : []));
}

/** `1 234 567 bytes`, whatever the language. */
export function bytesText(byteCount: number): string {
  return `${String(byteCount).replace(/\B(?=(\d{3})+$)/g, '\u00a0')} bytes`;
}

function facts({
  keyFingerprint,
  signedUnixMs,
  appVersion,
  signature,
}: VerificationReport): Element {
  const list = document.createElement('dl');
  const words = { valid: 'valid', invalid: 'does not fit', missing: 'none' };
  const rows: readonly (readonly [string, string | null, string])[] = [
    ['Signature', words[signature], ''],
    ['Fingerprint of the key', keyFingerprint && fingerprintText(keyFingerprint), 'mono'],
    ['Signed', signedUnixMs === null ? null : timeText(signedUnixMs), ''],
    ['Written by', appVersion === null ? null : `Resight ${appVersion}`, ''],
  ];
  for (const [name, value, className] of rows) {
    if (value === null) continue;
    list.append(element('dt', name), element('dd', value, className));
  }
  return list;
}

function partTable({ parts }: VerificationReport): Element {
  const table = document.createElement('table');
  const sorted = [...parts].sort(byConcern);
  const concernCount = sorted.filter(({ verdict }) => verdict !== 'intact').length;
  const shown = sorted.slice(0, concernCount + MAX_UNCHANGED_ROWS);
  const head = document.createElement('tr');
  for (const [name, className] of [
    ['Result', ''],
    ['Part', ''],
    ['Size', 'size'],
  ] as const) {
    const cell = element('th', name, className);
    cell.setAttribute('scope', 'col');
    head.append(cell);
  }
  const body = document.createElement('tbody');
  body.append(...shown.map(row));
  const top = document.createElement('thead');
  top.append(head);
  const left = sorted.length - shown.length;
  const more = left > 0 ? `, ${left} unchanged ones not shown` : '';
  table.append(element('caption', `${parts.length} parts${more}`), top, body);
  return table;
}

function row({ name, byteCount, verdict, problem }: VerifiedPart): Element {
  const line = document.createElement('tr');
  const { word, tone } = PART_TEXT[verdict];
  line.className = tone;
  const part = element('td', name);
  if (problem !== null) part.append(element('span', problem, 'problem'));
  line.append(element('td', word), part, element('td', bytesText(byteCount), 'size'));
  return line;
}

function element(tag: string, text: string, className = ''): Element {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className !== '') made.className = className;
  return made;
}

/** As the reader's clock has it, and as everyone's. */
function timeText(unixMs: number): string {
  const date = new Date(unixMs);
  return `${date.toLocaleString()} (${date.toISOString()})`;
}
