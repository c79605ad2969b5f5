import type { Unsubscribe } from '../../contracts/app';
import { OUTBOX_SYNC_TAG, type ServiceWorkerNotice } from '../../contracts/service-worker-messages';

/** What is known of the network. */
export interface NetworkFacts {
  readonly isOnline: boolean;
  /** Paid for by the byte, or the user wants to save: only where the browser tells. */
  readonly isMetered: boolean;
}

/** Chromium's: https://wicg.github.io/netinfo/; other browsers tell nothing. */
interface NetworkInformation extends EventTarget {
  readonly saveData?: boolean;
  readonly type?: string;
}

/** Chromium's: https://wicg.github.io/background-sync/spec/. */
interface SyncManager {
  register(tag: string): Promise<void>;
}

function connection(): NetworkInformation | undefined {
  return (navigator as { connection?: NetworkInformation }).connection; // not in every browser, nor in TypeScript's library
}

/** As it is now. */
export function readNetwork(): NetworkFacts {
  const { saveData = false, type } = connection() ?? {};
  return { isOnline: navigator.onLine, isMetered: saveData || type === 'cellular' };
}

/** What may let things go on: another network, the page seen again, or word from the service worker. `isNew`: connections that hang are to be given up. */
export function onNetworkChange(listener: (isNew: boolean) => void): Unsubscribe {
  const ending = new AbortController();
  const { signal } = ending;
  const again = (): void => listener(false);
  addEventListener('online', () => listener(true), { signal });
  addEventListener('offline', again, { signal });
  connection()?.addEventListener('change', again, { signal });
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'visible') again();
    },
    { signal },
  );
  // Typed as always there: absent on plain http.
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  serviceWorker?.addEventListener(
    'message',
    ({ data }) => {
      if ((data as Partial<ServiceWorkerNotice>).type === 'wake-outbox') listener(true); // only our own service worker sends messages
    },
    { signal },
  );
  return () => ending.abort();
}

/** The page is not seen any more: the last that a browser surely tells before it ends one. */
export function onPageLeft(listener: () => void): Unsubscribe {
  const ending = new AbortController();
  const { signal } = ending;
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'hidden') listener();
    },
    { signal },
  );
  // A navigation away does not hide a page everywhere.
  addEventListener('pagehide', listener, { signal });
  return () => ending.abort();
}

/** Asks the browser to wake this tab when there is a network again; see workers/service-worker.ts for what that does not do. */
export async function askToBeWoken(): Promise<void> {
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer }; // as above
  const registration = (await serviceWorker?.getRegistration()) as
    { readonly sync?: SyncManager } | undefined; // not in TypeScript's library
  // Refused by the user or the browser: the page's own events are left.
  await registration?.sync?.register(OUTBOX_SYNC_TAG).catch(() => undefined);
}
