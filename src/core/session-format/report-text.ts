import type { PartVerdict, VerificationReport } from '../../contracts/export';
import { verdictOf } from './report-verdict';

/** How a result looks; never told by colour alone. */
export type Tone = 'good' | 'warn' | 'bad';

/** A report in words, the same in the app and on the page that goes into session files. */
export interface ReportText {
  readonly tone: Tone;
  readonly headline: string;
  readonly explanation: string;
}

/** What a check comes to, in two sentences. */
export function reportText(report: VerificationReport): ReportText {
  switch (verdictOf(report)) {
    case 'unchanged':
      return {
        tone: 'good',
        headline: 'Nothing was changed',
        explanation:
          'Every part is exactly as it was when the device with the key below signed it. Whose device that is only people can ' +
          'tell you: ask its owner for the fingerprint.',
      };
    case 'repacked':
      return {
        tone: 'good',
        headline: 'The contents were not changed',
        explanation:
          'Every part has the contents it had when the device with the key below signed it. Only the ZIP file around them is ' +
          'another one, as when it was unpacked and packed again.',
      };
    case 'unsigned':
      return {
        tone: 'warn',
        headline: 'Not signed',
        explanation:
          'All parts fit the list of parts in the file. As nobody signed that list, anyone could have changed both.',
      };
    case 'changed':
      return {
        tone: 'bad',
        headline: 'This file was changed',
        explanation: changedText(report),
      };
    case 'unreadable':
      return {
        tone: 'bad',
        headline: 'This cannot be read as a session file',
        explanation: report.error?.message ?? '',
      };
  }
}

/** How a part is called by its verdict, and how it looks. */
export const PART_TEXT: Readonly<
  Record<PartVerdict, { readonly word: string; readonly tone: Tone }>
> = {
  intact: { word: 'unchanged', tone: 'good' },
  repacked: { word: 'packed again', tone: 'warn' },
  changed: { word: 'changed', tone: 'bad' },
  missing: { word: 'missing', tone: 'bad' },
  unlisted: { word: 'put in', tone: 'bad' },
};

/** Those people look for first. */
export function byConcern(a: { readonly verdict: PartVerdict }, b: typeof a): number {
  const order: readonly Tone[] = ['bad', 'warn', 'good'];
  return order.indexOf(PART_TEXT[a.verdict].tone) - order.indexOf(PART_TEXT[b.verdict].tone);
}

function changedText({ parts, signature }: VerificationReport): string {
  const counts = (['changed', 'missing', 'unlisted'] as const)
    .map((verdict) => ({
      word: PART_TEXT[verdict].word,
      count: parts.filter((part) => part.verdict === verdict).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${count === 1 ? 'part' : 'parts'} ${word}`);
  const signed = signature === 'invalid' ? ['the signature does not fit'] : [];
  const told = [...counts, ...signed].join(', ');
  return `${told.charAt(0).toUpperCase()}${told.slice(1)}. See the list below.`;
}
