import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AssetCache, type VersionedAsset } from '../../../src/storage/asset-cache';

const SCOPE = 'https://example.test/app/';
const MODEL = `${SCOPE}models/net.onnx`;
const RUNTIME = `${SCOPE}ort/runtime.wasm`;

/** As much of the Cache interface as the asset cache uses; survives a new AssetCache like the real one. */
class FakeCache {
  readonly entries = new Map<string, Uint8Array>();
  isFull = false;

  async match(key: string): Promise<Response | undefined> {
    const bytes = this.entries.get(key);
    return Promise.resolve(bytes === undefined ? undefined : new Response(bytes.slice()));
  }

  async put(key: string, response: Response): Promise<void> {
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (this.isFull) throw new DOMException('no room', 'QuotaExceededError');
    this.entries.set(key, bytes);
  }

  async keys(): Promise<readonly Request[]> {
    return Promise.resolve([...this.entries.keys()].map((key) => new Request(key)));
  }

  async delete(key: Request): Promise<boolean> {
    return Promise.resolve(this.entries.delete(key.url));
  }
}

let stored: FakeCache;
let served: Map<string, string>;
let fetches: { readonly url: string; readonly mode: RequestCache }[];
let isOffline: boolean;

beforeEach(() => {
  stored = new FakeCache();
  served = new Map([
    [MODEL, 'weights 1'],
    [RUNTIME, 'runtime 1'],
  ]);
  fetches = [];
  isOffline = false;
});

function assetCache(modelRevision = 'm1', runtimeRevision = 'r1'): AssetCache {
  return cacheOf([
    { url: 'models/net.onnx', revision: modelRevision },
    { url: 'ort/runtime.wasm', revision: runtimeRevision },
  ]);
}

function cacheOf(assets: readonly VersionedAsset[]): AssetCache {
  return new AssetCache(assets, {
    scope: SCOPE,
    // The asset cache opens one cache and never asks for anything else.
    caches: { open: () => Promise.resolve(stored) } as unknown as CacheStorage,
    fetch: (request) => {
      fetches.push({ url: request.url, mode: request.cache });
      if (isOffline) return Promise.reject(new TypeError('Failed to fetch'));
      const body = served.get(request.url);
      return Promise.resolve(
        body === undefined ? new Response('', { status: 404 }) : new Response(body),
      );
    },
  });
}

async function read(cache: AssetCache, url: string, init?: RequestInit): Promise<string> {
  const answer = await cache.respond(new Request(url, init));
  const text = await answer.response.text();
  await answer.stored;
  return text;
}

describe('the asset cache', () => {
  it('fetches a file once and serves it from the device after that, offline too', async () => {
    const cache = assetCache();
    expect(await read(cache, MODEL)).toBe('weights 1');
    isOffline = true;
    expect(await read(cache, MODEL)).toBe('weights 1');
    expect(fetches).toHaveLength(1);
  });

  it('fetches and replaces a stored file when the request says reload', async () => {
    const cache = assetCache();
    served.set(MODEL, 'damaged');
    await read(cache, MODEL);
    served.set(MODEL, 'weights 1');
    expect(await read(cache, MODEL)).toBe('damaged');
    expect(await read(cache, MODEL, { cache: 'reload' })).toBe('weights 1');
    expect(fetches.at(-1)).toEqual({ url: MODEL, mode: 'reload' });
    expect(await read(cache, MODEL)).toBe('weights 1');
  });

  it('keeps the stored file when a reload fails', async () => {
    const cache = assetCache();
    await read(cache, MODEL);
    isOffline = true;
    await expect(cache.respond(new Request(MODEL, { cache: 'reload' }))).rejects.toThrow();
    expect(await read(cache, MODEL)).toBe('weights 1');
  });

  it('does not store what is not a whole file', async () => {
    const cache = assetCache();
    served.delete(MODEL);
    const { response, stored: isStored } = await cache.respond(new Request(MODEL));
    await isStored;
    expect(response.status).toBe(404);
    expect(stored.entries.size).toBe(0);
  });

  it('leaves byte ranges to the network', async () => {
    const cache = assetCache();
    await read(cache, MODEL);
    await read(cache, MODEL, { headers: { Range: 'bytes=0-1' } });
    expect(fetches).toHaveLength(2);
  });

  it('answers although the device is full', async () => {
    stored.isFull = true;
    expect(await read(assetCache(), MODEL)).toBe('weights 1');
  });

  it('warms what is missing, tells what failed, and fetches nothing twice', async () => {
    const cache = assetCache();
    await read(cache, MODEL);
    const reply = await cache.warm(['models/net.onnx', RUNTIME, 'models/unknown.json']);
    expect(reply).toEqual({ cachedCount: 2, failedUrls: [`${SCOPE}models/unknown.json`] });
    expect(fetches.map(({ url }) => url)).toEqual([MODEL, RUNTIME]);
  });

  it('waits for a copy that is being written instead of fetching it again', async () => {
    const cache = assetCache();
    const answer = await cache.respond(new Request(MODEL));
    const warmed = cache.warm([MODEL]);
    await answer.response.text();
    expect(await warmed).toEqual({ cachedCount: 1, failedUrls: [] });
    expect(fetches).toHaveLength(1);
  });

  it('tells that warming failed when offline or full', async () => {
    isOffline = true;
    expect(await assetCache().warm([MODEL])).toEqual({ cachedCount: 0, failedUrls: [MODEL] });
    isOffline = false;
    stored.isFull = true;
    expect(await assetCache().warm([MODEL])).toEqual({ cachedCount: 0, failedUrls: [MODEL] });
  });
});

