import { describe, expect, it } from 'vitest';
import type { Box } from '../../../src/contracts/detection';
import { scoreDetections } from '../../eval/average-precision';

const at = (x: number): Box => ({ x1: x, y1: 0, x2: x + 10, y2: 10 });

describe('scoreDetections', () => {
  it('gives 1 to detections that equal the labels', () => {
    const frame = {
      boxes: [at(0), at(50)],
      ignore: [],
      detections: [
        { box: at(0), score: 0.9 },
        { box: at(50), score: 0.4 },
      ],
    };
    expect(scoreDetections([frame])).toMatchObject({ ap50: 1, recall: 1, precision: 1 });
  });

  it('counts a second detection of one label as false', () => {
    const frame = {
      boxes: [at(0)],
      ignore: [],
      detections: [
        { box: at(0), score: 0.5 },
        { box: at(1), score: 0.9 },
      ],
    };
    // The better score takes the label; the other is a false alarm below it.
    expect(scoreDetections([frame])).toMatchObject({ ap50: 1, precision: 1, bestScore: 0.9 });
  });

  it('lowers the area by what false alarms above a hit cost', () => {
    const frame = {
      boxes: [at(0), at(50)],
      ignore: [],
      detections: [
        { box: at(0), score: 0.9 },
        { box: at(200), score: 0.8 },
        { box: at(50), score: 0.7 },
      ],
    };
    // Recall 0.5 at precision 1, then recall 1 at precision 2/3.
    expect(scoreDetections([frame]).ap50).toBeCloseTo(0.5 + 0.5 * (2 / 3), 6);
  });

  it('leaves out what only meets an ignored box', () => {
    const frame = {
      boxes: [at(0)],
      ignore: [at(50)],
      detections: [
        { box: at(50), score: 0.95 },
        { box: at(0), score: 0.9 },
      ],
    };
    expect(scoreDetections([frame]).ap50).toBe(1);
  });

  it('counts labels nobody found', () => {
    const frame = { boxes: [at(0), at(50)], ignore: [], detections: [{ box: at(0), score: 0.9 }] };
    expect(scoreDetections([frame])).toMatchObject({ ap50: 0.5, recall: 0.5 });
  });
});
