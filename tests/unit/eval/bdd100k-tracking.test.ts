import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readScalabelSequences } from '../../eval/tracking/scalabel';
import { countTracking, scoreTracking } from '../../eval/tracking/score-tracking';
import { sharedFolder } from '../../support/shared-folder';

const shared = sharedFolder();
const folder = shared === null ? null : join(shared, 'tracking/bdd100k-box-track');

if (folder === null || !existsSync(folder)) {
  it.skip('skipped: no ../shared');
} else {
  describe('the tracking scorer on the example of BDD100K', () => {
    const sequences = readScalabelSequences({
      truth: join(folder, 'track_sample_anns.json'),
      predictions: join(folder, 'track_predictions.json'),
      configuration: join(folder, 'box_track_configs.toml'),
    });
    const scores = scoreTracking([...sequences.values()].map(countTracking));

    it('computes the counts that Scalabel publishes for it', () => {
      expect(scores).toMatchObject({
        falsePositives: 126,
        misses: 942,
        idSwitches: 45,
        mostlyTracked: 62,
        partlyTracked: 47,
        mostlyLost: 33,
        fragments: 66,
      });
    });

    it('computes the fractions that Scalabel publishes for it, to their last digit', () => {
      const percent = (value: number | null): string => ((value ?? NaN) * 100).toFixed(4);
      expect(percent(scores.idf1)).toBe('71.0107');
      expect(percent(scores.mota)).toBe('64.2007');
      expect(percent(scores.motp)).toBe('87.1614');
    });
  });
}
