import type { TimeRange } from '../../contracts/session';

/** Less cannot be told apart by a hand: half a second over the whole width. */
const MIN_VIEW_US = 500_000;

/** Distances between labelled times, microseconds: from a tenth of a second to a day. */
const TICK_STEPS_US = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800,
  86_400,
].map((seconds) => seconds * 1e6);

/** Which part of a session a timeline shows, and where times are on it. Never changes; answers with another one. */
export class TimelineScale {
  readonly whole: TimeRange;
  readonly startUs: number;
  /** Length of the shown part. */
  readonly spanUs: number;
  /** CSS pixels. */
  readonly widthPx: number;

  private constructor(whole: TimeRange, startUs: number, spanUs: number, widthPx: number) {
    const wholeUs = wholeSpan(whole);
    this.whole = whole;
    this.spanUs = Math.min(wholeUs, Math.max(Math.min(MIN_VIEW_US, wholeUs), spanUs));
    const lastUs = whole.startUs + wholeUs - this.spanUs;
    this.startUs = Math.min(lastUs, Math.max(whole.startUs, startUs));
    this.widthPx = Math.max(1, widthPx);
  }

  /** All of it. */
  static of(whole: TimeRange, widthPx: number): TimelineScale {
    return new TimelineScale(whole, whole.startUs, wholeSpan(whole), widthPx);
  }

  get endUs(): number {
    return this.startUs + this.spanUs;
  }

  /** 1: all of it is shown. */
  get zoom(): number {
    return wholeSpan(this.whole) / this.spanUs;
  }

  /** Whether it cannot be zoomed further. */
  get isClosest(): boolean {
    return this.spanUs <= MIN_VIEW_US;
  }

  /** CSS pixels from the left edge; outside [0, widthPx] for what is not shown. */
  xOf(timeUs: number): number {
    return ((timeUs - this.startUs) / this.spanUs) * this.widthPx;
  }

  /** Within the session. */
  timeAt(x: number): number {
    const timeUs = this.startUs + (x / this.widthPx) * this.spanUs;
    return Math.round(Math.min(this.whole.endUs, Math.max(this.whole.startUs, timeUs)));
  }

  resized(widthPx: number): TimelineScale {
    return new TimelineScale(this.whole, this.startUs, this.spanUs, widthPx);
  }

  /** Shows `factor` times less, so that what is at `x` stays there. */
  zoomed(factor: number, x: number): TimelineScale {
    const share = x / this.widthPx;
    const wholeUs = wholeSpan(this.whole);
    const spanUs = Math.min(wholeUs, Math.max(MIN_VIEW_US, this.spanUs / factor));
    const startUs = this.startUs + share * (this.spanUs - spanUs);
    return new TimelineScale(this.whole, startUs, spanUs, this.widthPx);
  }

  /** Moves what is shown; positive shows later times. */
  panned(byPx: number): TimelineScale {
    const startUs = this.startUs + (byPx / this.widthPx) * this.spanUs;
    return new TimelineScale(this.whole, startUs, this.spanUs, this.widthPx);
  }

  /** So that a time is in sight: as it is, or with that time near the left edge. */
  following(timeUs: number): TimelineScale {
    if (timeUs >= this.startUs && timeUs <= this.endUs) return this;
    const startUs = timeUs - this.spanUs / 10;
    return new TimelineScale(this.whole, startUs, this.spanUs, this.widthPx);
  }

  /** Labelled times in sight, at least `minPx` apart, on round numbers of `originUs`'s clock. */
  ticks(minPx: number, originUs: number): readonly number[] {
    const minUs = (minPx / this.widthPx) * this.spanUs;
    const stepUs = TICK_STEPS_US.find((step) => step >= minUs) ?? minUs;
    const first = Math.ceil((this.startUs + originUs) / stepUs) * stepUs - originUs;
    const times: number[] = [];
    for (let timeUs = first; timeUs <= this.endUs; timeUs += stepUs) times.push(timeUs);
    return times;
  }
}

/** At least a microsecond: a session of one frame has a length of none. */
function wholeSpan({ startUs, endUs }: TimeRange): number {
  return Math.max(1, endUs - startUs);
}
