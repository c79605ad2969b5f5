import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../../server/find-chromium';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'resight-chromium-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function program(name: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, mode);
  return path;
}

describe('finding Chromium', () => {
  it('believes CHROME_PATH before anything else', () => {
    program('chromium');
    const mine = program('my-browser');
    expect(findChromium({ CHROME_PATH: mine, PATH: folder }, 'linux')).toBe(mine);
  });

  it('complains about a CHROME_PATH that cannot be run, instead of taking another', () => {
    const missing = join(folder, 'nothing');
    expect(() => findChromium({ CHROME_PATH: missing, PATH: folder }, 'linux')).toThrow(missing);
  });

  it('prefers Chromium over Chrome, wherever in PATH they stand', () => {
    const chrome = program('google-chrome');
    expect(findChromium({ PATH: `${delimiter}${folder}` }, 'linux')).toBe(chrome);
    const chromium = program('chromium');
    expect(findChromium({ PATH: folder }, 'linux')).toBe(chromium);
  });
});
