/** See {@link UsualScore.goodScore}: what partial cover and bad light leave of a score that is otherwise high. */
const GOOD_SHARE = 0.5;
/** The usual score follows better scores at once, and worse but good ones as slowly as a vehicle drives away. */
const RISE_TIME_CONSTANT_S = 0.3;
const FALL_TIME_CONSTANT_S = 5;
/** How long a vehicle may be followed by scores below good: an occlusion, not a new life as clutter. */
const MAX_POOR_SECONDS = 1.5;

/** The score a detector usually gives one vehicle, and how long it has not. */
export class UsualScore {
  #usual: number;
  #poorSeconds = 0;

  constructor(firstScore: number) {
    this.#usual = firstScore;
  }

  /** Lowest score that still looks like this vehicle in plain view. */
  get goodScore(): number {
    return GOOD_SHARE * this.#usual;
  }

  /** Lowest score that may be this vehicle now: none while it may be covered, a good one after that. */
  get minScore(): number {
    return this.#poorSeconds > MAX_POOR_SECONDS ? this.goodScore : 0;
  }

  /** The vehicle is out of sight: only a good score may bring it back. */
  endPoorScores(): void {
    this.#poorSeconds = Infinity;
  }

  /** Time passes; call once a frame, before `add`. */
  advance(seconds: number): void {
    this.#poorSeconds += seconds;
  }

  /** A detection of `score` was matched, `seconds` after the frame before. */
  add(score: number, seconds: number): void {
    if (score < this.goodScore) return;
    this.#poorSeconds = 0;
    const timeConstant = score > this.#usual ? RISE_TIME_CONSTANT_S : FALL_TIME_CONSTANT_S;
    this.#usual += (score - this.#usual) * (1 - Math.exp(-seconds / timeConstant));
  }
}
