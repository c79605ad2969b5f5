import * as v from 'valibot';
import type { RecognitionTools, Settings, Unsubscribe } from '../contracts/app';
import type { SightingId } from '../contracts/match';
import type {
  Adaptation,
  AdaptationOutcome,
  AdaptationProgress,
  Calibration,
  ConfirmedPair,
  PairVerdict,
} from '../contracts/recognition';
import type { GallerySpace } from '../contracts/worker-api';
import { calibrate } from '../core/calibration';
import { projectPairSet } from '../core/projection';
import type { LearnAdaptation } from './adaptation-client';
import type { KeyValueStore } from './backend-memory';
import { Emitter } from './emitter';
import type { IdentityClient } from './identity-client';

const STORE_KEY = 'resight.adaptation-threshold';

/** Whose threshold is in the settings now, and which one was there before. */
const heldSchema = v.object({ adaptationId: v.string(), acceptBefore: v.number() });
type Held = v.InferOutput<typeof heldSchema>;

/** What {@link Recognition} needs. */
export interface RecognitionParts {
  readonly identity: Pick<
    IdentityClient,
    | 'gallerySpace'
    | 'pairSet'
    | 'confirmPair'
    | 'takeBackPair'
    | 'confirmedPairs'
    | 'isGuest'
    | 'ownPairs'
    | 'keepOwnPair'
    | 'takeBackOwnPair'
    | 'setAdaptation'
    | 'onChanged'
    | 'onSighting'
  >;
  readonly learn: LearnAdaptation;
  readonly store: KeyValueStore;
  readonly settings: () => Settings;
  readonly updateSettings: (change: Partial<Settings>) => void;
}

/**
 * Calibration and adaptation on the gallery in use. The threshold of the settings belongs to the space that matches are made in: it
 * goes over to an adaptation's with it and comes back when that is no longer in use, whether it was undone, its gallery
 * was left or deleted, or the page was loaded anew in between.
 */
export class Recognition implements RecognitionTools {
  readonly #parts: RecognitionParts;
  readonly #changed = new Emitter<[]>();
  readonly #said = new Emitter<[ConfirmedPair['sightings'], PairVerdict]>();
  readonly #unsubscribers: readonly Unsubscribe[];
  #gallery: GallerySpace = { space: null, adaptation: null };
  /** Of the newest reading: an answer to an older one is dropped. */
  #readingCount = 0;

  constructor(parts: RecognitionParts) {
    this.#parts = parts;
    this.#unsubscribers = [
      parts.identity.onChanged(() => void this.refresh()),
      parts.identity.onSighting(() => {
        // The first one gives an empty gallery its space.
        if (this.#gallery.space === null) void this.refresh();
      }),
    ];
  }

  get adaptation(): Adaptation | null {
    return this.#gallery.adaptation;
  }

  get space(): string | null {
    const { space, adaptation } = this.#gallery;
    return space !== null && adaptation ? `${space}~${adaptation.id}` : space;
  }

