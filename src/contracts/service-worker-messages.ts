/** What the page may ask of the service worker, by `postMessage` with a reply port. */
export type ServiceWorkerRequest =
  /** Take over from the older worker now. Only ever sent when the user agreed. */
  | { readonly type: 'SKIP_WAITING' }
  /** Store these models and runtime files, unless they are there; answered with {@link CacheAssetsReply}. */
  | { readonly type: 'cache-assets'; readonly urls: readonly string[] };

/** What became of a `cache-assets` request. */
export interface CacheAssetsReply {
  /** Now on the device, in the version this build wants. */
  readonly cachedCount: number;
  /** Not stored: not part of this build, or not fetched (offline, device full). */
  readonly failedUrls: readonly string[];
}

/** Tells the service worker's `sync` event, by the browser, from others. */
export const OUTBOX_SYNC_TAG = 'resight-outbox';

/** What the service worker tells open pages. */
export interface ServiceWorkerNotice {
  /** There is a network again: what waits in the outbox may go. */
  readonly type: 'wake-outbox';
}
