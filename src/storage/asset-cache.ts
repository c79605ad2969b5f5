import type { CacheAssetsReply } from '../contracts/service-worker-messages';
import { isAddedModel, isChangedInPlace } from '../core/stored-on-first-use';

/** A large file of the build and the hash of its contents, from the precache manifest. */
export interface VersionedAsset {
  /** Relative to the service worker's scope. */
  readonly url: string;
  readonly revision: string | null;
}

/** What the cache works with; the service worker passes its own, tests pass theirs. */
export interface AssetCacheEnvironment {
  /** The service worker's scope, absolute, with a slash at the end. */
  readonly scope: string;
  readonly caches: CacheStorage;
  readonly fetch: (request: Request) => Promise<Response>;
}

/** An answer, and the moment its copy is safe on the device. */
export interface AssetAnswer {
  readonly response: Response;
  /** Settles when nothing is left to write; never rejects. */
  readonly stored: Promise<void>;
}

const CACHE_NAME = 'resight-assets-v1';

/** A script of the build, whose name carries Vite's hash of its contents: in another build it has another name. */
const HASHED_SCRIPT = /^(.*\/assets\/[^/]+)-[\w-]{8}(\.js)$/;

/** Keeps a file's versions apart inside one cache. */
const REVISION_PARAMETER = '__revision';

/** Of a file that the build does not know. */
const ADDED_REVISION = 'added';

/** How long a network that says nothing keeps a stored answer waiting, milliseconds. */
const NETWORK_PATIENCE_MS = 3000;

/**
 * Request cache modes by which the app says "do not trust what is stored" (a model whose SHA-256 is wrong).
 * Not `no-cache`: a browser may set that by itself when the user reloads, and reloading must work offline.
 */
const BYPASS_MODES: ReadonlySet<RequestCache> = new Set(['reload', 'no-store']);

/**
 * Models, WASM runtimes and scripts that few need: too big for the precache, stored when first used, served from the device from
 * then on. Every entry carries its build's revision, so that an old file never answers for a new one. A model that was added after the
 * build has none: its reader knows its checksum, and asks past the store when what it got is another version.
 */
export class AssetCache {
  /** Absolute address to the key its wanted version is stored under. */
  readonly #keyOfUrl: ReadonlyMap<string, string>;
  /** Absolute address by what stays the same of it in every build. */
  readonly #urlOfName: ReadonlyMap<string, string>;
  readonly #environment: AssetCacheEnvironment;
  /** Copies being written, by key: whoever warms the same file waits instead of fetching again. */
  readonly #writing = new Map<string, Promise<void>>();

