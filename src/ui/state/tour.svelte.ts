import type { AnalysisController, RunStatus, Unsubscribe } from '../../contracts/app';
import type { TrackId } from '../../contracts/track';
import {
  MISSED_TEXTS,
  stepText,
  TOUR_STEPS,
  WAITING_TEXT,
  type TourStep,
  type TourText,
} from '../tour/tour-text';
import { areaOf, fits, targetOf, type TourTarget } from '../tour/tour-target';
import type { LiveSight, ScreenBox } from './live-views';
import type { NoteMemory } from './note-memory';

/** A sentence of this length is read in about three seconds. */
const MIN_SHOWN_MS = 3500;
/** Four steps take twenty seconds. */
const SHOWN_MS = 5000;
/** The last sentence of a tour that missed something is longer. */
const MISSED_SHOWN_MS = 9000;
/**
 * From camera A to camera B the slowest vehicles need half a minute, with a red light; where a machine cannot
 * keep up, the street goes slower than the clock.
 */
const PATIENCE_MS = 90_000;
/** The list is there or it is not, as in full screen. */
const LIST_PATIENCE_MS = 4000;
const TICK_MS = 200;
const SEEN_KEY = 'resight.tour-seen';

/** What the tour shows now. */
export interface TourCard extends TourText {
  readonly step: TourStep;
  /** From 1. */
  readonly stepNumber: number;
  /** Null: it points at nothing. */
  readonly target: TourTarget | null;
  /** `waiting` gives way to what it waits for, `missed` ends the tour. */
  readonly type: 'step' | 'waiting' | 'missed';
}

/** What the tour needs from outside. */
export interface TourServices {
  readonly controller: Pick<AnalysisController, 'status' | 'onStatus'>;
  /** The vehicles on screen now. */
  readonly sights: () => readonly LiveSight[];
  /** Where a target is; null when it is not in sight. */
  readonly locate: (target: TourTarget) => ScreenBox | null;
  /** The page is hidden, or something lies over it: nothing can be pointed at, and time does not count. */
  readonly isCovered: () => boolean;
  /** Pointer or keyboard is on the card: it stays. */
  readonly isHeld: () => boolean;
  /** Tells a screen reader, politely; what is returned takes it back if it was not told yet. */
  readonly say: (sentence: string) => () => void;
  readonly memory: NoteMemory;
}

/**
 * The guided first run of the Demo street: it follows what really happens, so that each step waits for its
 * event. It begins by itself on the first street of this device.
 */
export class Tour {
  isOn = $state(false);
  card = $state.raw<TourCard | null>(null);

  readonly #services: TourServices;
  readonly #unsubscribe: Unsubscribe;
  #timer: ReturnType<typeof setInterval> | null = null;
  #stepIndex = 0;
  /** How long this step has waited, or its card has been shown, in time that counts: see {@link Tour.#count}. */
  #countedMs = 0;
  #takeBack: () => void = () => undefined;
  /** In this visit, where the device may not remember it. */
  #wasShown = false;
  /** The vehicle of the step before, which the next goes on with if it can. */
  #trackId: TrackId | null = null;

  constructor(services: TourServices) {
    this.#services = services;
    this.#unsubscribe = services.controller.onStatus((status) => this.#follow(status));
  }

  /** Begins, also in the middle of a run. */
  start(): void {
    this.end();
    this.isOn = true;
    this.#wasShown = true;
    this.#services.memory.add(SEEN_KEY);
    this.#stepIndex = 0;
    this.#trackId = null;
    this.#countedMs = 0;
    this.#timer = setInterval(() => this.#tick(TICK_MS), TICK_MS);
    this.#tick(0);
  }

  /** Goes on to the next step; after the last one the tour is over. */
  next(): void {
    if (!this.isOn) return;
    if (this.card?.type === 'missed' || this.#stepIndex + 1 >= TOUR_STEPS.length) return this.end();
    this.#stepIndex += 1;
    this.card = null;
    this.#countedMs = 0;
    this.#tick(0);
  }

  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#takeBack();
    this.isOn = false;
    this.card = null;
  }

  dispose(): void {
    this.end();
    this.#unsubscribe();
  }

  #follow({ state, source }: RunStatus): void {
    const isStreet = source?.kind === 'street' && (state === 'running' || state === 'paused');
    if (!isStreet) this.end();
    else if (state === 'running' && !this.#wasShown && !this.#services.memory.has(SEEN_KEY))
      this.start();
  }

  /**
   * Time counts in ticks that came, while the street runs and nobody holds the card: a page that is late with
   * its ticks is late with the street, too.
   */
  #count(tickMs: number): void {
    const { controller, isHeld } = this.#services;
    if (controller.status.state === 'running' && !isHeld()) this.#countedMs += tickMs;
  }

  #tick(tickMs: number): void {
    if (this.#services.isCovered()) return;
    this.#count(tickMs);
    const { card } = this;
    if (card && card.type !== 'waiting') return this.#watch(card);
    const step = TOUR_STEPS[this.#stepIndex] ?? 'again';
    const sight = this.#find(step);
    if (sight) return this.#show(step, sight);
    if (step === 'list') {
      if (this.#countedMs >= LIST_PATIENCE_MS) this.next();
    } else if (this.#countedMs >= PATIENCE_MS) this.#tell(step, 'missed', MISSED_TEXTS[step], null);
    else if (step === 'again' && !card) this.#wait();
  }

  /** A card goes by itself, and sooner when what it points at has gone. */
  #watch(card: TourCard): void {
    const isGone = card.target !== null && this.#services.locate(card.target) === null;
    const lifeMs = card.type === 'missed' ? MISSED_SHOWN_MS : SHOWN_MS;
    if (this.#countedMs >= (isGone ? MIN_SHOWN_MS : lifeMs)) this.next();
  }

  #show(step: TourStep, sight: LiveSight): void {
    this.#trackId = sight.trackId;
    this.#tell(step, 'step', stepText(step, sight), targetOf(step, sight));
  }

  /** Says what comes; it goes on waiting. */
  #wait(): void {
    const waitedMs = this.#countedMs;
    this.#tell('again', 'waiting', WAITING_TEXT, null);
    this.#countedMs = waitedMs;
  }

  #tell(step: TourStep, type: TourCard['type'], text: TourText, target: TourTarget | null): void {
    this.card = { ...text, step, stepNumber: this.#stepIndex + 1, type, target };
    this.#countedMs = 0;
    this.#takeBack();
    this.#takeBack = this.#services.say(`${text.title}. ${text.text}`);
  }

  /** The vehicle that shows this step best; null while none does. */
  #find(step: TourStep): LiveSight | null {
    const fitting = this.#services.sights().filter((sight) => {
      if (sight.isLost || !fits(step, sight)) return false;
      const target = targetOf(step, sight);
      return target !== null && this.#services.locate(target) !== null;
    });
    const same = fitting.find(({ trackId }) => trackId === this.#trackId);
    return same ?? fitting.sort((a, b) => areaOf(b) - areaOf(a))[0] ?? null;
  }
}
