import type { VerificationReport } from '../../contracts/export';

/**
 * What a check of a session file comes to.
 * - `unchanged`: every byte is as it was signed.
 * - `repacked`: all contents are as they were signed; another program has packed them.
 * - `unsigned`: all parts fit the manifest, which nobody signed.
 * - `changed`: something was changed, taken away, or put in.
 * - `unreadable`: no session file, or too damaged to tell what was changed.
 */
export type ReportVerdict = 'unchanged' | 'repacked' | 'unsigned' | 'changed' | 'unreadable';

/** Sums a report up; the worst counts. */
export function verdictOf({ error, parts, signature }: VerificationReport): ReportVerdict {
  if (error) return 'unreadable';
  const verdicts = new Set(parts.map(({ verdict }) => verdict));
  if (signature === 'invalid') return 'changed';
  if (verdicts.has('changed') || verdicts.has('missing') || verdicts.has('unlisted'))
    return 'changed';
  if (signature === 'missing') return 'unsigned';
  return verdicts.has('repacked') ? 'repacked' : 'unchanged';
}

/** A fingerprint in groups of four, as people compare them. */
export function fingerprintText(fingerprint: string): string {
  return (fingerprint.match(/.{1,4}/g) ?? []).join(' ');
}
