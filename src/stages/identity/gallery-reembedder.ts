import type { ReembedProgress } from '../../contracts/recognition';
import type { ReembedConfig } from '../../contracts/worker-api';
import { embeddingSpaceOf } from '../embed/embedder';
import type { CropEmbedder, SightingStore } from './ports';
import { Reembedding, type ReembeddingParts } from './reembedding';

/** What it needs around it. */
export interface GalleryReembedderParts extends Pick<
  ReembeddingParts,
  'embedPicture' | 'giveWay' | 'runs' | 'emit' | 'nowMs'
> {
  readonly store: () => Promise<Pick<SightingStore, 'crop' | 'recognition'>>;
  readonly openEmbedder: (config: ReembedConfig) => Promise<{
    readonly embedder: CropEmbedder & { dispose(): Promise<void> };
  }>;
}

/** A job under way and its end. */
interface Job {
  readonly reembedding: Reembedding;
  readonly over: Promise<void>;
}

/** Sees to it that one job at a time makes the gallery over, with an embedder of its own. */
export class GalleryReembedder {
  readonly #parts: GalleryReembedderParts;
  #job: Job | null = null;
  #isPaused = false;
  /** Begins and cancellations, one after another. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: GalleryReembedderParts) {
    this.#parts = parts;
  }

  /** See `IdentityApi.reembed`. A job for another space ends. */
  begin(config: ReembedConfig): Promise<void> {
    return this.#inTurn(() => this.#begin(config));
  }

  /** Also of a job that has not begun yet. */
  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#job?.reembedding.setPaused(isPaused);
  }

  /** Ends the job and removes what it, or one before it, made. */
  cancel(): Promise<void> {
    this.#job?.reembedding.stop();
    return this.#inTurn(async () => {
      await this.#end();
      await (await this.#parts.store()).recognition.dropOtherSpaces();
    });
  }

  async #begin(config: ReembedConfig): Promise<void> {
    const targetSpace = embeddingSpaceOf(config.manifest);
    if (this.#job?.reembedding.targetSpace === targetSpace) return;
    await this.#end();
    const { recognition } = await this.#parts.store();
    const { space } = await recognition.gallerySpace();
    if (space === null) await recognition.adoptSpace(targetSpace);
    if (space === null || space === targetSpace) {
      const counts = await recognition.countReembedding(targetSpace);
      const skippedCount = counts.totalCount - counts.doneCount;
      this.#tellFinished({ targetSpace, ...counts, skippedCount });
      return;
    }
    const store = await this.#parts.store();
    const { embedder } = await this.#parts.openEmbedder(config);
    const reembedding = new Reembedding({ ...this.#parts, store, embedder }, this.#isPaused);
    const job: Job = {
      reembedding,
      over: reembedding.run().finally(async () => {
        if (this.#job === job) this.#job = null;
        await embedder.dispose();
      }),
    };
    this.#job = job;
  }

  #tellFinished(progress: Omit<ReembedProgress, 'state' | 'errorMessage'>): void {
    this.#parts.emit({ ...progress, state: 'finished', errorMessage: null });
  }

  async #end(): Promise<void> {
    const job = this.#job;
    job?.reembedding.stop();
    await job?.over;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => null);
    return done;
  }
}
