/*
 * Times as people read them. Formatters are made once for each locale: making one costs about 0.1 ms.
 */

interface Formatters {
  readonly time: Intl.DateTimeFormat;
  readonly timeToSecond: Intl.DateTimeFormat;
  readonly dayAndTime: Intl.DateTimeFormat;
  readonly fullDate: Intl.DateTimeFormat;
  readonly day: Intl.DateTimeFormat;
}

const formattersByLocale = new Map<string, Formatters>();

function formattersFor(locale: string | undefined): Formatters {
  const key = locale ?? '';
  let formatters = formattersByLocale.get(key);
  if (!formatters) {
    const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    formatters = {
      time: new Intl.DateTimeFormat(locale, time),
      timeToSecond: new Intl.DateTimeFormat(locale, { ...time, second: '2-digit' }),
      dayAndTime: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', ...time }),
      fullDate: new Intl.DateTimeFormat(locale, {
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        ...time,
      }),
      day: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' }),
    };
    formattersByLocale.set(key, formatters);
  }
  return formatters;
}

/** Time of day such as `14:02`, in the device's time zone. */
function timeOfDay(unixMs: number, locale?: string): string {
  return formattersFor(locale).time.format(unixMs);
}

/** Time of day such as `14:02:09`, in the device's time zone. */
export function timeToSecond(unixMs: number, locale?: string): string {
  return formattersFor(locale).timeToSecond.format(unixMs);
}

/** `14:02` today, `12 May, 14:02` this year, with the year when it was another one. */
export function wallTime(unixMs: number, nowUnixMs: number, locale?: string): string {
  const then = new Date(unixMs);
  const now = new Date(nowUnixMs);
  if (then.toDateString() === now.toDateString()) return timeOfDay(unixMs, locale);
  const formatters = formattersFor(locale);
  const isSameYear = then.getFullYear() === now.getFullYear();
  return (isSameYear ? formatters.dayAndTime : formatters.fullDate).format(unixMs);
}

/** A day such as `12 May 2026`, for a name that is read years later. */
export function dayText(unixMs: number, locale?: string): string {
  return formattersFor(locale).day.format(unixMs);
}

/** From when until when: `14:02 to 14:05`; with the days where it was not today, or ran past midnight. */
export function wallSpan(
  span: { readonly startUnixMs: number; readonly endUnixMs: number },
  nowUnixMs: number,
  locale?: string,
): string {
  const start = wallTime(span.startUnixMs, nowUnixMs, locale);
  // Seen from the start, so that the end names its day only where it is another one.
  const end = wallTime(span.endUnixMs, span.startUnixMs, locale);
  return start === end ? start : `${start} to ${end}`;
}

/** Position in a recording: `0:12`, `1:02:05`. Negative positions read as `0:00`. */
export function mediaPosition(positionUs: number): string {
  const totalSeconds = Math.max(0, Math.floor(positionUs / 1e6));
  const seconds = String(totalSeconds % 60).padStart(2, '0');
  const minutes = Math.floor(totalSeconds / 60) % 60;
  const hours = Math.floor(totalSeconds / 3600);
  return hours > 0
    ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}`
    : `${minutes}:${seconds}`;
}

/** When something was seen: {@link wallTime}, or `0:12 in yard.mp4` when `mediaUs` places it in a recording. */
export function seenTime(
  seen: {
    readonly unixMs: number;
    readonly mediaUs: number | null;
    /** The recording. */
    readonly label: string;
  },
  nowUnixMs: number,
  locale?: string,
): string {
  const { unixMs, mediaUs, label } = seen;
  return mediaUs === null
    ? wallTime(unixMs, nowUnixMs, locale)
    : `${mediaPosition(mediaUs)} in ${label}`;
}

/** A span for people: `8 s`, `2 min 5 s`, `1 h 4 min`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
