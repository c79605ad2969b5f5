import type { Unsubscribe } from './app';

/** How the installed app stands; changes rarely. */
export interface AppUpdatesStatus {
  /** A newer version is on the device and waits for the user's word. */
  readonly isUpdateWaiting: boolean;
  /** The browser offers to install the app. */
  readonly canInstall: boolean;
  /** Shell, models and runtime are stored: the app starts without a network. */
  readonly isOfflineReady: boolean;
  /** Why the app will not work offline here, for the details fold; null while all is well. */
  readonly problem: string | null;
}

/** - `busy`: analysis runs in this or another tab, so nothing was done. */
export type ApplyUpdateOutcome = 'reloading' | 'busy' | 'nothing-waiting';

/** The service worker as the screen sees it. */
export interface AppUpdatesView {
  readonly state: AppUpdatesStatus;
  onChange(listener: (state: AppUpdatesStatus) => void): Unsubscribe;
  /** Lets the waiting version in and reloads; `busy` when a run is on in this or another tab. */
  applyUpdate(): Promise<ApplyUpdateOutcome>;
  /** Shows the browser's install dialog; true when the user accepted. */
  promptInstall(): Promise<boolean>;
}
