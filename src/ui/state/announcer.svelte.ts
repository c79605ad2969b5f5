import type { AnalysisController, Gap, RunState, Unsubscribe } from '../../contracts/app';
import type { ErrorData } from '../../contracts/errors';
import type { TrackIdentity, VehicleId } from '../../contracts/match';
import type { SourceInfo } from '../../contracts/source';
import type { TrackId } from '../../contracts/track';
import { durationText } from '../../core/time-text';
import { similarityText } from '../../sinks/overlay/label-text';
import { currentGapText } from '../live/gap-text';
import { warningText } from '../shared/error-text';
import { sourceNoticeText } from '../shared/source-notice-text';

/** A screen reader needs about this long for one short sentence. */
const MIN_INTERVAL_MS = 3000;
/** Longer lists are told as a number. */
const MAX_NAMED = 4;

/** The end of a shorter gap is no news: a last frame under way closes one that opens again at once. */
const MIN_TOLD_GAP_MS = 1000;
/** Tracks remembered: more than are ever in view at once, and no more after a month. */
const MAX_DESCRIBED = 500;

const STATE_SENTENCES: Readonly<Partial<Record<RunState, string>>> = {
  preparing: 'Preparing the analysis.',
  running: 'Analysis is running.',
  paused: 'Paused.',
  stopping: 'Finishing.',
  finished: 'The whole video has been analysed.',
  failed: 'The analysis stopped with an error.',
};

/** Collects what changed and tells it in one polite sentence every few seconds. */
export class Announcer {
  /** Text of the page's one status region. */
  message = $state('');

  readonly #unsubscribers: Unsubscribe[];
  /** The vehicle told of each track of `#epoch`, least recently decided first. */
  readonly #described = new Map<TrackId, VehicleId>();
  #epoch = -1;
  #newNumbers: number[] = [];
  #returning: string[] = [];
  #sentences: { readonly sentence: string }[] = [];
  #state: RunState;
  #source: SourceInfo | null = null;
  #gap: Gap | null = null;
  #warning: ErrorData | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isResting = false;

  constructor(controller: AnalysisController) {
    this.#state = controller.status.state;
    this.#unsubscribers = [
      controller.onIdentity((identity) => this.#noteIdentity(identity)),
      controller.onStatus((status) => {
        this.#noteState(status.state);
        this.#noteSource(status.source);
        this.#noteGap(status.currentGap, status.gaps);
        this.#noteWarning(status.warning);
      }),
    ];
  }

  /**
   * Tells something that is not a vehicle: what was removed, what was saved. What is returned takes it back, if
   * it was not told yet.
   */
  say(sentence: string): () => void {
    const entry = { sentence };
    this.#sentences.push(entry);
    this.#tellSoon();
    return () => {
      this.#sentences = this.#sentences.filter((other) => other !== entry);
    };
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
  }

  #noteState(state: RunState): void {
    if (state === this.#state) return;
    this.#state = state;
    const sentence = STATE_SENTENCES[state];
    if (sentence) this.say(sentence);
  }

  #noteSource(source: SourceInfo | null): void {
    if (source === this.#source) return;
    this.#source = source;
    const sentence = sourceNoticeText(source);
    if (sentence !== null) this.say(sentence);
  }

  #noteGap(gap: Gap | null, past: readonly Gap[]): void {
    if (gap?.startUnixMs === this.#gap?.startUnixMs && gap?.reason === this.#gap?.reason) return;
    const wasGap = this.#gap !== null;
    this.#gap = gap;
    if (gap) {
      this.say(currentGapText(gap));
      return;
    }
    const last = past[past.length - 1];
    if (!wasGap || this.#state !== 'running' || !last?.endUnixMs) return;
    const spanMs = last.endUnixMs - last.startUnixMs;
    if (spanMs >= MIN_TOLD_GAP_MS) this.say(`Analysis goes on after ${durationText(spanMs)}.`);
  }

  #noteWarning(warning: ErrorData | null): void {
    const isNews = warning !== null && warning.code !== this.#warning?.code;
    this.#warning = warning;
    if (!isNews) return;
    const { headline, action } = warningText(warning.code);
    this.say(`${headline}. ${action}`);
  }

  #noteIdentity({ epoch, trackId, decision, lastSeenLabel }: TrackIdentity): void {
    if (decision.outcome === 'unidentifiable') return;
    if (!this.#isNews(epoch, trackId, decision.vehicleId)) return;
    if (decision.outcome === 'new') this.#newNumbers.push(decision.vehicleNumber);
    else {
      const similarity =
        decision.similarity === null ? '' : `, ${similarityText(decision.similarity)}`;
      const isSeveral = (this.#source?.cameras.length ?? 1) > 1;
      const from = isSeveral && lastSeenLabel !== null ? `, known from ${lastSeenLabel}` : '';
      this.#returning.push(`vehicle ${decision.vehicleNumber} seen again${similarity}${from}`);
    }
    this.#tellSoon();
  }

  /** A decision is revised while the vehicle is in view: only another vehicle is news. */
  #isNews(epoch: number, trackId: TrackId, vehicleId: VehicleId): boolean {
    if (epoch !== this.#epoch) this.#described.clear();
    this.#epoch = epoch;
    const before = this.#described.get(trackId);
    this.#described.delete(trackId);
    this.#described.set(trackId, vehicleId);
    const [oldest] = this.#described.keys();
    if (this.#described.size > MAX_DESCRIBED && oldest !== undefined) {
      this.#described.delete(oldest);
    }
    return before !== vehicleId;
  }

  #tellSoon(): void {
    if (this.#isResting) return;
    this.#tell();
  }

  #tell(): void {
    const parts = [...this.#sentences.map(({ sentence }) => sentence), ...this.#vehicleSentences()];
    this.#sentences = [];
    this.#newNumbers = [];
    this.#returning = [];
    this.#isResting = parts.length > 0;
    if (parts.length === 0) return;
    this.message = parts.join(' ');
    this.#timer = setTimeout(() => this.#tell(), MIN_INTERVAL_MS);
  }

  #vehicleSentences(): string[] {
    const sentences: string[] = [];
    const numbers = this.#newNumbers;
    if (numbers.length === 1) sentences.push(`New vehicle ${numbers[0]}.`);
    else if (numbers.length > MAX_NAMED) sentences.push(`${numbers.length} new vehicles.`);
    else if (numbers.length > 1) sentences.push(`New vehicles ${numbers.join(', ')}.`);
    const returning = this.#returning;
    if (returning.length > MAX_NAMED) sentences.push(`${returning.length} vehicles seen again.`);
    else if (returning.length > 0) sentences.push(`${capitalised(returning.join('; '))}.`);
    return sentences;
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
