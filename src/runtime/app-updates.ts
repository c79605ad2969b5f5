import { Workbox } from 'workbox-window';
import type { Unsubscribe } from '../contracts/app';
import type {
  AppUpdatesStatus,
  AppUpdatesView,
  ApplyUpdateOutcome,
} from '../contracts/app-updates';
import type { CacheAssetsReply, ServiceWorkerRequest } from '../contracts/service-worker-messages';
import { BusyTabs } from './busy-tabs';

export interface AppUpdatesOptions {
  /** Whether analysis runs now: then the page is never reloaded. */
  readonly isBusy: () => boolean;
  /** False: does nothing at all (development, where there is no service worker). Default: production builds only. */
  readonly isEnabled?: boolean;
}

/** Chromium's event for installing the app; not in TypeScript's DOM. */
interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<{ readonly outcome: 'accepted' | 'dismissed' }>;
}

/** Set before the one reload that brings cross-origin isolation: a second would be a loop. */
const ISOLATION_RELOAD_KEY = 'resight-isolation-reload';

/** A page that stays open for days asks for a new version this often, when it is looked at again. */
const UPDATE_CHECK_INTERVAL_MS = 3_600_000;

/**
 * The page's side of the service worker: registers it, tells when a new version waits, stores models for
 * offline use, and keeps the browser's offer to install. Never reloads while analysis runs.
 */
export class AppUpdates implements AppUpdatesView {
  readonly #isBusy: () => boolean;
  readonly #busyTabs: BusyTabs;
  readonly #workbox: Workbox | null;
  readonly #listeners = new Set<(state: AppUpdatesStatus) => void>();
  #state: AppUpdatesStatus = {
    isUpdateWaiting: false,
    isOfflineReady: false,
    canInstall: false,
    problem: null,
  };
  #installPrompt: BeforeInstallPromptEvent | null = null;
  #isShellStored = false;
  #areAssetsStored = false;
  /** This page asked for the new version, so this page reloads when it takes over. */
  #isReloadWanted = false;
  /** The new version is in, and this page still runs the old code. */
  #isSuperseded = false;
  #checkedUpdateMs = 0;

  constructor(options: AppUpdatesOptions) {
    const { isEnabled = import.meta.env.PROD } = options;
    this.#isBusy = options.isBusy;
    this.#busyTabs = new BusyTabs(options.isBusy);
    const isSupported = isEnabled && 'serviceWorker' in navigator;
    this.#workbox = isSupported
      ? new Workbox(new URL('service-worker.js', document.baseURI).href)
      : null;
  }

  get state(): AppUpdatesStatus {
    return this.#state;
  }

  /** Calls back on every change of `state`. */
  onChange(listener: (state: AppUpdatesStatus) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Registers the service worker; once, as early as possible. Never rejects: see `state.problem`. */
  async start(): Promise<void> {
    this.#keepInstallPrompt();
    const workbox = this.#workbox;
    if (workbox === null) return;
    this.#busyTabs.listen();
    workbox.addEventListener('waiting', () => this.#update({ isUpdateWaiting: true }));
    workbox.addEventListener('controlling', ({ isUpdate }) => this.#onNewController(isUpdate));
    this.#checkWhenSeenAgain(workbox);
    try {
      await workbox.register({ immediate: true });
      await workbox.active;
      this.#isShellStored = true;
      this.#update({});
    } catch (error) {
      this.#update({ problem: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Lets the waiting version in and reloads, unless analysis runs in this or another tab. */
  async applyUpdate(): Promise<ApplyUpdateOutcome> {
    if (!this.#state.isUpdateWaiting || this.#workbox === null) return 'nothing-waiting';
    if (this.#isBusy() || (await this.#busyTabs.isAnyOtherBusy())) return 'busy';
    // Asking the other tabs took a while: a run may have begun here meanwhile.
    if (this.#isBusy()) return 'busy';
    if (this.#isSuperseded) {
      location.reload();
      return 'reloading';
    }
    this.#isReloadWanted = true;
    this.#workbox.messageSkipWaiting();
    return 'reloading';
  }

  /**
   * Stores models and runtime files for offline use; what is there is not fetched again. Call it once the
   * files a run needs are known. Null when there is no service worker.
   */
  async warmAssets(urls: readonly string[]): Promise<CacheAssetsReply | null> {
    if (this.#workbox === null || this.#state.problem !== null) return null;
    const worker = await this.#workbox.active;
    const request: ServiceWorkerRequest = {
      type: 'cache-assets',
      urls: urls.map((url) => new URL(url, document.baseURI).href),
    };
    const reply = await ask(worker, request);
    this.#areAssetsStored = reply.failedUrls.length === 0;
    this.#update({});
    return reply;
  }

  /** Shows the browser's install dialogue. False when there is none to show or the user declined. */
  async promptInstall(): Promise<boolean> {
    const prompt = this.#installPrompt;
    if (prompt === null) return false;
    // The browser allows each offer to be shown once.
    this.#installPrompt = null;
    this.#update({ canInstall: false });
    return (await prompt.prompt()).outcome === 'accepted';
  }

  #keepInstallPrompt(): void {
    window.addEventListener('beforeinstallprompt', (event) => {
      event.preventDefault();
      this.#installPrompt = event as BeforeInstallPromptEvent; // the type that belongs to this name
      this.#update({ canInstall: true });
    });
    window.addEventListener('appinstalled', () => {
      this.#installPrompt = null;
      this.#update({ canInstall: false });
    });
  }

  #onNewController(isUpdate: boolean | undefined): void {
    if (this.#isReloadWanted && !this.#isBusy()) location.reload();
    else if (this.#isReloadWanted || isUpdate === true) {
      // Another page let it in, or a run began here between the press and now: the user reloads when it is over.
      this.#isReloadWanted = false;
      this.#isSuperseded = true;
      this.#update({ isUpdateWaiting: true });
    } else this.#reloadOnceForIsolation();
  }

  /**
   * On a host that sends no isolation headers the first load has no WASM threads; the service worker now
   * answers for the host, so one reload brings them. A run that has begun meanwhile goes on with one thread.
   */
  #reloadOnceForIsolation(): void {
    if (crossOriginIsolated || this.#isBusy()) return;
    try {
      if (sessionStorage.getItem(ISOLATION_RELOAD_KEY) !== null) return;
      sessionStorage.setItem(ISOLATION_RELOAD_KEY, 'done');
    } catch {
      // Storage is forbidden here: nothing would stop a loop, so stay on one thread.
      return;
    }
    location.reload();
  }

  #checkWhenSeenAgain(workbox: Workbox): void {
    this.#checkedUpdateMs = performance.now();
    document.addEventListener('visibilitychange', () => {
      const nowMs = performance.now();
      if (document.hidden || nowMs - this.#checkedUpdateMs < UPDATE_CHECK_INTERVAL_MS) return;
      this.#checkedUpdateMs = nowMs;
      // Fails offline, where there is no new version to be had: the next look tries again.
      workbox.update().catch(() => undefined);
    });
  }

  #update(change: Partial<AppUpdatesStatus>): void {
    const isOfflineReady = this.#isShellStored && this.#areAssetsStored;
    this.#state = { ...this.#state, isOfflineReady, ...change };
    for (const listener of this.#listeners) listener(this.#state);
  }
}

function ask(worker: ServiceWorker, request: ServiceWorkerRequest): Promise<CacheAssetsReply> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      port1.close();
      resolve(data as CacheAssetsReply); // our own service worker answers nothing else on this port
    };
    worker.postMessage(request, [port2]);
  });
}
