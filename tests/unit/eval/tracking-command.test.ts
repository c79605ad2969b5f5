import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evaluateTracking, readTracking } from '../../eval/tracking/evaluate-tracking';
import { sharedFolder } from '../../support/shared-folder';

const ignoreLog = (): void => undefined;

describe('npm run eval -- tracking', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'resight-tracking-'));
    mkdirSync(join(folder, 'gt'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function score(truth: readonly string[], results: readonly string[]) {
    writeFileSync(join(folder, 'gt/gt.txt'), truth.join('\n'));
    writeFileSync(join(folder, 'results.txt'), results.join('\n'));
    return evaluateTracking(readTracking(['--data', folder]), null, ignoreLog);
  }

  const TRUTH = ['1,1,0,0,10,10,1,3,1', '2,1,5,0,10,10,1,3,1', '3,1,10,0,10,10,1,3,1'];

  it('reads MOTChallenge text and finds a perfect result perfect', () => {
    const results = TRUTH.map((row) => `${row.split(',').slice(0, 6).join(',')},0.9,-1,-1,-1`);
    expect(score(TRUTH, results)).toEqual({
      eval: 'tracking',
      overall: { hota: 1, idf1: 1, mota: 1, motp: 1, fp: 0, fn: 0, idSwitches: 0 },
      perClass: {},
    });
  });

  it('counts misses, false boxes and identities that changed', () => {
    const results = ['1,7,0,0,10,10,1,-1,-1,-1', '3,8,10,0,10,10,1,-1,-1,-1', '3,9,90,0,10,10,1'];
    expect(score(TRUTH, results)?.overall).toMatchObject({
      fp: 1,
      fn: 1,
      idSwitches: 1,
      mota: 0,
      motp: 1,
    });
  });

  it('forgives a box on an object that need not be found', () => {
    const ignored = ['1,2,50,50,10,10,0,3,1'];
    const results = [...TRUTH.map((row) => row), '1,5,50,50,10,10,1,3,-1'];
    expect(score([...TRUTH, ...ignored], results)?.overall).toMatchObject({ fp: 0, fn: 0 });
  });

  it('scores each class when the results say classes', () => {
    const lorry = '1,2,50,50,10,10,1,6,1';
    const figures = score([...TRUTH, lorry], TRUTH)?.perClass;
    expect(figures?.['3']).toMatchObject({ mota: 1, fn: 0 });
    expect(figures?.['6']).toMatchObject({ mota: 0, fn: 1 });
  });

  it('names file and line of what is no row, and what was expected of a folder', () => {
    expect(() => score(['1,1,0,0'], [])).toThrow(/gt\.txt, line 1: expected frame, id, left/);
    rmSync(join(folder, 'gt'), { recursive: true });
    expect(() => readTracking(['--data', folder])).toThrow(
      /gt\/gt\.txt or track_sample_anns\.json/,
    );
    expect(() => readTracking(['--truth', 'a.txt'])).toThrow(/--results/);
  });

  const shared = sharedFolder();
  it.skipIf(shared === null)('prints what is published of the example of BDD100K', () => {
    const result = evaluateTracking(readTracking([]), shared, ignoreLog);
    expect(result?.overall).toMatchObject({ fp: 126, fn: 942, idSwitches: 45 });
    expect(result?.overall.idf1).toBeCloseTo(0.710107, 6);
    expect(result?.overall.mota).toBeCloseTo(0.642007, 6);
    expect(result?.overall.motp).toBeCloseTo(0.871614, 6);
    expect(result?.overall.hota).toBeGreaterThan(0.5);
    expect(Object.keys(result?.perClass ?? {})).toContain('car');
  });
});
