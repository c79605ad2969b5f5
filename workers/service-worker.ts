import { PrecacheController } from 'workbox-precaching';
import {
  OUTBOX_SYNC_TAG,
  type ServiceWorkerNotice,
  type ServiceWorkerRequest,
} from '../src/contracts/service-worker-messages';
import { withIsolationHeaders } from '../src/core/isolation-headers';
import { isStoredOnFirstUse } from '../src/core/stored-on-first-use';
import { AssetCache, type VersionedAsset } from '../src/storage/asset-cache';

/*
 * The app on the device. The shell (page, scripts, styles, icons) is stored at install and answers from
 * there; models, WASM runtimes and the Demo street are stored when they are first used; every answer carries the isolation
 * headers, so that a host that cannot send them still gives WASM its threads after the first load.
 */

declare const self: ServiceWorkerGlobalScope;

/** Every file of the build with the hash of its contents; workbox-build writes it in, as objects only. */
const files = self.__WB_MANIFEST as readonly VersionedAsset[];
const isAsset = ({ url }: VersionedAsset): boolean => isStoredOnFirstUse(url);

const { scope } = self.registration;
/** What an endpoint answers beside the app, under the same address. */
const ENDPOINT_PATH = /^(api|live)\//;
const shell = new PrecacheController({ cacheName: 'resight-shell-v1' });
shell.addToCacheList(files.filter((file) => !isAsset(file)));
const assets = new AssetCache(files.filter(isAsset), {
  scope,
  caches: self.caches,
  fetch: (request) => self.fetch(request),
});

self.addEventListener('install', (event) => {
  event.waitUntil(Promise.all([shell.install(event), assets.fetchNewVersions()]));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    Promise.all([shell.activate(event), assets.removeOldVersions(), self.clients.claim()]),
  );
});

self.addEventListener('message', (event) => {
  // Only our own pages can reach this worker; they send ServiceWorkerRequest and nothing else.
  const request = event.data as ServiceWorkerRequest;
  if (request.type === 'SKIP_WAITING') event.waitUntil(self.skipWaiting());
  if (request.type === 'cache-assets') {
    event.waitUntil(assets.warm(request.urls).then((reply) => event.ports[0]?.postMessage(reply)));
  }
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  // An endpoint may serve the app: its answers, streams among them, are none of ours.
  if (ENDPOINT_PATH.test(pathname.slice(new URL(scope).pathname.length))) return;
  event.respondWith(answer(event).then(withIsolationHeaders));
});

/*
 * Background Sync, where the browser has it: told that there is a network again, open tabs are woken, hidden ones too. It does not send anything
 * while no tab of the app is open: what reads, encrypts and sends sessions are workers of a page, and a service worker is ended
 * within minutes. What waits then goes on when the app is opened the next time.
 */
self.addEventListener('sync', (event) => {
  const sync = event as ExtendableEvent & { readonly tag: string }; // not in TypeScript's library: it is no standard yet
  if (sync.tag === OUTBOX_SYNC_TAG) sync.waitUntil(wakeOutbox());
});

async function wakeOutbox(): Promise<void> {
  const notice: ServiceWorkerNotice = { type: 'wake-outbox' };
  for (const client of await self.clients.matchAll({ type: 'window' })) client.postMessage(notice);
}

async function answer(event: FetchEvent): Promise<Response> {
  const { request } = event;
  if (assets.has(request.url)) {
    const { response, stored } = await assets.respond(request);
    event.waitUntil(stored);
    return response;
  }
  if (request.mode === 'navigate') return navigate(request);
  return (await shell.matchPrecache(request)) ?? self.fetch(request);
}

/** The app has one page, whatever the query; other addresses exist on the network only. */
async function navigate(request: Request): Promise<Response> {
  const address = new URL(request.url);
  const pathname = address.pathname.slice(new URL(scope).pathname.length);
  if (pathname === '' || pathname === 'index.html') {
    return (await shell.matchPrecache(new URL('index.html', scope).href)) ?? self.fetch(request);
  }
  // Offline there is nothing else to show than the page itself, at its own address.
  return self.fetch(request).catch(() => Response.redirect(scope));
}
