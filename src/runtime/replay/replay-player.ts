import type { Unsubscribe } from '../../contracts/app';
import type { CameraId } from '../../contracts/frame';
import type { ResultSetId, SessionReader, TimeRange } from '../../contracts/session';
import { toErrorData } from '../../core/app-error';
import { Emitter } from '../emitter';
import { makeLanes, pickersOf } from './make-lanes';
import { Playback } from './playback';
import { PlaybackClock } from './playback-clock';
import type { ReplayLane } from './replay-lane';
import type { ReplayState } from './replay-state';
import { SeekQueue, type SeekRequest } from './seek-queue';
import type { ShownPicture } from './shown-picture';

/** Steps asked for while one is under way: with a key that is held it must not go on after it was let go. */
const MAX_WAITING_STEPS = 2;
/** Damages told: more say nothing new. */
const MAX_DAMAGES = 100;

/** What a player plays. */
export interface ReplayPlayerParts {
  /** Stays the caller's. */
  readonly reader: SessionReader;
  readonly resultSet: ResultSetId;
  /** Milliseconds of a monotonic clock; left out: the page's. */
  readonly now?: () => number;
}

/**
 * Plays a session: all cameras on one clock, each picture with the results of exactly its time. It starts no clock of its own: the
 * owner calls `tick` for every display frame while `state.isPlaying`.
 */
export class ReplayPlayer {
  readonly #reader: SessionReader;
  readonly #now: () => number;
  readonly #clock: PlaybackClock;
  readonly #playback: Playback;
  readonly #seeks: SeekQueue;
  readonly #shows = new Emitter<[ShownPicture]>();
  readonly #positions = new Emitter<[number]>();
  readonly #states = new Emitter<[ReplayState]>();
  #lanes: readonly ReplayLane[];
  #referenceIndex = 0;
  #state: ReplayState;
  #waitingSteps = 0;
  #stepping: Promise<void> | null = null;
  #isClosed = false;

