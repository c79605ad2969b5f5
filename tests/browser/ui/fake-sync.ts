import type {
  LedgerEntry,
  MadeShare,
  OpenShare,
  OutboxItem,
  PublishedMatch,
  RemoteSearch,
  RemoteSession,
  SyncClient,
  SyncConnection,
  SyncDevice,
  SyncState,
  UploadChoice,
  UploadPreview,
} from '../../../src/contracts/sync';

const DAY_MS = 86_400_000;

/** An endpoint in memory: connects with one code, sends nothing, remembers what it was asked for. */
export class FakeSync implements SyncClient {
  readonly calls: string[] = [];
  readonly choices: UploadChoice[] = [];
  /** Thrown by the next thing that is asked for. */
  nextError: Error | null = null;
  isVaultThere = true;
  remoteSessions: readonly RemoteSession[] = [];
  searches: RemoteSearch[] = [];
  entries: readonly LedgerEntry[] = [];
  openShares: readonly OpenShare[] = [];
  /** Ends a download that was begun. */
  finishDownload: ((sessionId: string) => void) | null = null;
  state: SyncState = {
    connection: null,
    outbox: [],
    isMeteredAllowed: false,
    isLivePublished: false,
    error: null,
  };
  readonly #listeners = new Set<() => void>();

  set(change: Partial<SyncState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.#listeners) listener();
  }

  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async connect(url: string, code: string, deviceName: string): Promise<SyncConnection> {
    this.#note(`connect ${url} ${code}`);
    const connection: SyncConnection = {
      url,
      deviceId: 'device-1234',
      deviceName,
      scopes: ['upload', 'read', 'publish', 'admin'],
      connectedUnixMs: Date.now(),
      hasVaultKey: false,
      receiptKey: 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=',
    };
    this.set({ connection });
    return connection;
  }

  async openVault(secret: string | null): Promise<void> {
    this.#note(`vault ${secret === null ? 'by hand' : secret}`);
    const { connection } = this.state;
    if (connection) this.set({ connection: { ...connection, hasVaultKey: true } });
  }

  async hasVault(): Promise<boolean> {
    this.#throwIfAsked();
    return this.isVaultThere;
  }

  async vaultKey(): Promise<string | null> {
    return 'AGE-SECRET-KEY-1FAKE';
  }

  async disconnect(): Promise<void> {
    this.#note('disconnect');
    this.set({ connection: null, outbox: [] });
  }

  async preview({ without, isPublished }: UploadChoice): Promise<UploadPreview> {
    this.#throwIfAsked();
    const hasVideo = !without.includes('video');
    return {
      contents: {
        groups: [
          { kind: 'results', partCount: 1, byteCount: 1_600_000 },
          ...(hasVideo ? [{ kind: 'video' as const, partCount: 12, byteCount: 24_000_000 }] : []),
        ],
        byteCount: hasVideo ? 26_000_000 : 2_000_000,
        hasPictures: hasVideo,
      },
      readable: [
        'That a session was sent, when, from which device, and its size.',
        'Its day, 2026-11-23.',
      ],
      publishedCount: isPublished ? 28 : 0,
    };
  }

  async upload(choice: UploadChoice): Promise<void> {
    this.#throwIfAsked();
    this.choices.push(choice);
    this.set({ outbox: [outboxItem('one', { title: 'Gate camera' }), ...this.state.outbox] });
  }

  async pauseUpload(id: string): Promise<void> {
    this.#change(id, { state: 'paused' });
  }

  async resumeUpload(id: string): Promise<void> {
    this.#change(id, { state: 'sending', error: null });
  }

  async sendAnyway(id: string): Promise<void> {
    this.#note(`anyway ${id}`);
    this.#change(id, { state: 'sending', waitsFor: null });
  }

  async cancelUpload(id: string): Promise<void> {
    this.#note(`cancel ${id}`);
    this.set({ outbox: this.state.outbox.filter((item) => item.id !== id) });
  }

  async dismissUpload(id: string): Promise<void> {
    this.set({ outbox: this.state.outbox.filter((item) => item.id !== id) });
  }

  async setMeteredAllowed(isMeteredAllowed: boolean): Promise<void> {
    this.set({ isMeteredAllowed });
  }

  async setLivePublished(isLivePublished: boolean): Promise<void> {
    this.set({ isLivePublished });
  }

  async remote(search: RemoteSearch): ReturnType<SyncClient['remote']> {
    this.#throwIfAsked();
    this.searches.push(search);
    const sessions = this.remoteSessions.filter(
      ({ details }) => search.text === '' || details?.title.includes(search.text) === true,
    );
    return { sessions, cursor: null };
  }

