import type { Box } from '../../src/contracts/detection';
import { iou } from '../../src/core/geometry';

/** A found box counts as right from this overlap on (PASCAL VOC, COCO's AP50). */
const MIN_IOU = 0.5;

export interface LabelledFrame {
  readonly boxes: readonly Box[];
  /** Neither a hit nor a miss. */
  readonly ignore: readonly Box[];
  readonly detections: readonly { readonly box: Box; readonly score: number }[];
}

export interface DetectionScores {
  /** Area under the precision-recall curve, every point interpolated (VOC 2010 on), [0, 1]. */
  readonly ap50: number;
  /** At the score with the best F1. */
  readonly recall: number;
  readonly precision: number;
  readonly bestScore: number;
}

/** Scores detections against labelled boxes, pooled over all frames. */
export function scoreDetections(frames: readonly LabelledFrame[]): DetectionScores {
  const labelCount = frames.reduce((count, { boxes }) => count + boxes.length, 0);
  const outcomes = frames.flatMap(judgeFrame).sort((a, b) => b.score - a.score);
  let hits = 0;
  const curve = outcomes.map(({ isHit, score }, index) => {
    if (isHit) hits += 1;
    return { score, recall: hits / Math.max(1, labelCount), precision: hits / (index + 1) };
  });
  const best = curve.reduce<(typeof curve)[number] | null>(
    (top, point) => (top && f1(top) >= f1(point) ? top : point),
    null,
  );
  return {
    ap50: areaUnder(curve),
    recall: best?.recall ?? 0,
    precision: best?.precision ?? 0,
    bestScore: best?.score ?? 0,
  };
}

/** Greedy by score: each label is found once; what only meets an ignored box is left out. */
function judgeFrame(frame: LabelledFrame): { score: number; isHit: boolean }[] {
  const free = new Set(frame.boxes);
  const judged: { score: number; isHit: boolean }[] = [];
  for (const { box, score } of [...frame.detections].sort((a, b) => b.score - a.score)) {
    const match = bestOverlap(box, [...free]);
    if (match) {
      free.delete(match);
      judged.push({ score, isHit: true });
    } else if (!bestOverlap(box, frame.ignore)) {
      judged.push({ score, isHit: false });
    }
  }
  return judged;
}

function bestOverlap(box: Box, others: readonly Box[]): Box | null {
  let best: Box | null = null;
  let bestIou = MIN_IOU;
  for (const other of others) {
    const overlap = iou(box, other);
    if (overlap >= bestIou) {
      best = other;
      bestIou = overlap;
    }
  }
  return best;
}

function areaUnder(curve: readonly { recall: number; precision: number }[]): number {
  let area = 0;
  let highest = 0;
  for (let index = curve.length - 1; index >= 0; index -= 1) {
    const point = curve[index];
    if (!point) continue;
    highest = Math.max(highest, point.precision);
    area += highest * (point.recall - (curve[index - 1]?.recall ?? 0));
  }
  return area;
}

function f1({ recall, precision }: { recall: number; precision: number }): number {
  return recall + precision === 0 ? 0 : (2 * recall * precision) / (recall + precision);
}
