import type { Unsubscribe } from '../contracts/app';
import type { EmbeddingSpaceId } from '../contracts/embedding';
import type { ReembedProgress } from '../contracts/recognition';
import { toErrorData } from '../core/app-error';
import type { DeviceFacts } from './device-facts';
import { Emitter } from './emitter';
import { embedderBackend, embedderOf } from './engine';
import type { IdentityClient } from './identity-client';
import { spaceOf, type ModelCatalogue } from './model-catalogue';
import type { ProviderTrust } from './provider-trust';
import type { SettingsKeeper } from './settings-keeper';

export interface ReembedderParts {
  readonly identity: IdentityClient;
  readonly catalogue: ModelCatalogue;
  readonly trust: ProviderTrust;
  readonly settings: SettingsKeeper;
  readonly readFacts: () => Promise<DeviceFacts>;
  readonly runtimeBaseUrl: string;
  /** The gallery's space has changed: what was learned for the old one is gone, and its threshold with it. */
  readonly onSpaceChanged: () => Promise<void>;
}

/** Deaths of the worker in a row without one more picture done: then it is the picture or the model that kills it. */
const MAX_FRUITLESS_RESTARTS = 2;

/** Sees to it that the gallery gets into the space of the embedder the user chose. The work itself is the identity worker's. */
export class Reembedder {
  readonly #parts: ReembedderParts;
  readonly #events = new Emitter<[]>();
  #progress: ReembedProgress | null = null;
  #searchedWithId: string | null = null;
  #isPaused = false;
  /** The worker died when the work could not go on at once. */
  #isInterrupted = false;
  #restarts = { fruitlessCount: 0, doneCount: -1 };

  constructor(parts: ReembedderParts) {
    this.#parts = parts;
    parts.identity.onEvent((event) => {
      if (event.type === 'reembedding') this.#note(event.progress);
      else if (event.type === 'gallery-changed') this.#galleryChanged();
    });
    parts.identity.onGone((reason, isInUse) => {
      // Beside a guest, which is in use then, it is the own gallery's worker that re-embeds.
      if (isInUse !== parts.identity.isGuest) this.#restart(reason.message);
    });
  }

  get progress(): ReembedProgress | null {
    return this.#progress;
  }

  /** Null while the gallery is empty, or searched with an embedder that is not on the shelf. */
  get searchedWithId(): string | null {
    return this.#searchedWithId;
  }

  onChanged(listener: () => void): Unsubscribe {
    return this.#events.add(listener);
  }

  /** Begins, goes on, or finds that nothing is to do. Never rejects: what failed is in `progress`. */
  async ensure(): Promise<void> {
    const { identity, catalogue, settings, trust, runtimeBaseUrl } = this.#parts;
    // The Demo street's gallery lives too short to be made over.
    if (identity.isGuest) return;
    const manifest = embedderOf(catalogue, settings.current);
    const targetSpace = spaceOf(manifest);
    try {
      await this.#readSpace();
      const { space } = await identity.gallerySpace();
      if (space === null || space === targetSpace) return await this.#settle(targetSpace);
      const facts = await this.#parts.readFacts();
      // Before it begins, so that not one picture is embedded while it is paused.
      await identity.setReembeddingPaused(this.#isPaused);
      await identity.reembed({
        manifest,
        modelUrl: await catalogue.urlOf(manifest),
        runtimeBaseUrl,
        backend: embedderBackend(manifest),
        isProviderNew: trust.isNew(manifest, 'wasm', facts),
      });
    } catch (error) {
      this.#fail(targetSpace, toErrorData(error).message);
    }
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    // To go on, there has to be work under way: it may have ended with its worker.
    if (!isPaused) return void this.ensure();
    this.#parts.identity.setReembeddingPaused(true).catch((error: unknown) => {
      if (this.#progress) this.#fail(this.#progress.targetSpace, toErrorData(error).message);
    });
  }

  /** Back to the embedder the gallery is searched with. */
  async cancel(): Promise<void> {
    const { identity, catalogue, settings } = this.#parts;
    await this.#drop();
    const { space } = await identity.gallerySpace();
    const current = space === null ? undefined : catalogue.bySpace(space);
    if (current) settings.update({ embedderId: current.id });
    this.#events.emit();
  }

  /** Nothing is to do: it is done, or the user went back to the embedder in use, and the work for another one must end. */
  async #settle(space: EmbeddingSpaceId): Promise<void> {
    if (!this.#progress || !this.#isUnderWay) return;
    // The worker died between the change of space and telling of it.
    if (this.#progress.targetSpace === space) {
      this.#note({ ...this.#progress, state: 'finished', doneCount: this.#progress.totalCount });
      return;
    }
    await this.#drop();
    this.#events.emit();
  }

  async #drop(): Promise<void> {
    await this.#parts.identity.cancelReembedding();
    this.#progress = null;
    this.#isPaused = false;
    this.#isInterrupted = false;
  }

  get #isUnderWay(): boolean {
    return this.#progress?.state === 'running' || this.#progress?.state === 'paused';
  }

  #galleryChanged(): void {
    void this.#readSpace();
    if (!this.#isInterrupted || this.#parts.identity.isGuest) return;
    this.#isInterrupted = false;
    void this.ensure();
  }

  /** What was under way died with its worker; what it got done is stored. */
  #restart(reason: string): void {
    const { isGuest } = this.#parts.identity;
    if (!this.#progress || !this.#isUnderWay) return;
    const { doneCount, targetSpace } = this.#progress;
    const isFruitless = doneCount <= this.#restarts.doneCount;
    const fruitlessCount = isFruitless ? this.#restarts.fruitlessCount + 1 : 0;
    this.#restarts = { doneCount, fruitlessCount };
    if (fruitlessCount > MAX_FRUITLESS_RESTARTS) this.#fail(targetSpace, reason);
    else if (isGuest) this.#isInterrupted = true;
    else void this.ensure();
  }

  #fail(targetSpace: EmbeddingSpaceId, errorMessage: string): void {
    const { doneCount = 0, totalCount = 0, skippedCount = 0 } = this.#progress ?? {};
    const counts = { doneCount, totalCount, skippedCount };
    this.#note({ targetSpace, state: 'failed', ...counts, errorMessage });
  }

  #note(progress: ReembedProgress): void {
    const wasUnderWay = this.#isUnderWay;
    this.#progress = progress;
    if (progress.state === 'finished') void this.#finish(progress.targetSpace, wasUnderWay);
    this.#events.emit();
  }

  /** The gallery is in the new space: a threshold of the old one means nothing there. */
  async #finish(space: EmbeddingSpaceId, isChange: boolean): Promise<void> {
    const { catalogue, settings, onSpaceChanged } = this.#parts;
    const manifest = catalogue.bySpace(space);
    this.#searchedWithId = manifest?.id ?? null;
    this.#isPaused = false;
    this.#restarts = { fruitlessCount: 0, doneCount: -1 };
    if (!isChange) return;
    await onSpaceChanged();
    const accept = manifest?.recommendedThreshold ?? null;
    if (accept !== null) settings.update({ matchThreshold: accept });
    this.#events.emit();
  }

  async #readSpace(): Promise<void> {
    try {
      const { space } = await this.#parts.identity.gallerySpace();
      const id = space === null ? null : (this.#parts.catalogue.bySpace(space)?.id ?? null);
      if (id === this.#searchedWithId) return;
      this.#searchedWithId = id;
      this.#events.emit();
    } catch {
      // The gallery cannot be read now, which is told where the gallery is shown.
    }
  }
}
