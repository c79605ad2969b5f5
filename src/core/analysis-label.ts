import { dayText } from './time-text';

/** A remark of the shelf about where a model is from; it says nothing about results. */
const SHELF_REMARK = / \(built in\)$/;

/** What an analysis is called by itself: `NanoDet-g at 416 px, 12 May 2026`. `side`: of the detector's input, with its unit. */
export function analysisLabel(detectorTitle: string, side: string, unixMs: number): string {
  return `${detectorTitle.replace(SHELF_REMARK, '')} at ${side}, ${dayText(unixMs)}`;
}
