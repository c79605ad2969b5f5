import { expect, it } from 'vitest';
import { analysisLabel } from '../../../src/core/analysis-label';

it('names an analysis after its detector, its input and the day, without what the shelf remarks', () => {
  const unixMs = new Date(2026, 4, 12, 12).getTime();
  expect(analysisLabel('NanoDet-g (built in)', '416 px', unixMs)).toMatch(
    /^NanoDet-g at 416 px, .*May.*2026$/,
  );
  expect(analysisLabel('Mine (day)', '640 px', unixMs)).toMatch(/^Mine \(day\) at 640 px, /);
});
