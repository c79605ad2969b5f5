import {
  BUILT_IN_MODELS,
  installedManifest,
  LISTINGS,
  readInstalled,
  readListing,
} from '../../models';
import type { EmbeddingSpaceId } from '../contracts/embedding';
import type { ModelManifest } from '../contracts/model';
import type { ShelfModel } from '../contracts/shelf';
import { AppError } from '../core/app-error';
import type { OwnModels } from '../storage/own-models';

/** The space of an embedder's own vectors, without adaptation. */
export function spaceOf(
  manifest: Pick<ModelManifest, 'sha256' | 'preprocessVersion'>,
): EmbeddingSpaceId {
  return `${manifest.sha256}:${manifest.preprocessVersion}`;
}

/** Every model the app can load or knows of, and where its weights are. */
export class ModelCatalogue {
  readonly #modelBaseUrl: string;
  readonly #own: OwnModels;
  readonly #fetch: typeof globalThis.fetch;
  /** Addresses of the user's own files in this page's memory, by SHA-256. */
  readonly #ownUrls = new Map<string, string>();
  #models: readonly ShelfModel[] = shelfOf([], []);
  #refreshing: Promise<void> | null = null;

  /** `modelBaseUrl`: absolute address of the app's own folder of models; ends with a slash. */
  constructor(modelBaseUrl: string, own: OwnModels, fetch = globalThis.fetch.bind(globalThis)) {
    this.#modelBaseUrl = modelBaseUrl;
    this.#own = own;
    this.#fetch = fetch;
  }

  /** Built-in ones from the beginning, the others after `refresh`. */
  get models(): readonly ShelfModel[] {
    return this.#models;
  }

  /** Reads `installed.json` and the user's own models. Never rejects: what cannot be read is left out. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#read().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** A model that can be loaded; undefined for one that is absent or unknown (a remembered choice may be old). */
  find(id: string): ModelManifest | undefined {
    for (const model of this.#models) {
      if (model.place !== 'absent' && model.manifest.id === id) return model.manifest;
    }
    return undefined;
  }

  /** The embedder that makes vectors of this space. */
  bySpace(space: EmbeddingSpaceId): ModelManifest | undefined {
    for (const model of this.#models) {
      if (model.place === 'absent' || model.manifest.task !== 'embed') continue;
      if (spaceOf(model.manifest) === space) return model.manifest;
    }
    return undefined;
  }

  /** Address of a model's weights for a worker to fetch. Throws AppError MODEL_UNAVAILABLE when the user's own file is gone. */
  async urlOf(manifest: ModelManifest): Promise<string> {
    const isOwn = this.#models.some(
      (model) => model.place === 'own' && model.manifest.id === manifest.id,
    );
    if (!isOwn) return new URL(manifest.file, this.#modelBaseUrl).href;
    const known = this.#ownUrls.get(manifest.sha256);
    if (known) return known;
    const file = await this.#own.file(manifest.sha256);
    if (!file) {
      throw new AppError(
        'MODEL_UNAVAILABLE',
        `Expected the file of "${manifest.title}" on this device, found none: import it again`,
      );
    }
    const url = URL.createObjectURL(file);
    this.#ownUrls.set(manifest.sha256, url);
    return url;
  }

  async #read(): Promise<void> {
    const [installed, own] = await Promise.all([this.#readInstalled(), this.#readOwn()]);
    this.#models = shelfOf(installed, own);
  }

  async #readInstalled(): Promise<readonly ModelManifest[]> {
    try {
      const answer = await this.#fetch(new URL('installed.json', this.#modelBaseUrl));
      if (!answer.ok) return [];
      return readInstalled(await answer.json()).flatMap((row) => {
        const listing = LISTINGS.find(({ id }) => id === row.id);
        return listing?.download ? [installedManifest(listing, row)] : [];
      });
    } catch {
      return []; // no network and not stored: the built-in models are enough to work with
    }
  }

  async #readOwn(): Promise<readonly ModelManifest[]> {
    try {
      return (await this.#own.list()).flatMap(({ manifest }) => {
        const own = readOwnManifest(manifest);
        return own ? [own] : [];
      });
    } catch {
      return []; // storage is denied: importing will say so
    }
  }
}

/** Null for what this version cannot read. */
function readOwnManifest(json: unknown): ModelManifest | null {
  try {
    const listing = readListing(json);
    return listing.download === null ? listing : null;
  } catch {
    return null;
  }
}

function shelfOf(
  installed: readonly ModelManifest[],
  own: readonly ModelManifest[],
): readonly ShelfModel[] {
  const added = new Map(installed.map((manifest) => [manifest.id, manifest]));
  return [
    ...BUILT_IN_MODELS.map((manifest): ShelfModel => ({ place: 'built-in', manifest })),
    ...LISTINGS.filter(({ download }) => download !== null).map((listing): ShelfModel => {
      const manifest = added.get(listing.id);
      return manifest ? { place: 'added', manifest } : { place: 'absent', listing };
    }),
    ...own.map((manifest): ShelfModel => ({ place: 'own', manifest })),
  ];
}
