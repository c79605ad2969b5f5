import { describe, expect, it } from 'vitest';
import type { PartVerdict, VerificationReport } from '../../../src/contracts/export';
import { byConcern, reportText } from '../../../src/core/session-format/report-text';
import { fingerprintText, verdictOf } from '../../../src/core/session-format/report-verdict';
import { bytesText } from '../../../src/sinks/verify/page/show-report';

function reportOf(
  verdicts: readonly PartVerdict[],
  fields: Partial<VerificationReport> = {},
): VerificationReport {
  return {
    error: null,
    parts: verdicts.map((verdict, index) => ({
      name: `part-${index}`,
      byteCount: 1,
      verdict,
      problem: verdict === 'intact' ? null : 'expected this, found that',
    })),
    signature: 'valid',
    keyFingerprint: 'ab'.repeat(32),
    signedUnixMs: 0,
    appVersion: '0.1.0',
    ...fields,
  };
}

describe('what a check comes to', () => {
  it.each<[string, VerificationReport, string]>([
    ['all as it was', reportOf(['intact', 'intact']), 'unchanged'],
    ['packed again', reportOf(['repacked', 'repacked']), 'repacked'],
    ['no signature', reportOf(['intact'], { signature: 'missing' }), 'unsigned'],
    ['a bad signature', reportOf(['intact'], { signature: 'invalid' }), 'changed'],
    ['a changed part', reportOf(['intact', 'changed']), 'changed'],
    ['a missing part, unsigned', reportOf(['missing'], { signature: 'missing' }), 'changed'],
    ['a part put in', reportOf(['intact', 'unlisted']), 'changed'],
    [
      'an error',
      reportOf(['intact'], { error: { code: 'IMPORT_REFUSED', message: 'm' } }),
      'unreadable',
    ],
  ])('is, with %s, what is worst', (_, report, expected) => {
    expect(verdictOf(report)).toBe(expected);
  });

  it('is good news only when nothing was changed', () => {
    expect(reportText(reportOf(['intact'])).tone).toBe('good');
    expect(reportText(reportOf(['intact', 'missing'])).tone).toBe('bad');
    expect(reportText(reportOf(['intact'], { signature: 'missing' })).tone).toBe('warn');
  });

  it('is told with how many parts were changed', () => {
    const report = reportOf(['changed', 'changed', 'missing', 'intact'], { signature: 'invalid' });
    expect(reportText(report).explanation).toBe(
      '2 parts changed, 1 part missing, the signature does not fit. See the list below.',
    );
  });

  it('is listed with the changed parts first', () => {
    const { parts } = reportOf(['intact', 'repacked', 'changed', 'intact', 'missing']);
    expect([...parts].sort(byConcern).map(({ verdict }) => verdict)).toEqual([
      'changed',
      'missing',
      'repacked',
      'intact',
      'intact',
    ]);
  });

  it('groups digits for people', () => {
    expect(bytesText(1_234_567)).toBe('1\u00a0234\u00a0567 bytes');
    expect(fingerprintText('0123456789abcdef')).toBe('0123 4567 89ab cdef');
  });
});
