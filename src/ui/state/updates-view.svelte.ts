import type { AppUpdatesStatus, AppUpdatesView } from '../../contracts/app-updates';

const NOTHING: AppUpdatesStatus = {
  isUpdateWaiting: false,
  canInstall: false,
  isOfflineReady: false,
  problem: null,
};

/** Installing, offline use and new versions; without a service worker nothing of it is offered. */
export class UpdatesState {
  status = $state.raw<AppUpdatesStatus>(NOTHING);
  /** The last attempt found a run going on in some tab. */
  isBusyElsewhere = $state(false);
  #isPostponed = $state(false);

  readonly #updates: AppUpdatesView | null;
  readonly #unsubscribe: () => void;

  constructor(updates: AppUpdatesView | null) {
    this.#updates = updates;
    this.status = updates?.state ?? NOTHING;
    this.#unsubscribe =
      updates?.onChange((status) => {
        this.status = status;
      }) ?? (() => undefined);
  }

  get isOffered(): boolean {
    return this.status.isUpdateWaiting && !this.#isPostponed;
  }

  postpone(): void {
    this.#isPostponed = true;
  }

  async apply(): Promise<void> {
    this.isBusyElsewhere = (await this.#updates?.applyUpdate()) === 'busy';
  }

  async install(): Promise<void> {
    await this.#updates?.promptInstall();
  }

  dispose(): void {
    this.#unsubscribe();
  }
}
