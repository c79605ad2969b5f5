import fc from 'fast-check';
import { posix, win32 } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathDanger, pathFault, shownPath } from '../../../src/core/session-format/part-path';

describe('paths in a session file', () => {
  it.each([
    'README.txt',
    'manifest.json',
    'data/results-live.rsl',
    'data/crops/0f8fad5b-d9cb-469f-a165-70867728950e.webp',
    'exports/again-2/boxes-10.vtt',
  ])('may be %s', (path) => {
    expect(pathFault(path)).toBeNull();
  });

  it.each([
    '',
    '/a',
    '../a',
    'a/../b',
    'a//b',
    'a/',
    './a',
    '.hidden',
    'a.',
    'a b',
    'a\\b',
    'C:a',
    'CON',
    'data/nul.txt',
    'com1.rsl',
    'ä.txt',
    'a/b/c/d',
    'x'.repeat(181),
    'a\u0000b',
  ])('may not be "%s"', (path) => {
    expect(pathFault(path)).not.toBeNull();
  });

  it('that are found harmless stay below the folder they are unpacked to, on every system', () => {
    const step = fc.oneof(fc.constantFrom('..', '.', '', 'a', 'C:', '\\', '/', '~'), fc.string());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
        const path = steps.join('/');
        if (pathDanger(path) !== null) return;
        expect(posix.resolve('/home/folder', path)).toMatch(/^\/home\/folder(\/|$)/);
        expect(win32.resolve('C:\\folder', path)).toMatch(/^C:\\folder(\\|$)/);
      }),
      { numRuns: 2000 },
    );
  });

  it('are shown without control characters and without turning the text around them', () => {
    expect(shownPath('a\u0000\n\u202Eb')).toBe('a\u{FFFD}\u{FFFD}\u{FFFD}b');
    expect(shownPath('x'.repeat(500)).length).toBeLessThan(200);
  });
});
