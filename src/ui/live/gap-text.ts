import type { Gap } from '../../contracts/app';
import { durationText, wallSpan, wallTime } from '../../core/time-text';

const REASONS: Readonly<Record<Gap['reason'], string>> = {
  hidden: 'this tab was hidden',
  'camera-lost': 'the camera was gone',
  'camera-muted': 'the camera sent no picture',
  'worker-restarted': 'the analysis had to be restarted',
  'device-slept': 'the device slept',
  'no-frames': 'no pictures came',
};

const NOW_TEXTS: Readonly<Record<Gap['reason'], string>> = {
  hidden: 'Nothing is analysed while this tab is hidden.',
  'camera-lost': 'The camera is gone: nothing is analysed until it is back.',
  'camera-muted': 'The camera sends no picture: nothing is analysed until it does.',
  'worker-restarted': 'The analysis is being restarted.',
  'device-slept': 'The device slept: nothing was analysed meanwhile.',
  'no-frames': 'No pictures come from the camera: nothing is analysed until they do.',
};

/** A gap in one line: `14:02 to 14:05, 3 min: this tab was hidden`; one that lasts `Since 14:02: …`. */
export function gapText(gap: Gap, nowUnixMs: number, locale?: string): string {
  const { startUnixMs, endUnixMs } = gap;
  if (endUnixMs === null) {
    return `Since ${wallTime(startUnixMs, nowUnixMs, locale)}: ${REASONS[gap.reason]}`;
  }
  const span = wallSpan({ startUnixMs, endUnixMs }, nowUnixMs, locale);
  return `${span}, ${durationText(endUnixMs - startUnixMs)}: ${REASONS[gap.reason]}`;
}

/** What is said while a gap lasts. */
export function currentGapText(gap: Gap): string {
  return NOW_TEXTS[gap.reason];
}
