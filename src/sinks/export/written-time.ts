import type { SessionHeader } from '../../contracts/session';

/**
 * A time of a session as ISO 8601 text, to the microsecond: `2026-05-12T12:00:05.000123Z`. A recording of a file has
 * positions instead of times of day: `00:00:05.000123`.
 */
export function isoTime(
  header: Pick<SessionHeader, 'originUnixMs' | 'timeBase'>,
  timeUs: number,
): string {
  if (header.timeBase === 'media') return positionText(timeUs, 6);
  const unixUs = Math.round(header.originUnixMs * 1000 + timeUs);
  const seconds = new Date(Math.floor(unixUs / 1e6) * 1000).toISOString().slice(0, 19);
  const restUs = ((unixUs % 1e6) + 1e6) % 1e6;
  return `${seconds}.${String(restUs).padStart(6, '0')}Z`;
}

/** `01:02:03.456`: hours, minutes, seconds with `digits` decimals (at most 6); as WebVTT wants it with 3. Times before 0 read as 0. */
export function positionText(timeUs: number, digits: 3 | 6): string {
  const unit = digits === 3 ? 1000 : 1;
  const units = Math.max(0, Math.round(timeUs / unit));
  const perSecond = 1e6 / unit;
  const seconds = Math.floor(units / perSecond);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  return `${clock}.${String(units % perSecond).padStart(digits, '0')}`;
}
