import type { AppUpdatesStatus, AppUpdatesView } from '../../contracts/app-updates';
import { localMemory, type NoteMemory } from './note-memory';

const NOTHING: AppUpdatesStatus = {
  isUpdateWaiting: false,
  canInstall: false,
  isOfflineReady: false,
  problem: null,
};

const OFFLINE_NOTE_KEY = 'resight-offline-note';
/** Long enough to be read twice; the settings say the same at any time. */
const OFFLINE_NOTE_MS = 12_000;

/** Installing, offline use and new versions; without a service worker nothing of it is offered. */
export class UpdatesState {
  status = $state.raw<AppUpdatesStatus>(NOTHING);
  /** The last attempt found a run going on in some tab. */
  isBusyElsewhere = $state(false);
  #isPostponed = $state(false);
  #isOfflineSaid = $state(false);

  readonly #memory: NoteMemory;
  readonly #updates: AppUpdatesView | null;
  readonly #unsubscribe: () => void;

  constructor(updates: AppUpdatesView | null, memory: NoteMemory = localMemory) {
    this.#updates = updates;
    this.#memory = memory;
    this.#isOfflineSaid = memory.has(OFFLINE_NOTE_KEY);
    this.status = updates?.state ?? NOTHING;
    this.#unsubscribe =
      updates?.onChange((status) => {
        this.status = status;
      }) ?? (() => undefined);
  }

  get isOffered(): boolean {
    return this.status.isUpdateWaiting && !this.#isPostponed;
  }

  /** Everything came to be on the device: news the first time only. */
  get isOfflineNews(): boolean {
    return this.status.isOfflineReady && !this.#isOfflineSaid;
  }

  /** The news is on screen: it goes by itself, or with a run that begins, and does not come again. For an effect. */
  showOfflineNews(): () => void {
    this.#memory.add(OFFLINE_NOTE_KEY);
    const timer = setTimeout(() => this.dismissOfflineNews(), OFFLINE_NOTE_MS);
    return () => {
      clearTimeout(timer);
      this.dismissOfflineNews();
    };
  }

  dismissOfflineNews(): void {
    this.#isOfflineSaid = true;
  }

  /** How the app stands without a network, in one or two sentences. */
  get offlineText(): string {
    const { isOfflineReady, problem } = this.status;
    if (problem !== null) return `Not possible here, because: ${problem}`;
    if (isOfflineReady)
      return 'Everything needed is on this device: Resight starts without a network.';
    return this.#updates
      ? 'Models and runtime are being stored on this device.'
      : 'Not in this version of the page: it has no service worker.';
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
