import type { Detection } from '../../contracts/detection';
import type { DetectorOutputSpec } from '../../contracts/model';
import { iou } from '../../core/geometry';

/** Of two boxes that overlap more than this (intersection over union) the lower score goes; [0, 1]. By kind of output. */
export const SUPPRESSION_IOU: Readonly<Record<DetectorOutputSpec['type'], number>> = {
  /** With which the built-in detector was measured (models/detect-nanodet/CARD.md). */
  'nanodet-dfl': 0.4,
  /** YOLOX's own demo, `tools/demo.py` and `demo/ONNXRuntime/onnx_inference.py`. */
  yolox: 0.45,
  /** YOLOv5's `detect.py` (`--iou-thres`). */
  yolo: 0.45,
  /** Open Model Zoo's vehicle detectors (`nms_threshold` of their DetectionOutput layer). */
  'boxes-scores': 0.45,
};

/**
 * Greedy non-maximum suppression across classes: one vehicle that looks like a truck and a bus is one vehicle. Best
 * score first.
 */
export function suppress(
  candidates: readonly Detection[],
  suppressionIou: number,
): readonly Detection[] {
  const kept: Detection[] = [];
  for (const candidate of [...candidates].sort((a, b) => b.score - a.score)) {
    if (kept.every((better) => iou(better.box, candidate.box) <= suppressionIou)) {
      kept.push(candidate);
    }
  }
  return kept;
}
