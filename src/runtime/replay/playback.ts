import type { SessionGap } from '../../contracts/session';
import type { StreamClock } from './picture-stream';
import type { PlaybackClock } from './playback-clock';
import type { ReplayLane } from './replay-lane';

/** A gap is shown for this long, wall-clock milliseconds; then playing goes on behind it. */
const MAX_GAP_SHOWN_MS = 1200;
/** Playing begins without the first picture of a camera that takes longer. */
const MAX_PREPARE_MS = 1500;
/** Between two ticks: a page that was hidden for longer goes on where it was. */
const MAX_TICK_MS = 1000;

/** What playing needs from outside. */
export interface PlaybackParts {
  readonly clock: PlaybackClock;
  readonly now: () => number;
  readonly gaps: readonly SessionGap[];
  /** The first pictures are there, and the clock runs. */
  onStarted(): void;
  /** The clock stands at the end of what was to be played. */
  onEnd(): void;
}

/** One stretch of playing after another: lanes decode ahead, the clock starts when all are ready, ticks show what is due. */
export class Playback {
  readonly #parts: PlaybackParts;
  readonly #streamClock: StreamClock;
  #lanes: readonly ReplayLane[] = [];
  #endUs = 0;
  #abort = new AbortController();
  /** Since when the lanes decode and the clock waits for them. */
  #preparedMs: number | null = null;
  #gapSinceMs: number | null = null;
  #lastTick = { ms: 0, positionUs: 0 };

  constructor(parts: PlaybackParts) {
    this.#parts = parts;
    const { clock } = parts;
    this.#streamClock = {
      positionUs: () => clock.at(parts.now()),
      get speed() {
        return clock.speed;
      },
    };
  }

  /** Decodes from where the clock stands; the clock starts with a later tick. */
  async begin(lanes: readonly ReplayLane[], endUs: number): Promise<void> {
    this.halt();
    const { signal } = this.#abort;
    const { clock, now } = this.#parts;
    const timeUs = clock.at(now());
    this.#lanes = lanes;
    this.#endUs = endUs;
    await Promise.all(lanes.map((lane) => lane.prepare(timeUs, this.#streamClock, signal)));
    if (!signal.aborted) this.#preparedMs = now();
  }

  /** Until when it plays. */
  setEnd(endUs: number): void {
    this.#endUs = endUs;
  }

  /** Shows what is due now. Returns the position; null: nothing plays. */
  tick(): number | null {
    const { clock, now } = this.#parts;
    const nowMs = now();
    const isLate = nowMs - this.#lastTick.ms > MAX_TICK_MS;
    if (clock.isRunning && isLate) clock.moveTo(this.#lastTick.positionUs, nowMs);
    this.#startWhenReady(nowMs);
    if (!clock.isRunning) return null;
    const timeUs = Math.min(this.#skipGap(clock.at(nowMs), nowMs), this.#endUs);
    this.#lastTick = { ms: nowMs, positionUs: timeUs };
    for (const lane of this.#lanes) lane.play(timeUs, clock.speed);
    if (timeUs === this.#endUs) {
      this.halt();
      clock.moveTo(timeUs, nowMs);
      this.#parts.onEnd();
    }
    return timeUs;
  }

  /** Stops clock and decoders; what is shown stays. */
  halt(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#preparedMs = null;
    this.#gapSinceMs = null;
    this.#parts.clock.stop(this.#parts.now());
    for (const lane of this.#lanes) lane.stop();
    this.#lanes = [];
  }

  #startWhenReady(nowMs: number): void {
    if (this.#preparedMs === null) return;
    const isReady = this.#lanes.every((lane) => lane.isReady);
    if (!isReady && nowMs - this.#preparedMs < MAX_PREPARE_MS) return;
    this.#preparedMs = null;
    this.#parts.clock.start(nowMs);
    this.#parts.onStarted();
  }

  #skipGap(timeUs: number, nowMs: number): number {
    const gap = this.#parts.gaps.find(({ startUs, endUs }) => timeUs > startUs && timeUs < endUs);
    if (!gap) {
      this.#gapSinceMs = null;
      return timeUs;
    }
    this.#gapSinceMs ??= nowMs;
    if (nowMs - this.#gapSinceMs < MAX_GAP_SHOWN_MS) return timeUs;
    this.#parts.clock.moveTo(gap.endUs, nowMs);
    return gap.endUs;
  }
}
