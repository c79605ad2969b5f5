import { VEHICLE_CLASSES } from '../../contracts/detection';
import type { DryRunResult } from '../../contracts/shelf';
import { similarityText } from '../../sinks/overlay/label-text';
import { countOf } from '../shared/number-text';
import { speedText } from './model-text';

/** Below it a mirrored picture of one vehicle looks like another vehicle: scaling or colours are most likely wrong. */
const LOW_SELF_SIMILARITY = 0.7;

/** What came out of a trial, in one line: `3 found: 2 cars, 1 bus · 64.2 ms`. */
export function trialText(result: DryRunResult): string {
  const time = speedText(result.inferenceMs);
  if (result.task === 'embed') {
    const { dimension, selfSimilarity } = result;
    return `${dimension} values · similarity with its mirror image ${similarityText(selfSimilarity)} · ${time}`;
  }
  const counts = VEHICLE_CLASSES.flatMap((vehicleClass) => {
    const count = result.detections.filter((found) => found.vehicleClass === vehicleClass).length;
    const plural = vehicleClass === 'bus' ? 'buses' : `${vehicleClass}s`;
    return count > 0 ? [countOf(count, vehicleClass, plural)] : [];
  });
  const found = counts.length > 0 ? `: ${counts.join(', ')}` : '';
  return `${result.detections.length} found${found} · ${time}`;
}

/** What to doubt about a result; null: nothing. */
export function trialAdviceText(result: DryRunResult): string | null {
  if (result.task === 'detect') {
    if (result.detections.length > 0) return null;
    return 'Nothing was found. If there are vehicles in the picture, change pixel values, colour order or the kind of output, and try again.';
  }
  if (result.selfSimilarity >= LOW_SELF_SIMILARITY) return null;
  return 'A vehicle and its mirror image should be more alike. Change pixel values or colour order, and try again.';
}