  /** Reads what the gallery is searched in: at the start, and after its embedder changed. Never rejects. */
  async refresh(): Promise<void> {
    this.#readingCount += 1;
    const reading = this.#readingCount;
    try {
      const gallery = await this.#parts.identity.gallerySpace();
      if (reading !== this.#readingCount) return;
      this.#gallery = gallery;
    } catch {
      return; // The gallery cannot be opened, which it says itself; nothing is known of its space, so nothing changes.
    }
    this.#settleThreshold();
    this.#changed.emit();
  }

  onChanged(listener: () => void): Unsubscribe {
    return this.#changed.add(listener);
  }

  /** The user said something of two sightings of the own gallery, and it is kept. */
  onOwnVerdict(
    listener: (sightings: ConfirmedPair['sightings'], verdict: PairVerdict) => void,
  ): Unsubscribe {
    return this.#said.add(listener);
  }

  /** All pairs of the own gallery. */
  ownPairs(): Promise<readonly ConfirmedPair[]> {
    return this.#parts.identity.ownPairs(null);
  }

  /** Said on another device, and newer than what was said here. Throws RangeError for a sighting that is not in the own gallery. */
  async keepOwnVerdict(sightings: ConfirmedPair['sightings'], verdict: PairVerdict): Promise<void> {
    const { identity } = this.#parts;
    if (verdict === 'taken-back') return identity.takeBackOwnPair(sightings);
    const known = await identity.ownPairs(sightings[0]);
    await identity.keepOwnPair(pairOf(sightings, verdict === 'same', known));
  }

  async calibrate(falseMatchRate: number): Promise<readonly Calibration[]> {
    const pairs = await this.#parts.identity.pairSet();
    const { adaptation } = this;
    const isAdapted = adaptation?.baseSpace === pairs.space;
    return calibrate(isAdapted ? await projectPairSet(pairs, adaptation) : pairs, falseMatchRate);
  }

  async confirmPair(a: SightingId, b: SightingId, isSame: boolean): Promise<void> {
    if (a === b) throw new RangeError(`Expected two sightings, got ${a} twice`);
    const { identity } = this.#parts;
    const sightings = sorted(a, b);
    await identity.confirmPair(pairOf(sightings, isSame, await identity.confirmedPairs(a)));
    this.#tell(sightings, isSame ? 'same' : 'different');
  }

  async takeBackPair(a: SightingId, b: SightingId): Promise<void> {
    const sightings = sorted(a, b);
    await this.#parts.identity.takeBackPair(sightings);
    this.#tell(sightings, 'taken-back');
  }

  confirmedPairs(sightingId: SightingId): Promise<readonly ConfirmedPair[]> {
    return this.#parts.identity.confirmedPairs(sightingId);
  }

  async learn(
    onProgress: (progress: AdaptationProgress) => void,
    signal: AbortSignal,
  ): Promise<AdaptationOutcome> {
    const pairs = await this.#parts.identity.pairSet();
    signal.throwIfAborted();
    const acceptBefore = this.#held()?.acceptBefore ?? this.#parts.settings().matchThreshold;
    return this.#parts.learn(pairs, acceptBefore, onProgress, signal);
  }

  async keep(adaptation: Adaptation): Promise<void> {
    await this.#parts.identity.setAdaptation(adaptation);
    await this.refresh();
  }

  async undo(): Promise<void> {
    await this.#parts.identity.setAdaptation(null);
    await this.refresh();
  }

  dispose(): void {
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
  }

  /** What is said in a guest's gallery goes with it. */
  #tell(sightings: ConfirmedPair['sightings'], verdict: PairVerdict): void {
    if (!this.#parts.identity.isGuest) this.#said.emit(sightings, verdict);
  }

  /** Makes the threshold of the settings that of the space in use. */
  #settleThreshold(): void {
    const { adaptation } = this;
    const held = this.#held();
    if (held?.adaptationId === adaptation?.id) return;
    const acceptBefore = held?.acceptBefore ?? this.#parts.settings().matchThreshold;
    if (adaptation) {
      const now: Held = { adaptationId: adaptation.id, acceptBefore };
      this.#parts.store.set(STORE_KEY, JSON.stringify(now));
    } else {
      this.#parts.store.remove(STORE_KEY);
    }
    this.#parts.updateSettings({ matchThreshold: adaptation?.accept ?? acceptBefore });
  }

  /** Null: the threshold is the embedder's own, or what was stored cannot be read. */
  #held(): Held | null {
    const text = this.#parts.store.get(STORE_KEY);
    if (text === null) return null;
    try {
      const read = v.safeParse(heldSchema, JSON.parse(text));
      return read.success ? read.output : null;
    } catch {
      return null; // damaged
    }
  }
}

function sorted(a: SightingId, b: SightingId): ConfirmedPair['sightings'] {
  return a < b ? [a, b] : [b, a];
}

/** Said now: after what was said of them before, also when the clock was set back since. */
function pairOf(
  sightings: ConfirmedPair['sightings'],
  isSame: boolean,
  known: readonly ConfirmedPair[],
): ConfirmedPair {
  const isOfBoth = (pair: ConfirmedPair): boolean =>
    pair.sightings[0] === sightings[0] && pair.sightings[1] === sightings[1];
  const before = known.find(isOfBoth)?.confirmedUnixMs ?? 0;
  return { sightings, isSame, confirmedUnixMs: Math.max(Date.now(), before + 1) };
}
