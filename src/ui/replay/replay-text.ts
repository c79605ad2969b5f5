import type { ResultSet, SessionHeader, SessionSighting } from '../../contracts/session';
import { mediaPosition, timeToSecond, wallTime } from '../../core/time-text';
import type { MissingPicture } from '../../runtime/replay/shown-picture';
import { similarityText } from '../../sinks/overlay/label-text';
import { countOf } from '../shared/number-text';

/** What a time of a session is told with. */
export type SessionClock = Pick<SessionHeader, 'originUnixMs' | 'timeBase'>;

/** A time of a session to the second: `14:02:09` of the day, or `0:12` of a recording. */
export function sessionTime(clock: SessionClock, timeUs: number): string {
  return clock.timeBase === 'media'
    ? mediaPosition(timeUs)
    : timeToSecond(clock.originUnixMs + timeUs / 1000);
}

/** To the millisecond: `14:02:09.034`. */
export function exactSessionTime(clock: SessionClock, timeUs: number): string {
  const originUs = clock.timeBase === 'media' ? 0 : clock.originUnixMs * 1000;
  const ms = Math.floor(((((originUs + timeUs) % 1e6) + 1e6) % 1e6) / 1000);
  return `${sessionTime(clock, timeUs)}.${String(ms).padStart(3, '0')}`;
}

/** What a session is called: as its user said, or by its source and time. */
export function sessionTitle(header: SessionHeader, nowUnixMs: number): string {
  if (header.title !== '') return header.title;
  const label = header.sourceLabel === '' ? 'Session' : header.sourceLabel;
  return `${label}, ${wallTime(header.createdUnixMs, nowUnixMs)}`;
}

const MISSING_TEXTS: Readonly<Record<MissingPicture, string>> = {
  'results-only': '',
  'not-recorded': 'No video of this time',
  damaged: 'This picture cannot be decoded',
  gap: 'Nothing was recorded here',
};

/** Why a view is empty, in a few words; empty: that is how this session is. */
export function missingText(missing: MissingPicture): string {
  return MISSING_TEXTS[missing];
}

const GAP_REASONS: Readonly<Record<string, string>> = {
  hidden: 'the tab was hidden',
  'camera-lost': 'the camera was gone',
  'camera-muted': 'the camera sent no picture',
  'worker-restarted': 'the analysis was restarted',
  'device-slept': 'the device slept',
  'no-frames': 'no pictures came',
};

/** Why nothing was recorded; an unknown reason, of another version, as it is. */
export function gapReasonText(reason: string): string {
  return GAP_REASONS[reason] ?? reason;
}

/** What was decided about a sighting: `Seen again, 87 %`, `New vehicle`. */
export function outcomeText({ decision }: SessionSighting): string {
  const { outcome, similarity } = decision;
  if (outcome === 'unidentifiable') return 'Too small or blurred to compare';
  if (outcome === 'new') return 'New vehicle';
  return similarity === null ? 'Seen again' : `Seen again, ${similarityText(similarity)}`;
}

/** What a result set is called; one that was made while it was recorded is called so by the recorder. */
export function resultSetText({ label }: ResultSet): string {
  return label === 'live' ? 'When recorded' : label;
}

/** What found the vehicles of a result set: `detect-nanodet, 416 px`. */
export function detectorText({ models }: ResultSet): string {
  const detector = models.find(({ task }) => task === 'detect');
  return detector ? `${detector.id}, ${detector.backend.inputSidePx}\u202fpx` : 'not known';
}

/** What is at a picture, for who does not see it: `14:02:09.034, analysed, 3 vehicles`. */
export function pictureText(
  clock: SessionClock,
  timeUs: number,
  analysis: { readonly isAnalysed: boolean; readonly vehicleCount: number },
): string {
  const time = exactSessionTime(clock, timeUs);
  if (!analysis.isAnalysed) return `${time}, not analysed`;
  return `${time}, ${countOf(analysis.vehicleCount, 'vehicle')}`;
}
