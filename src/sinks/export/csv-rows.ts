/*
 * CSV as RFC 4180 has it. Text that a spreadsheet would take for a formula is made harmless, because camera names and
 * whole sessions may come from other people (https://owasp.org/www-community/attacks/CSV_Injection).
 */

/** A cell: text that people or other devices wrote, a number, or nothing. */
export type CsvCell = string | number | null;

/** What spreadsheets read as the beginning of a formula, the full-width forms included. */
const FORMULA_START = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/u;
const NEEDS_QUOTES = /[",\r\n]/u;
/** Excel reads UTF-8 as another encoding without it; other programs do not need it. */
const BYTE_ORDER_MARK = '\ufeff';
// eslint-disable-next-line no-control-regex -- all of ASCII is what is meant
const ASCII_ONLY = /^[\u0000-\u007f]*$/u;

/** One row with its line end. Numbers have a point whatever the language; null is an empty cell. */
export function csvRow(cells: readonly CsvCell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

/** What a file must begin with so that every spreadsheet reads these texts as they are; mostly nothing. */
export function csvStart(texts: readonly string[]): string {
  return texts.every((text) => ASCII_ONLY.test(text)) ? '' : BYTE_ORDER_MARK;
}

function cellText(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const harmless = FORMULA_START.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** A cosine or score with the digits that mean something. */
export function shortNumber(value: number | null, digits = 4): number | null {
  return value === null ? null : Number(value.toFixed(digits));
}
