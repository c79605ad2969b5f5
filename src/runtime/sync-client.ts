import type { Unsubscribe } from '../contracts/app';
import type { SessionId } from '../contracts/session';
import type {
  LedgerEntry,
  MadeShare,
  OpenShare,
  PublishedMatch,
  RemoteSearch,
  RemoteSession,
  SyncClient,
  SyncConnection,
  SyncDevice,
  SyncState,
  UploadChoice,
  UploadPreview,
} from '../contracts/sync';
import { Emitter } from './emitter';
import type { PublishedRun } from './sync/live-publisher';
import type { EndpointActions } from './sync/sync-actions';
import type { SyncEngineParts } from './sync/sync-engine';

const NOTHING: SyncState = {
  connection: null,
  outbox: [],
  isMeteredAllowed: false,
  isLivePublished: false,
  error: null,
};

/** What is known when the app is put together. */
export type EndpointSyncParts = Omit<SyncEngineParts, 'onChanged' | 'run'>;

type Progress = (fraction: number) => void;

/**
 * The endpoint for the screen. What does the work is no part of the first page: it is loaded after it, looks whether there is a connection, and
 * starts the worker that makes requests only when there is one, or one is made.
 */
export class EndpointSync implements SyncClient {
  readonly #parts: EndpointSyncParts;
  readonly #changed = new Emitter<[]>();
  #loading: Promise<EndpointActions> | null = null;
  #actions: EndpointActions | null = null;
  #run: PublishedRun | null = null;

  constructor(parts: EndpointSyncParts) {
    this.#parts = parts;
  }

  /** The run whose live results are published, when that is turned on; before {@link start}. */
  follow(run: PublishedRun): void {
    this.#run = run;
  }

  /** Once, at the app's start: goes on with what was under way. Throws AppError STORAGE_*. */
  async start(): Promise<void> {
    await this.#opened();
  }

  get state(): SyncState {
    return this.#actions?.engine.state ?? NOTHING;
  }

  onChanged(listener: () => void): Unsubscribe {
    return this.#changed.add(listener);
  }

  async connect(url: string, code: string, deviceName: string): Promise<SyncConnection> {
    return (await this.#opened()).connect(url, code, deviceName);
  }

  async openVault(secret: string | null): Promise<void> {
    await (await this.#opened()).openVault(secret);
  }

  async hasVault(): Promise<boolean> {
    return (await this.#opened()).hasVault();
  }

  async vaultKey(): Promise<string | null> {
    return (await this.#opened()).vaultKey();
  }

  async disconnect(): Promise<void> {
    await (await this.#opened()).disconnect();
  }

  async preview(choice: UploadChoice): Promise<UploadPreview> {
    return (await this.#opened()).preview(choice);
  }

  async upload(choice: UploadChoice): Promise<void> {
    await (await this.#opened()).upload(choice);
  }

  async pauseUpload(id: string): Promise<void> {
    await (await this.#opened()).pauseUpload(id);
  }

  async resumeUpload(id: string): Promise<void> {
    await (await this.#opened()).resumeUpload(id);
  }

  async sendAnyway(id: string): Promise<void> {
    await (await this.#opened()).sendAnyway(id);
  }

  async cancelUpload(id: string): Promise<void> {
    await (await this.#opened()).cancelUpload(id);
  }

  async dismissUpload(id: string): Promise<void> {
    await (await this.#opened()).dismissUpload(id);
  }

  async setMeteredAllowed(isAllowed: boolean): Promise<void> {
    await (await this.#opened()).setMeteredAllowed(isAllowed);
  }

  async setLivePublished(isPublished: boolean): Promise<void> {
    await (await this.#opened()).setLivePublished(isPublished);
  }

  async remote(
    search: RemoteSearch,
    cursor: string | null,
  ): Promise<{ readonly sessions: readonly RemoteSession[]; readonly cursor: string | null }> {
    return (await this.#opened()).remote(search, cursor);
  }

  async download(id: string, onProgress: Progress, signal: AbortSignal): Promise<SessionId> {
    return (await this.#opened()).download(id, onProgress, signal);
  }

  async deleteRemote(id: string): Promise<void> {
    await (await this.#opened()).deleteRemote(id);
  }

  async share(id: string, days: number): Promise<MadeShare> {
    return (await this.#opened()).share(id, days);
  }

  async shares(id: string): Promise<readonly OpenShare[]> {
    return (await this.#opened()).shares(id);
  }

  async endShare(share: OpenShare): Promise<void> {
    await (await this.#opened()).endShare(share);
  }

  async openShare(link: string, onProgress: Progress, signal: AbortSignal): Promise<SessionId> {
    return (await this.#opened()).openShare(link, onProgress, signal);
  }

  async searchPublished(
    sessionId: SessionId,
    sightingId: string,
  ): Promise<readonly PublishedMatch[]> {
    return (await this.#opened()).searchPublished(sessionId, sightingId);
  }

  async devices(): Promise<readonly SyncDevice[]> {
    return (await this.#opened()).devices();
  }

  async makeCode(
    scopes: SyncConnection['scopes'],
  ): Promise<{ readonly code: string; readonly expiresUnixMs: number }> {
    return (await this.#opened()).makeCode(scopes);
  }

  async revoke(deviceId: string): Promise<void> {
    await (await this.#opened()).revoke(deviceId);
  }

  async ledger(): Promise<readonly LedgerEntry[]> {
    return (await this.#opened()).ledger();
  }

  async exportLedger(): Promise<Blob> {
    return (await this.#opened()).exportLedger();
  }

  #opened(): Promise<EndpointActions> {
    this.#loading ??= this.#open().catch((error: unknown) => {
      this.#loading = null; // offline and not stored yet, or storage denied: it may go the next time
      throw error;
    });
    return this.#loading;
  }

  async #open(): Promise<EndpointActions> {
    const { EndpointActions: Actions } = await import('./sync/sync-actions');
    const actions = new Actions({
      ...this.#parts,
      run: () => this.#run,
      onChanged: () => {
        this.#changed.emit();
      },
    });
    this.#actions = actions;
    await actions.engine.start();
    return actions;
  }
}
