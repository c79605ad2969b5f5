import { AppError } from '../core/app-error';
import { toStorageError } from './storage-error';

/** A model file and what is known of it, as it was handed over: the reader validates `manifest`. */
export interface StoredModel {
  readonly sha256: string;
  readonly manifest: unknown;
}

const CACHE_NAME = 'resight-own-models-v1';
const FOLDER = 'own-models/';

/**
 * Models the user brought, on this device. Cache Storage holds a large file as a blob on disk, writes it whole or not at all, and is
 * there in every browser the app runs in; files of a private folder (OPFS) cannot be written from a page in Safari before 26.
 */
export class OwnModels {
  readonly #caches: CacheStorage | undefined;
  readonly #baseUrl: string;

  /** `caches`: undefined on pages that are not secure. `baseUrl` of the app, ends with a slash. */
  constructor(caches: CacheStorage | undefined, baseUrl: string) {
    this.#caches = caches;
    this.#baseUrl = baseUrl;
  }

  /** All of them; empty where nothing can be stored. */
  async list(): Promise<readonly StoredModel[]> {
    if (!this.#caches) return [];
    const cache = await this.#open('list the models');
    const models: StoredModel[] = [];
    for (const { url } of await cache.keys()) {
      if (!url.endsWith('.json')) continue;
      const answer = await cache.match(url);
      const manifest: unknown = await answer?.json().catch(() => null);
      const sha256 = url.slice(url.lastIndexOf('/') + 1, -'.json'.length);
      models.push({ sha256, manifest });
    }
    return models;
  }

  /** The weights; null when they are not there. */
  async file(sha256: string): Promise<Blob | null> {
    if (!this.#caches) return null;
    const cache = await this.#open('read a model');
    const answer = await cache.match(this.#address(sha256, 'onnx'));
    return answer ? answer.blob() : null;
  }

  /** Keeps a model, weights first: what is listed is whole. Throws AppError STORAGE_FULL, STORAGE_UNAVAILABLE. */
  async put(sha256: string, file: Blob, manifest: object): Promise<void> {
    const doing = 'keep the model';
    const cache = await this.#open(doing);
    try {
      await cache.put(this.#address(sha256, 'onnx'), new Response(file));
      await cache.put(this.#address(sha256, 'json'), Response.json(manifest));
    } catch (error) {
      await this.remove(sha256).catch(() => undefined); // what was thrown first tells more
      throw toStorageError(error, doing);
    }
  }

  /** Removes a model that may not be there. */
  async remove(sha256: string): Promise<void> {
    const cache = await this.#open('remove the model');
    await cache.delete(this.#address(sha256, 'json'));
    await cache.delete(this.#address(sha256, 'onnx'));
  }

  #address(sha256: string, extension: 'onnx' | 'json'): string {
    return `${this.#baseUrl}${FOLDER}${sha256}.${extension}`;
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
