import type { Unsubscribe } from '../contracts/app';
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

/** Sees to it that the gallery gets into the space of the embedder the user chose. The work itself is the identity worker's. */
export class Reembedder {
  readonly #parts: ReembedderParts;
  readonly #events = new Emitter<[]>();
  #progress: ReembedProgress | null = null;
  #searchedWithId: string | null = null;
  #isPaused = false;

  constructor(parts: ReembedderParts) {
    this.#parts = parts;
    parts.identity.onEvent((event) => {
      if (event.type === 'reembedding') this.#note(event.progress);
      else if (event.type === 'gallery-changed') void this.#readSpace();
    });
    // What was under way died with its worker; what it got done is stored.
    parts.identity.onGone((_reason, isInUse) => {
      if (isInUse && this.#progress?.state === 'running') void this.ensure();
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
      if (space === null || space === targetSpace) return;
      const facts = await this.#parts.readFacts();
      await identity.reembed({
        manifest,
        modelUrl: await catalogue.urlOf(manifest),
        runtimeBaseUrl,
        backend: embedderBackend(manifest),
        isProviderNew: trust.isNew(manifest, 'wasm', facts),
      });
      if (this.#isPaused) await identity.setReembeddingPaused(true);
    } catch (error) {
      this.#note({
        targetSpace,
        state: 'failed',
        doneCount: this.#progress?.doneCount ?? 0,
        totalCount: this.#progress?.totalCount ?? 0,
        skippedCount: this.#progress?.skippedCount ?? 0,
        errorMessage: toErrorData(error).message,
      });
    }
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#parts.identity.setReembeddingPaused(isPaused).catch((error: unknown) => {
      if (this.#progress) {
        const errorMessage = toErrorData(error).message;
        this.#note({ ...this.#progress, state: 'failed', errorMessage });
      }
    });
  }

  /** Back to the embedder the gallery is searched with. */
  async cancel(): Promise<void> {
    const { identity, catalogue, settings } = this.#parts;
    await identity.cancelReembedding();
    const { space } = await identity.gallerySpace();
    const current = space === null ? undefined : catalogue.bySpace(space);
    this.#progress = null;
    this.#isPaused = false;
    if (current) settings.update({ embedderId: current.id });
    this.#events.emit();
  }

  #note(progress: ReembedProgress): void {
    this.#progress = progress;
    if (progress.state === 'finished') void this.#finish();
    this.#events.emit();
  }

  /** The gallery is in the new space: a threshold of the old one means nothing there. */
  async #finish(): Promise<void> {
    const { catalogue, settings, onSpaceChanged } = this.#parts;
    const manifest = embedderOf(catalogue, settings.current);
    const isChange = this.#searchedWithId !== manifest.id;
    this.#searchedWithId = manifest.id;
    this.#isPaused = false;
    if (!isChange) return;
    await onSpaceChanged();
    const accept = manifest.recommendedThreshold;
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
