import type { EmbeddingSpaceId } from '../../contracts/embedding';
import type { SightingId } from '../../contracts/match';
import type { ReembedProgress } from '../../contracts/recognition';
import { toErrorData } from '../../core/app-error';
import type { CropEmbedder, RecognitionStore, SightingStore } from './ports';

/** Time between two reports, milliseconds: four a second are as many as a person can read. */
const REPORT_INTERVAL_MS = 250;

/** What a job needs around it. */
export interface ReembeddingParts {
  readonly store: Pick<SightingStore, 'crop' | 'recognition'>;
  /** Borrowed; disposed of by who started the job, when it is over. */
  readonly embedder: CropEmbedder;
  /** Null: no picture, or flat or blurred beyond use. */
  readonly embedPicture: (embedder: CropEmbedder, picture: Blob) => Promise<Float32Array | null>;
  /** Lets other work have its turn; resolves when no crop of a run waits for its embedder. */
  readonly giveWay: () => Promise<void>;
  readonly runs: RunQuiet;
  readonly emit: (progress: ReembedProgress) => void;
  readonly nowMs: () => number;
}

/** Whether something may be written that the job does not know of. */
export interface RunQuiet {
  /** A run is going on, or what one left is not written yet. */
  isBusy(): boolean;
  /** Rises with every run. */
  generation(): number;
  /** Resolves when neither is so. Rejects when what is left cannot be written. */
  whenQuiet(): Promise<void>;
}

/**
 * Makes the gallery over for another embedder, one stored picture at a time. All that it got done is in the gallery and what
 * is left is asked of the gallery, so one that ended at any point is gone on with by another. The old space stays as it is
 * until, with nothing left and no run going on, the gallery changes over in one transaction.
 */
export class Reembedding {
  readonly targetSpace: EmbeddingSpaceId;
  readonly #parts: ReembeddingParts;
  readonly #recognition: () => RecognitionStore;
  /** Not tried again by this job. */
  readonly #skippedIds = new Set<SightingId>();
  readonly #stopped: Promise<void>;
  #stop: () => void = () => undefined;
  #isStopped = false;
  #isPaused: boolean;
  #wake: () => void = () => undefined;
  #doneCount = 0;
  #totalCount = 0;
  #told: { readonly state: ReembedProgress['state']; readonly atMs: number } | null = null;

  constructor(parts: ReembeddingParts, isPaused: boolean) {
    this.#parts = parts;
    this.#recognition = () => parts.store.recognition;
    this.targetSpace = parts.embedder.space;
    this.#isPaused = isPaused;
    this.#stopped = new Promise((resolve) => (this.#stop = resolve));
  }

  /** Works until all is done, something fails or it is stopped; what came of it is told by `emit`. Call once. */
  async run(): Promise<void> {
    try {
      while (!this.#isStopped) {
        const isFinished = await this.#catchUp();
        if (!isFinished) continue;
        this.#tell('finished');
        return;
      }
    } catch (error) {
      if (!this.#isStopped) this.#tell('failed', toErrorData(error).message);
    }
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#wake();
  }

  /** What is under way ends after the picture it is at, and tells nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#stop();
    this.#wake();
  }

  /** Looks at the whole gallery once. True: nothing was left, and it has changed over. */
  async #catchUp(): Promise<boolean> {
    const { runs } = this.#parts;
    const wasBusy = runs.isBusy();
    const generation = runs.generation();
    const hasWorked = await this.#lookThrough();
    if (this.#isStopped) return false;
    if (!wasBusy && !hasWorked && runs.generation() === generation && !runs.isBusy()) {
      // Begun in the same turn as the question: what a run writes comes after it.
      await this.#recognition().switchSpace(this.targetSpace);
      return true;
    }
    // Not looked through again and again while a run goes on: once after it is enough.
    await Promise.race([runs.whenQuiet(), this.#stopped]);
    return false;
  }

  /** True when there was something to do. */
  async #lookThrough(): Promise<boolean> {
    const counts = await this.#recognition().countReembedding(this.targetSpace);
    this.#doneCount = counts.doneCount;
    this.#totalCount = counts.totalCount;
    this.#tell(this.#isPaused ? 'paused' : 'running');
    let hasWorked = false;
    let afterId: SightingId | null = null;
    do {
      const portion = await this.#recognition().reembedPortion(this.targetSpace, afterId);
      for (const { sightingId, cropId } of portion.items) {
        if (this.#skippedIds.has(sightingId)) continue;
        await this.#waitForTurn();
        if (this.#isStopped) return true;
        await this.#embedOne(sightingId, cropId);
        hasWorked = true;
        this.#tell('running');
      }
      afterId = portion.lastId;
    } while (afterId !== null && !this.#isStopped);
    return hasWorked;
  }

  async #embedOne(sightingId: SightingId, cropId: string | null): Promise<void> {
    const { store, embedder, embedPicture } = this.#parts;
    const picture = cropId === null ? null : await store.crop(cropId);
    const vector = picture && (await embedPicture(embedder, picture));
    if (cropId === null || !vector) {
      this.#skippedIds.add(sightingId);
      return;
    }
    const made = { sightingId, cropId, space: this.targetSpace, vector };
    // Otherwise it was removed, or has another picture by now and is found again.
    if (await this.#recognition().putReembedded(made)) this.#doneCount += 1;
  }

  async #waitForTurn(): Promise<void> {
    await this.#parts.giveWay();
    while (this.#isPaused && !this.#isStopped) {
      this.#tell('paused');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #tell(state: ReembedProgress['state'], errorMessage: string | null = null): void {
    const atMs = this.#parts.nowMs();
    if (this.#told?.state === state && atMs - this.#told.atMs < REPORT_INTERVAL_MS) return;
    this.#told = { state, atMs };
    this.#parts.emit({
      targetSpace: this.targetSpace,
      state,
      doneCount: this.#doneCount,
      totalCount: this.#totalCount,
      skippedCount: this.#skippedIds.size,
      errorMessage,
    });
  }
}
