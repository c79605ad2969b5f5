import { AppError } from '../core/app-error';
import { toStorageError } from './storage-error';

/** A model's weights and what is known of it, as it was handed over: the reader validates `manifest`. */
export interface StoredModel {
  readonly key: OwnModelKey;
  readonly manifest: unknown;
}

/** Which one it is: one file may be there under several descriptions, each a model of its own. */
export interface OwnModelKey {
  /** Of the weights, hexadecimal. */
  readonly sha256: string;
  /** Of the model; letters, digits and hyphens. */
  readonly id: string;
}

const CACHE_NAME = 'resight-own-models-v1';
const FOLDER = 'own-models/';
const WEIGHTS_NAME = 'weights.onnx';
const MANIFEST_ADDRESS = /\/([^/]+)\/([^/]+)\.json$/;

/**
 * Models the user brought, on this device. Cache Storage holds a large file as a blob on disk, writes it whole or not at all, and is
 * there in every browser the app runs in; files of a private folder (OPFS) cannot be written from a page in Safari before 26.
 * Weights are kept once, in a folder named by their checksum, with the manifests of all models made of them.
 */
export class OwnModels {
  readonly #caches: CacheStorage | undefined;
  readonly #baseUrl: string;

  /** `caches`: undefined on pages that are not secure. `baseUrl` of the app, ends with a slash. */
  constructor(caches: CacheStorage | undefined, baseUrl: string) {
    this.#caches = caches;
    this.#baseUrl = baseUrl;
  }

  /** All of them, in the order they were added; empty where nothing can be stored. */
  async list(): Promise<readonly StoredModel[]> {
    if (!this.#caches) return [];
    const cache = await this.#open('list the models');
    const models: StoredModel[] = [];
    for (const { url } of await cache.keys()) {
      const [, sha256, id] = MANIFEST_ADDRESS.exec(url) ?? [];
      if (sha256 === undefined || id === undefined) continue;
      const answer = await cache.match(url);
      const manifest: unknown = await answer?.json().catch(() => null);
      models.push({ key: { sha256, id }, manifest });
    }
    return models;
  }

  /** The weights; null when they are not there. */
  async file(sha256: string): Promise<Blob | null> {
    if (!this.#caches) return null;
    const cache = await this.#open('read a model');
    const answer = await cache.match(this.#address(sha256, WEIGHTS_NAME));
    return answer ? answer.blob() : null;
  }

  /**
   * Keeps a model, weights first: what is listed is whole. One with the same key gives way. Throws AppError STORAGE_FULL,
   * STORAGE_UNAVAILABLE.
   */
  async put(key: OwnModelKey, file: Blob, manifest: object): Promise<void> {
    const doing = 'keep the model';
    const cache = await this.#open(doing);
    try {
      await cache.put(this.#address(key.sha256, WEIGHTS_NAME), new Response(file));
      await cache.put(this.#address(key.sha256, `${key.id}.json`), Response.json(manifest));
    } catch (error) {
      await this.#removeUnusedWeights(cache, key.sha256).catch(() => undefined); // what was thrown first tells more
      throw toStorageError(error, doing);
    }
  }

  /** Removes a model that may not be there; its weights with the last model made of them. */
  async remove(key: OwnModelKey): Promise<void> {
    const cache = await this.#open('remove the model');
    await cache.delete(this.#address(key.sha256, `${key.id}.json`));
    await this.#removeUnusedWeights(cache, key.sha256);
  }

  async #removeUnusedWeights(cache: Cache, sha256: string): Promise<void> {
    const folder = this.#address(sha256, '');
    const isUsed = (await cache.keys()).some(
      ({ url }) => url.startsWith(folder) && MANIFEST_ADDRESS.test(url),
    );
    if (!isUsed) await cache.delete(this.#address(sha256, WEIGHTS_NAME));
  }

  #address(sha256: string, name: string): string {
    return `${this.#baseUrl}${FOLDER}${sha256}/${name}`;
  }

  async #open(doing: string): Promise<Cache> {
    if (!this.#caches) {
      throw new AppError(
        'STORAGE_UNAVAILABLE',
        `Could not ${doing}: expected a secure page (https or localhost), found plain http`,
      );
    }
    try {
      return await this.#caches.open(CACHE_NAME);
    } catch (error) {
      throw toStorageError(error, doing);
    }
  }
}