describe('the list of added models', () => {
  const LIST = `${SCOPE}models/installed.json`;
  const listed = (): AssetCache => cacheOf([{ url: 'models/installed.json', revision: 'l1' }]);

  beforeEach(() => {
    served.set(LIST, '[]');
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is asked of the network each time, as it changes while the app is served', async () => {
    const cache = listed();
    expect(await read(cache, LIST)).toBe('[]');
    served.set(LIST, '["one"]');
    expect(await read(cache, LIST)).toBe('["one"]');
    expect(fetches.at(-1)).toEqual({ url: LIST, mode: 'no-cache' });
  });

  it('is what it was last when there is no network, or the host has none to give', async () => {
    const cache = listed();
    await read(cache, LIST);
    served.set(LIST, '["one"]');
    await read(cache, LIST);
    served.delete(LIST);
    expect(await read(cache, LIST)).toBe('["one"]');
    isOffline = true;
    expect(await read(cache, LIST)).toBe('["one"]');
  });

  it('is not waited for long when the network says nothing', async () => {
    await read(listed(), LIST);
    const patience = new AbortController();
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(patience.signal);
    const silent = new AssetCache([{ url: 'models/installed.json', revision: 'l1' }], {
      scope: SCOPE,
      caches: { open: () => Promise.resolve(stored) } as unknown as CacheStorage, // as in cacheOf
      fetch: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new DOMException('late', 'TimeoutError')));
          patience.abort();
        }),
    });
    expect(await read(silent, LIST)).toBe('[]');
  });
});

describe('a model that was added after the build', () => {
  const ADDED = `${SCOPE}models/added.onnx`;

  it('is kept as those of the build are, until a build knows of it', async () => {
    served.set(ADDED, 'weights');
    const cache = assetCache();
    expect(cache.has(ADDED)).toBe(true);
    expect(await read(cache, ADDED)).toBe('weights');
    isOffline = true;
    expect(await read(cache, ADDED)).toBe('weights');
    isOffline = false;
    const next = cacheOf([{ url: 'models/added.onnx', revision: 'a1' }]);
    await next.fetchNewVersions();
    await next.removeOldVersions();
    expect([...stored.entries.keys()]).toEqual([`${ADDED}?__revision=a1`]);
  });

  it('is no other file of the app', () => {
    const cache = assetCache();
    expect(cache.has(`${SCOPE}models/folder/added.onnx`)).toBe(false);
    expect(cache.has(`${SCOPE}models/added.json`)).toBe(false);
    expect(cache.has('https://example.test/other/models/added.onnx')).toBe(false);
  });
});

describe('a new build', () => {
  it('never gets an old file for a new one', async () => {
    await read(assetCache('m1'), MODEL);
    served.set(MODEL, 'weights 2');
    expect(await read(assetCache('m2'), MODEL)).toBe('weights 2');
  });

  it('brings the new version of what was stored, and only of that', async () => {
    await read(assetCache('m1', 'r1'), MODEL);
    served.set(MODEL, 'weights 2');
    const next = assetCache('m2', 'r2');
    await next.fetchNewVersions();
    isOffline = true;
    expect(await read(next, MODEL)).toBe('weights 2');
    await expect(read(next, RUNTIME)).rejects.toThrow();
  });

  it('leaves the old build its files until it takes over', async () => {
    const old = assetCache('m1');
    await read(old, MODEL);
    const next = assetCache('m2');
    await next.fetchNewVersions();
    isOffline = true;
    expect(await read(old, MODEL)).toBe('weights 1');
    await next.removeOldVersions();
    expect([...stored.entries.keys()]).toEqual([`${MODEL}?__revision=m2`]);
  });

  it('is not installed when a new version cannot be had', async () => {
    await read(assetCache('m1'), MODEL);
    isOffline = true;
    await expect(assetCache('m2').fetchNewVersions()).rejects.toThrow(MODEL);
  });

  it('brings a stored script whose name changed with its contents, and no other', async () => {
    const build = (...urls: readonly string[]): AssetCache => {
      for (const url of urls) served.set(SCOPE + url, url);
      return cacheOf(urls.map((url) => ({ url, revision: null })));
    };
    const oldUrl = 'assets/street.worker-abcd_234.js';
    const newUrl = 'assets/street.worker-W-yz6789.js';
    await read(build(oldUrl, 'assets/other.worker-11111111.js'), SCOPE + oldUrl);
    const next = build(newUrl, 'assets/other.worker-22222222.js');
    await next.fetchNewVersions();
    await next.removeOldVersions();
    expect([...stored.entries.keys()]).toEqual([`${SCOPE}${newUrl}?__revision=`]);
    isOffline = true;
    expect(await read(next, SCOPE + newUrl)).toBe(newUrl);
  });

  it('does not fetch what did not change', async () => {
    await read(assetCache('m1'), MODEL);
    await assetCache('m1').fetchNewVersions();
    expect(fetches).toHaveLength(1);
  });
});