  constructor(assets: readonly VersionedAsset[], environment: AssetCacheEnvironment) {
    this.#environment = environment;
    this.#keyOfUrl = new Map(
      assets.map(({ url, revision }) => {
        const { href } = new URL(url, environment.scope);
        return [href, keyFor(href, revision ?? '')];
      }),
    );
    this.#urlOfName = new Map([...this.#keyOfUrl.keys()].map((url) => [nameIn(url), url]));
  }

  /** Whether this build has such a file, or it may have been added since. */
  has(url: string): boolean {
    return this.#keyOf(url) !== undefined;
  }

  /** From the device when it is there; else from the network, keeping a copy. Rejects when neither works. */
  async respond(request: Request): Promise<AssetAnswer> {
    const key = this.#keyOf(request.url);
    if (key === undefined || request.headers.has('Range')) {
      return { response: await this.#environment.fetch(request), stored: Promise.resolve() };
    }
    const isBypass = BYPASS_MODES.has(request.cache);
    if (!isBypass) {
      const stored = await (await this.#open()).match(key);
      const mayBeOld = isChangedInPlace(this.#pathOf(request.url));
      if (stored && mayBeOld) return this.#fetchOr(stored, key, request);
      if (stored) return { response: stored, stored: Promise.resolve() };
    }
    return this.#fetchAndStore(key, request, isBypass ? 'reload' : 'no-cache');
  }

  /** Stores the files that are not there yet. Never rejects: what failed is in the reply. */
  async warm(urls: readonly string[]): Promise<CacheAssetsReply> {
    const absolute = urls.map((url) => new URL(url, this.#environment.scope).href);
    const failedUrls: string[] = [];
    // One after the other: these are megabytes, and the page fetches its own at the same time.
    for (const url of absolute) {
      if (!(await this.#ensure(url))) failedUrls.push(url);
    }
    return { cachedCount: absolute.length - failedUrls.length, failedUrls };
  }

  /**
   * For the install of a new build: fetches the new version of every file whose old version is on the device,
   * so that the app still works offline after the update. Rejects when one cannot be had.
   */
  async fetchNewVersions(): Promise<void> {
    const cache = await this.#open();
    for (const { url: key } of await cache.keys()) {
      const url = this.#urlOfName.get(nameIn(withoutRevision(key)));
      if (url !== undefined && !(await this.#ensure(url))) {
        throw new Error(`Could not fetch the new version of ${url}`);
      }
    }
  }

  /** For the activation of a new build: removes every version but the one this build wants. */
  async removeOldVersions(): Promise<void> {
    const wanted = new Set(this.#keyOfUrl.values());
    const cache = await this.#open();
    const keys = await cache.keys();
    await Promise.all(keys.filter(({ url }) => !wanted.has(url)).map((key) => cache.delete(key)));
  }

  async #ensure(url: string): Promise<boolean> {
    const key = this.#keyOf(url);
    if (key === undefined) return false;
    const cache = await this.#open();
    await this.#writing.get(key);
    if ((await cache.match(key)) !== undefined) return true;
    try {
      const request = new Request(url, { credentials: 'same-origin' });
      await (
        await this.#fetchAndStore(key, request, 'no-cache')
      ).stored;
    } catch {
      // Offline or refused: the caller reports it, and the next request or start tries again.
      return false;
    }
    return (await cache.match(key)) !== undefined;
  }

  async #fetchAndStore(key: string, request: Request, mode: RequestCache): Promise<AssetAnswer> {
    const response = await this.#environment.fetch(new Request(request, { cache: mode }));
    if (response.status !== 200) return { response, stored: Promise.resolve() };
    const copy = response.clone();
    // A full device or a broken transfer leaves no entry behind: the answer still reaches the page.
    const stored = this.#open()
      .then((cache) => cache.put(key, copy))
      .catch(() => undefined)
      .then(() => {
        if (this.#writing.get(key) === stored) this.#writing.delete(key);
      });
    this.#writing.set(key, stored);
    return { response, stored };
  }

  /** What the network says now, as long as it says something. */
  async #fetchOr(stored: Response, key: string, request: Request): Promise<AssetAnswer> {
    const signal = AbortSignal.timeout(NETWORK_PATIENCE_MS);
    try {
      const answer = await this.#fetchAndStore(key, new Request(request, { signal }), 'no-cache');
      if (answer.response.status === 200) return answer;
    } catch {
      // Offline, or slower than anyone wants to wait for: what is stored will do.
    }
    return { response: stored, stored: Promise.resolve() };
  }

  /** Under what a file is stored; undefined for one that is not. */
  #keyOf(url: string): string | undefined {
    const known = this.#keyOfUrl.get(url);
    if (known !== undefined || !isAddedModel(this.#pathOf(url))) return known;
    return keyFor(url, ADDED_REVISION);
  }

  /** Relative to the app's folder; an address outside it as it is. */
  #pathOf(url: string): string {
    const { scope } = this.#environment;
    return url.startsWith(scope) ? url.slice(scope.length) : url;
  }

  #open(): Promise<Cache> {
    return this.#environment.caches.open(CACHE_NAME);
  }
}

function keyFor(url: string, revision: string): string {
  const key = new URL(url);
  key.searchParams.set(REVISION_PARAMETER, revision);
  return key.href;
}

function withoutRevision(key: string): string {
  const url = new URL(key);
  url.searchParams.delete(REVISION_PARAMETER);
  return url.href;
}

/** An address without the hash in it, if it has one. */
function nameIn(url: string): string {
  return url.replace(HASHED_SCRIPT, '$1$2');
}