  constructor({ reader, resultSet, now = () => performance.now() }: ReplayPlayerParts) {
    this.#reader = reader;
    this.#now = now;
    this.#clock = new PlaybackClock(reader.header.startUs);
    this.#state = {
      isPlaying: false,
      isWaiting: false,
      speed: 1,
      range: null,
      isLooping: false,
      resultSet,
      compared: null,
      damages: [],
    };
    this.#lanes = makeLanes(reader, pickersOf(reader, resultSet, null, this.#noteDamage), {
      show: (picture) => this.#shows.emit(picture),
      onDamage: this.#noteDamage,
    });
    this.#playback = new Playback({
      clock: this.#clock,
      now,
      gaps: reader.header.gaps,
      onStarted: () => this.#change({ isWaiting: false }),
      onEnd: () => this.#onEnd(),
    });
    this.#seeks = new SeekQueue((request, isQuick, signal) => this.#show(request, isQuick, signal));
  }

  get state(): ReplayState {
    return this.#state;
  }

  /** Microseconds on the source's clock. */
  get positionUs(): number {
    return this.#clock.at(this.#now());
  }

  /** Pictures of all cameras, lent until the listener returns. */
  onShow(listener: (picture: ShownPicture) => void): Unsubscribe {
    return this.#shows.add(listener);
  }

  /** With every tick while playing, and whenever somebody goes somewhere. */
  onPosition(listener: (positionUs: number) => void): Unsubscribe {
    return this.#positions.add(listener);
  }

  onState(listener: (state: ReplayState) => void): Unsubscribe {
    return this.#states.add(listener);
  }

  /** From the beginning, or the in point, when it stands at the end. */
  play(): void {
    if (this.#state.isPlaying) return;
    this.#change({ isPlaying: true, isWaiting: true });
    const { startUs, endUs } = this.#bounds();
    if (this.positionUs >= endUs) void this.seek(startUs);
    else if (!this.#seeks.isBusy) this.#begin();
  }

  /** Stays at the picture that is shown. */
  pause(): void {
    if (!this.#state.isPlaying) return;
    const isShowing = this.#clock.isRunning;
    this.#playback.halt();
    this.#change({ isPlaying: false, isWaiting: this.#seeks.isBusy });
    const shownUs = this.#reference?.shownTimeUs ?? null;
    if (isShowing && shownUs !== null) this.#moveTo(shownUs);
  }

  /** One of the speeds of `REPLAY_SPEEDS`. */
  setSpeed(speed: number): void {
    this.#clock.setSpeed(speed, this.#now());
    this.#change({ speed });
  }

  /**
   * Shows the last picture at or before a time, first a key picture near it where that is there sooner; of several calls the last
   * counts. Playing goes on from there. Resolves when it, or what was asked for after it, is shown.
   */
  seek(timeUs: number): Promise<void> {
    return this.#go({ timeUs, isSteppingBack: false, isQuickFirst: true });
  }

  /** Pauses and shows the very next, or previous, picture of the reference camera. */
  step(by: 1 | -1): Promise<void> {
    this.pause();
    const waiting = this.#waitingSteps + by;
    this.#waitingSteps = Math.max(-MAX_WAITING_STEPS, Math.min(MAX_WAITING_STEPS, waiting));
    this.#stepping ??= this.#takeSteps().finally(() => {
      this.#stepping = null;
    });
    return this.#stepping;
  }

  /** In and out points; null: none. What is within is played, when playing begins there. */
  setRange(range: TimeRange | null): void {
    this.#change({ range });
    this.#playback.setEnd(this.#bounds().endUs);
  }

  /** Whether playing goes round. */
  setLooping(isLooping: boolean): void {
    this.#change({ isLooping });
  }

  /** The camera whose pictures steps count. */
  setReference(cameraId: CameraId): void {
    const index = this.#lanes.findIndex(({ camera }) => camera.cameraId === cameraId);
    this.#referenceIndex = Math.max(0, index);
  }

  /** Shows other results, and another set beside them; null: none. Resolves when they are shown. */
  setResultSets(resultSet: ResultSetId, compared: ResultSetId | null): Promise<void> {
    this.#change({ resultSet, compared });
    const makePickers = pickersOf(this.#reader, resultSet, compared, this.#noteDamage);
    this.#playback.halt();
    this.#lanes = this.#lanes.map((lane) => lane.withPickers(makePickers(lane.camera)));
    return this.#go({ timeUs: this.positionUs, isSteppingBack: false, isQuickFirst: false });
  }

  /** Shows what is due now. */
  tick(): void {
    const positionUs = this.#playback.tick();
    if (positionUs !== null) this.#positions.emit(positionUs);
  }

  /** Frees every picture and decoder. */
  close(): void {
    this.#isClosed = true;
    this.#playback.halt();
    this.#seeks.close();
    for (const lane of this.#lanes) lane.close();
  }

  get #reference(): ReplayLane | null {
    return this.#lanes[this.#referenceIndex] ?? null;
  }

  async #go(request: SeekRequest): Promise<void> {
    this.#playback.halt();
    this.#change({ isWaiting: true });
    const { startUs, endUs } = this.#reader.header;
    const timeUs = Math.round(Math.max(startUs, Math.min(endUs, request.timeUs)));
    this.#moveTo(timeUs);
    await this.#seeks.request({ ...request, timeUs });
    if (this.#isClosed || this.#seeks.isBusy) return;
    if (this.#state.isPlaying && !this.#clock.isRunning) this.#begin();
    else this.#change({ isWaiting: false });
  }

  async #show(request: SeekRequest, isQuick: boolean, signal: AbortSignal): Promise<boolean> {
    const { timeUs, isSteppingBack } = request;
    const options = { isQuick, isSteppingBack };
    const shown = await Promise.all(
      this.#lanes.map((lane) => lane.showAt(timeUs, signal, options)),
    );
    return shown.every(Boolean);
  }

  #begin(): void {
    this.#change({ isWaiting: true });
    void this.#playback.begin(this.#lanes, this.#bounds().endUs);
  }

  async #takeSteps(): Promise<void> {
    while (this.#waitingSteps !== 0 && !this.#isClosed) {
      const by = this.#waitingSteps > 0 ? 1 : -1;
      this.#waitingSteps -= by;
      const timeUs = await this.#neighbour(by);
      if (timeUs === null) continue;
      await this.#go({ timeUs, isSteppingBack: by < 0, isQuickFirst: false });
    }
  }

  async #neighbour(by: 1 | -1): Promise<number | null> {
    const lane = this.#reference;
    if (!lane) return null;
    const fromUs = this.#seeks.isBusy ? this.positionUs : (lane.shownTimeUs ?? this.positionUs);
    try {
      return by > 0 ? await lane.timeAfter(fromUs) : await lane.timeBefore(fromUs);
    } catch (error) {
      this.#noteDamage({ startUs: fromUs, endUs: fromUs }, error);
      return null;
    }
  }

  #onEnd(): void {
    if (this.#state.isLooping) {
      void this.seek(this.#bounds().startUs);
      return;
    }
    this.#change({ isPlaying: false });
    // A decoder that was late has not shown the last picture yet.
    void this.#go({ timeUs: this.positionUs, isSteppingBack: false, isQuickFirst: false });
  }

  /** What playing from here would play: within in and out points, or all. */
  #bounds(): TimeRange {
    const { range } = this.#state;
    const isWithin = range && this.positionUs >= range.startUs && this.positionUs <= range.endUs;
    return isWithin ? range : this.#reader.header;
  }

  #moveTo(timeUs: number): void {
    this.#clock.moveTo(timeUs, this.#now());
    this.#positions.emit(timeUs);
  }

  #change(change: Partial<ReplayState>): void {
    this.#state = { ...this.#state, ...change };
    this.#states.emit(this.#state);
  }

  readonly #noteDamage = (range: TimeRange, error: unknown): void => {
    const { damages } = this.#state;
    if (this.#isClosed || damages.length >= MAX_DAMAGES) return;
    const { startUs, endUs } = range;
    this.#change({ damages: [...damages, { startUs, endUs, error: toErrorData(error) }] });
  };
}
