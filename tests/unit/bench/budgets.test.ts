import { describe, expect, it } from 'vitest';
import { overBudget } from '../../bench/budgets';

const GOOD_SOAK = { heapGrowth: 1.02, openFrameCount: 0, unclosedWarnings: 0, pageErrorCount: 0 };

describe('the budgets of a bench', () => {
  it('are kept by figures up to the budget and its tolerance', () => {
    expect(overBudget('soak', GOOD_SOAK)).toEqual([]);
    expect(overBudget('soak', { ...GOOD_SOAK, heapGrowth: 1.1 })).toEqual([]);
  });

  it('name each figure that is over, with what was expected', () => {
    expect(overBudget('soak', { ...GOOD_SOAK, heapGrowth: 1.11, unclosedWarnings: 2 })).toEqual([
      expect.stringContaining('heapGrowth is 1.11, expected at most 1.1'),
      expect.stringContaining('unclosedWarnings is 2, expected at most 0'),
    ]);
  });

  it('are for some figures what they must come to at least', () => {
    const good = {
      analysisRateRecordingOverOff: 0.9,
      droppedFrameCount: 0,
      exportHourSeconds: 4,
      exportHourExtraMegabytes: 90,
    };
    expect(overBudget('record', good)).toEqual([]);
    expect(overBudget('record', { ...good, analysisRateRecordingOverOff: 0.89 })).toEqual([
      expect.stringContaining('is 0.89, expected at least 0.9'),
    ]);
  });

  it('are broken by a figure that was not measured', () => {
    expect(overBudget('soak', { ...GOOD_SOAK, heapGrowth: NaN })).toHaveLength(1);
    expect(overBudget('pipeline', {})).toHaveLength(4);
  });
});