  download(
    id: string,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<string> {
    this.#note(`download ${id}`);
    return this.#fetch(onProgress, signal);
  }

  async deleteRemote(id: string): Promise<void> {
    this.#note(`delete ${id}`);
    this.remoteSessions = this.remoteSessions.filter((session) => session.id !== id);
  }

  async share(id: string, days: number): Promise<MadeShare> {
    this.#note(`share ${id} for ${days}`);
    const link = `${location.origin}/#share=https%3A%2F%2Fcars.example,${id},secret,AGE-SECRET-KEY-1FAKE`;
    const expiresUnixMs = Date.UTC(2031, 0, 2);
    this.openShares = [...this.openShares, openShare('made-1', id, { expiresUnixMs })];
    return { id: 'made-1', link, expiresUnixMs };
  }

  async shares(id: string): Promise<readonly OpenShare[]> {
    this.#throwIfAsked();
    return this.openShares.filter(({ remoteId }) => remoteId === id);
  }

  async endShare({ id }: OpenShare): Promise<void> {
    this.#note(`end ${id}`);
    this.openShares = this.openShares.filter((share) => share.id !== id);
  }

  openShare(
    link: string,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<string> {
    this.#note(`open ${link}`);
    return this.#fetch(onProgress, signal);
  }

  async searchPublished(): Promise<readonly PublishedMatch[]> {
    return [];
  }

  async devices(): Promise<readonly SyncDevice[]> {
    this.#throwIfAsked();
    const device = (id: string, name: string, change: Partial<SyncDevice> = {}): SyncDevice => ({
      id,
      name,
      scopes: ['upload', 'read'],
      pairedUnixMs: Date.now() - 9 * DAY_MS,
      lastSeenUnixMs: Date.now() - DAY_MS,
      isRevoked: false,
      isOwn: false,
      ...change,
    });
    return [
      device('device-1234', 'Laptop', { isOwn: true }),
      device('device-2345', 'Phone at the gate'),
      device('device-3456', 'Old phone', { isRevoked: true }),
    ];
  }

  async makeCode(
    scopes: SyncConnection['scopes'],
  ): Promise<{ code: string; expiresUnixMs: number }> {
    this.#note(`code for ${scopes.join(' ')}`);
    return { code: 'K7QX2-9MTRV', expiresUnixMs: Date.now() + 600_000 };
  }

  async revoke(deviceId: string): Promise<void> {
    this.#note(`revoke ${deviceId}`);
  }

  async ledger(): Promise<readonly LedgerEntry[]> {
    return this.entries;
  }

  async exportLedger(): Promise<Blob> {
    this.#note('export ledger');
    return new Blob(['time\n'], { type: 'text/csv' });
  }

  #fetch(onProgress: (fraction: number) => void, signal: AbortSignal): Promise<string> {
    onProgress(0.4);
    return new Promise((resolve, reject) => {
      this.finishDownload = resolve;
      signal.addEventListener('abort', () => reject(signal.reason as Error)); // an abort's reason is an Error unless somebody gave another
    });
  }

  #change(id: string, change: Partial<OutboxItem>): void {
    this.set({
      outbox: this.state.outbox.map((item) => (item.id === id ? { ...item, ...change } : item)),
    });
  }

  #note(call: string): void {
    this.#throwIfAsked();
    this.calls.push(call);
  }

  #throwIfAsked(): void {
    const error = this.nextError;
    this.nextError = null;
    if (error) throw error;
  }
}

/** A link to a session at the endpoint. */
export function openShare(
  id: string,
  remoteId: string,
  change: Partial<OpenShare> = {},
): OpenShare {
  const expiresUnixMs = Date.UTC(2030, 5, 1);
  return { id, remoteId, deviceName: 'Laptop', isOwn: true, expiresUnixMs, ...change };
}

/** An upload on its way, half there. */
export function outboxItem(id: string, change: Partial<OutboxItem> = {}): OutboxItem {
  return {
    id,
    sessionId: 'session-a1',
    title: 'Gate camera, 14:02',
    state: 'sending',
    sentBytes: 12_000_000,
    totalBytes: 26_000_000,
    packedFraction: null,
    queuedUnixMs: Date.now() - 60_000,
    waitsFor: null,
    nextTryUnixMs: null,
    error: null,
    ...change,
  };
}

/** A session at the endpoint that this device can read. */
export function remoteSession(id: string, change: Partial<RemoteSession> = {}): RemoteSession {
  return {
    id,
    byteCount: 26_000_000,
    uploadedUnixMs: Date.now() - DAY_MS,
    expiresUnixMs: null,
    firstDay: '2026-11-22',
    lastDay: '2026-11-22',
    isOwn: true,
    details: {
      sessionId: `session-${id}`,
      title: 'Gate camera, 14:02',
      cameras: ['Gate camera'],
      startUnixMs: Date.now() - DAY_MS,
      endUnixMs: Date.now() - DAY_MS + 60_000,
      hasPictures: true,
    },
    hereId: null,
    ...change,
  };
}
