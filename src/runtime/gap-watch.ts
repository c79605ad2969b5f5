import type { Gap } from '../contracts/app';

/** Without a result for this long, a live run has a gap. Slower devices analyse two frames a second. */
const SILENCE_MS = 3_000;
/** A timer that comes this late means that the device slept (browsers throttle hidden tabs to a minute). */
const SLEPT_MS = 90_000;
const TICK_MS = 1_000;

/** What the watch needs to know at the moment it looks. */
export interface GapWitness {
  /** Live, running, not paused: silence means something. */
  readonly isExpectingFrames: boolean;
  readonly isMuted: boolean;
  readonly isHidden: boolean;
}

/**
 * Notices stretches in which a live run analysed nothing, and why. What counts is that no result
 * came, not that the tab was hidden: some browsers keep a hidden camera running.
 */
export class GapWatch {
  readonly #witness: () => GapWitness;
  readonly #onChange: (gaps: readonly Gap[], current: Gap | null) => void;
  readonly #now: () => number;
  #timer: ReturnType<typeof setInterval> | null = null;
  #lastResultMs = 0;
  #lastTickMs = 0;
  /** Hidden at some time since the last result. */
  #wasHidden = false;
  #gaps: readonly Gap[] = [];
  #current: Gap | null = null;

  constructor(
    witness: () => GapWitness,
    onChange: (gaps: readonly Gap[], current: Gap | null) => void,
    now: () => number = Date.now,
  ) {
    this.#witness = witness;
    this.#onChange = onChange;
    this.#now = now;
  }

  /** Begins a run without gaps. */
  start(): void {
    this.stop();
    this.#gaps = [];
    this.#current = null;
    this.#lastResultMs = this.#lastTickMs = this.#now();
    this.#wasHidden = false;
    this.#timer = setInterval(() => {
      this.check();
    }, TICK_MS);
  }

  /** Ends the watch; a gap that goes on ends now. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#closeAt(this.#now());
  }

  /** A frame was analysed: whatever gap there was is over. */
  noteResult(): void {
    // The first result after a sleep may come before any tick has noticed the silence.
    if (!this.#current) this.check();
    const now = this.#now();
    this.#closeAt(now);
    this.#lastResultMs = now;
    this.#wasHidden = false;
  }

  /** The page was hidden; a page that is frozen then gets no tick until it is seen again. */
  noteHidden(): void {
    this.#wasHidden = true;
  }

  /** Marks a gap whose reason is known at once. */
  open(reason: Gap['reason']): void {
    if (this.#current?.reason === reason) return;
    const startUnixMs = this.#current?.startUnixMs ?? this.#lastResultMs;
    this.#current = { startUnixMs, endUnixMs: null, reason };
    this.#onChange(this.#gaps, this.#current);
  }

  /** Looks now; called every second and when the page comes back. */
  check(): void {
    const now = this.#now();
    const slept = now - this.#lastTickMs > SLEPT_MS;
    this.#lastTickMs = now;
    const witness = this.#witness();
    if (!witness.isExpectingFrames) {
      if (!this.#current) this.#lastResultMs = now;
      return;
    }
    if (this.#current || now - this.#lastResultMs < SILENCE_MS) return;
    if (witness.isMuted) this.open('camera-muted');
    else if (witness.isHidden || this.#wasHidden) this.open('hidden');
    else if (slept) this.open('device-slept');
    else this.open('no-frames');
  }

  #closeAt(now: number): void {
    if (!this.#current) return;
    this.#gaps = [...this.#gaps, { ...this.#current, endUnixMs: now }];
    this.#current = null;
    this.#onChange(this.#gaps, null);
  }
}
