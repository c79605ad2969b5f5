import type { ErrorData } from '../../contracts/errors';
import type { SyncClient, SyncConnection, SyncState, UploadChoice } from '../../contracts/sync';
import { toErrorData } from '../../core/app-error';
import { RemoteView } from './remote-view.svelte';

/** Parts of the endpoint's page. */
export const ENDPOINT_TABS = ['uploads', 'remote', 'devices', 'ledger', 'settings'] as const;
export type EndpointTab = (typeof ENDPOINT_TABS)[number];

/** The endpoint on the screen: connection, uploads, and what was asked for last. */
export class SyncView {
  state = $state.raw<SyncState>() as SyncState;
  readonly remote: RemoteView;
  readonly client: SyncClient;
  tab = $state<EndpointTab>('uploads');
  /** Something that was asked for is under way: buttons wait. */
  isBusy = $state(false);
  /** Why the last thing that was asked for did not work. */
  error = $state.raw<ErrorData | null>(null);
  /** The session that is about to be uploaded is on screen; null: none. */
  uploadId = $state<string | null>(null);
  /** A link to a shared session that the app was opened with; null: none. */
  offeredLink = $state<string | null>(null);
  readonly #unsubscribe: () => void;

  constructor(client: SyncClient) {
    this.client = client;
    this.state = client.state;
    this.remote = new RemoteView(client);
    this.#unsubscribe = client.onChanged(() => {
      this.state = client.state;
    });
  }

  get connection(): SyncConnection | null {
    return this.state.connection;
  }

  /** Sessions can be sent: connected, allowed to, and with a key that can read them again. */
  get canUpload(): boolean {
    const { connection } = this;
    return connection !== null && connection.hasVaultKey && connection.scopes.includes('upload');
  }

  /** Waiting or on their way. */
  get openUploadCount(): number {
    return this.state.outbox.filter(({ state }) => state !== 'done').length;
  }

  /** True when it worked; {@link error} says why not. */
  async ask(work: () => Promise<unknown>): Promise<boolean> {
    if (this.isBusy) return false;
    this.isBusy = true;
    this.error = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.error = toErrorData(error);
      return false;
    } finally {
      this.isBusy = false;
    }
  }

  /** True when it is on the list of uploads. */
  async upload(choice: UploadChoice): Promise<boolean> {
    const isQueued = await this.ask(() => this.client.upload(choice));
    if (isQueued) {
      this.uploadId = null;
      this.tab = 'uploads';
    }
    return isQueued;
  }

  /** Whether the app was opened with a link to a shared session; the link goes from the address bar, key and all. */
  takeLink(): boolean {
    if (!location.hash.startsWith('#share=')) return false;
    this.offeredLink = location.href;
    history.replaceState(null, '', location.pathname + location.search);
    return true;
  }

  dispose(): void {
    this.remote.cancel();
    this.#unsubscribe();
  }
}
