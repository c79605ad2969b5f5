import type { ErrorData } from '../../contracts/errors';
import type { SessionFilesClient } from '../../contracts/export';
import type { ConfirmedPair, PairVerdict } from '../../contracts/recognition';
import type { SessionsClient } from '../../contracts/session';
import type { LedgerEntry, SyncConnection, SyncState, UploadChoice } from '../../contracts/sync';
import { AppError, toErrorData } from '../../core/app-error';
import { receiptKeyFingerprint } from '../../core/sync-format/receipt-key';
import { readEndpointUrl } from '../../core/sync-format/share-link';
import type { EndpointAccess } from '../../core/sync-format/sync-worker-api';
import { readFreeBytes } from '../../storage/quota';
import { SyncEdits } from '../../storage/sync-edits';
import { SyncFiles } from '../../storage/sync-files';
import type { ConnectionRow, OutboxRow, SyncSettingsRow } from '../../storage/sync-rows';
import { SyncStore } from '../../storage/sync-store';
import { EditMerger, type OwnPairs } from './edit-merger';
import { LiveLedger } from './live-ledger';
import { LivePublisher, type PublishedRun } from './live-publisher';
import { onNetworkChange, onPageLeft, readNetwork } from './network';
import { OutboxRunner } from './outbox-runner';
import type { PackParts } from './pack-session';
import { isPassing } from './retry';
import { SentCheck } from './sent-check';
import { newOutboxRow, shownConnection, shownItem, type Packing } from './shown-state';
import { SyncCalls } from './sync-calls';

/** Word of changes between tabs. */
const CHANNEL_NAME = 'resight-sync:changes';
/** Renaming takes several key presses, and a recording's end tells of itself more than once. */
const MERGE_DELAY_MS = 3_000;
/** Edits of other devices are looked for this often while the page is seen. */
const MERGE_INTERVAL_MS = 300_000;

/** What the engine works with. */
export interface SyncEngineParts {
  readonly createWorker: () => Worker;
  readonly sessions: SessionsClient;
  /** An export worker of its own: packing must not keep the user's exports waiting. */
  readonly files: SessionFilesClient;
  readonly pairs: OwnPairs & {
    onOwnVerdict(
      listener: (sightings: ConfirmedPair['sightings'], verdict: PairVerdict) => void,
    ): () => void;
  };
  readonly run: () => PublishedRun | null;
  readonly onChanged: () => void;
}

/** State, outbox, edits and live results of the connection there is. Loaded when the app looks whether there is one. */
export class SyncEngine {
  readonly store = new SyncStore();
  readonly place = new SyncFiles();
  readonly calls: SyncCalls;
  readonly parts: SyncEngineParts;
  readonly #merger: EditMerger;
  readonly #runner: OutboxRunner;
  readonly #edits = new SyncEdits(this.store);
  readonly #channel = new BroadcastChannel(CHANNEL_NAME);
  #connection: ConnectionRow | null = null;
  #outbox: readonly OutboxRow[] = [];
  #packing: Packing | null = null;
  #settings: SyncSettingsRow = { isMeteredAllowed: false, isLivePublished: false };
  #error: ErrorData | null = null;
  #live: LivePublisher | null = null;
  readonly #liveLedger = new LiveLedger((label, byteCount) => this.#noteLive(label, byteCount));
  readonly #sentCheck: SentCheck;
  #mergeTimer: ReturnType<typeof setTimeout> | undefined;
  #unsubscribers: readonly (() => void)[] = [];
  #loading: Promise<void> = Promise.resolve();

  constructor(parts: SyncEngineParts) {
    this.parts = parts;
    this.calls = new SyncCalls(parts.createWorker);
    this.#runner = new OutboxRunner({
      ...this.packParts,
      store: this.store,
      place: this.place,
      calls: this.calls,
      nowMs: () => Date.now(),
      onChanged: () => this.#try(() => this.changed()),
      onPacking: (packing) => this.#showPacking(packing),
      readFreeBytes,
      readNetwork,
      random: () => Math.random(),
      onError: (error) => this.fail(error),
    });
    this.#merger = new EditMerger({
      edits: this.#edits,
      calls: this.calls,
      sessions: parts.sessions,
      pairs: parts.pairs,
      writeDown: (entry) => this.writeDown(entry),
      nowMs: () => Date.now(),
    });
    const { store, calls } = this;
    this.#sentCheck = new SentCheck({ store, calls, now: () => performance.now() });
    this.#channel.onmessage = () => this.#try(() => this.#loadAndHeed());
  }

  get packParts(): PackParts {
    return { sessions: this.parts.sessions, files: this.parts.files };
  }

  get state(): SyncState {
    const connection = this.#connection;
    return {
      connection: connection && shownConnection(connection),
      outbox: this.#outbox.map((row) => shownItem(row, this.#packing)),
      isMeteredAllowed: this.#settings.isMeteredAllowed,
      isLivePublished: this.#settings.isLivePublished,
      error: this.#error,
    };
  }

  /** Reads what is kept here, and goes on with it when there is a connection. */
  start(): Promise<void> {
    return this.#load();
  }

  /** Throws AppError SYNC_SIGNED_OUT: there is none. */
  get connection(): ConnectionRow {
    if (this.#connection) return this.#connection;
    throw new AppError('SYNC_SIGNED_OUT', 'Expected a connection to an endpoint, found none');
  }

  get connectionOrNull(): ConnectionRow | null {
    return this.#connection;
  }

  /** Where, and as whom. Throws as {@link connection}. */
  get access(): EndpointAccess {
    const { url, token } = this.connection;
    return { url, token };
  }

  /** Throws AppError SYNC_WRONG_KEY: this device has it not. */
  get vaultKey(): string {
    const { identity } = this.connection;
    if (identity !== null) return identity;
    throw noVaultKey();
  }

  async connect(url: string, code: string, deviceName: string): Promise<SyncConnection> {
    const address = readEndpointUrl(url);
    if (this.#connection) await this.disconnect();
    const paired = await this.calls.call((remote) => remote.pair(address, code, deviceName));
    const row: ConnectionRow = {
      url: paired.url,
      token: paired.token,
      deviceId: paired.deviceId,
      deviceName,
      scopes: [...paired.scopes],
      connectedUnixMs: Date.now(),
      identity: null,
      receiptKey: paired.receiptKey,
    };
    await this.store.setConnection(row);
    this.#error = null;
    const fingerprint = paired.receiptKey && (await receiptKeyFingerprint(paired.receiptKey));
    const details = `as "${deviceName}", may ${row.scopes.join(', ')}; it signs receipts with the key ${fingerprint ?? ''}`;
    await this.writeDown(
      { what: 'paired', sessionId: null, byteCount: 0, isReadable: true, details },
      row.url,
    );
    await this.changed();
    return shownConnection(row);
  }

  async openVault(secret: string | null): Promise<void> {
    const { access, connection } = this;
    const identity = await this.calls.call((remote) => remote.openVault(access, secret));
    // Another tab may have disconnected meanwhile: what was forgotten is not brought back.
    await this.store.updateConnection(connection.token, { identity });
    await this.changed();
    this.mergeSoon(0);
  }

  async disconnect(): Promise<void> {
    const connection = this.#connection;
    if (!connection) return;
    await this.#leave();
    const { url, token, deviceId } = connection;
    try {
      await this.calls.call((remote) => remote.revoke({ url, token }, deviceId));
    } catch {
      // It cannot be reached, or has forgotten the token already: here everything is forgotten all the same.
    }
    for (const row of this.#outbox.filter(({ isSent, sentBytes }) => !isSent && sentBytes > 0))
      await this.writeDownUnfinished(row, 'not finished when this device was disconnected');
    const details = 'address, token and key were forgotten on this device';
    await this.writeDown(
      { what: 'disconnected', sessionId: null, byteCount: 0, isReadable: false, details },
      url,
    );
    await this.store.forgetConnection();
    await this.store.changeSettings({ isLivePublished: false });
    await this.place.tidy([]);
    this.#error = null;
    this.calls.end();
    await this.changed();
  }

  async queue(choice: UploadChoice, title: string): Promise<void> {
    // Asked for here, as without it nothing could be encrypted: a recipient that the endpoint told could be anybody's.
    if (this.connection.identity === null) throw noVaultKey();
    await this.store.putOutboxItem(newOutboxRow(choice, title, Date.now()));
    await this.changed();
  }

  async changeItem(
    id: string,
    change: (row: OutboxRow) => Partial<OutboxRow> | null,
  ): Promise<OutboxRow | null> {
    const row = await this.store.updateOutboxItem(id, change);
    await this.changed();
    return row;
  }

  /** Off the list, with its files. Returns it as it was. */
  async dropItem(id: string): Promise<OutboxRow | null> {
    const row = await this.store.outboxItem(id);
    await this.store.removeOutboxItem(id);
    await this.changed();
    if (row?.uploadId) await this.place.remove(row.uploadId);
    return row;
  }

  async writeDown(
    entry: Omit<LedgerEntry, 'id' | 'timeUnixMs' | 'url'>,
    url = this.connection.url,
  ): Promise<void> {
    await this.store.addToLedger({ ...entry, timeUnixMs: Date.now(), url });
  }

  async writeDownUnfinished(row: OutboxRow, why: string): Promise<void> {
    await this.writeDown({
      what: 'session-encrypted',
      sessionId: row.sessionId,
      byteCount: row.sentBytes,
      isReadable: false,
      details: `"${row.title}": ${row.sentBytes} of ${row.totalBytes} bytes, ${why}`,
    });
  }

  /** Rows were changed here: reads them again and tells other tabs. */
  async changed(): Promise<void> {
    this.#channel.postMessage('changed');
    await this.#loadAndHeed();
  }

  fail(error: ErrorData | null): void {
    this.#error = error;
    this.parts.onChanged();
  }

  /** For the screen alone: other tabs and the disk need not hear of every step. */
  #showPacking(packing: Packing | null): void {
    this.#packing = packing;
    this.parts.onChanged();
  }

  /** Looks for edits of other devices, and sends those made here, once it is quiet. */
  mergeSoon(delayMs = MERGE_DELAY_MS): void {
    if (!this.#connection?.identity) return;
    clearTimeout(this.#mergeTimer);
    this.#mergeTimer = setTimeout(() => void this.#merge(), delayMs);
  }

  /** What goes on by itself; there is nobody to tell of a failure but the screen. */
  #try(work: () => Promise<unknown>): void {
    work().catch((error: unknown) => this.fail(toErrorData(error)));
  }

  async #loadAndHeed(): Promise<void> {
    await this.#load();
    await this.#runner.heed();
  }

  /** One reading after the other: the last one shows. */
  #load(): Promise<void> {
    this.#loading = this.#loading
      .catch(() => undefined)
      .then(async () => {
        const { store } = this;
        this.#settings = await store.settings();
        this.#outbox = await store.outbox();
        const connection = await store.connection();
        const isOther = connection?.token !== this.#connection?.token;
        if (isOther && this.#connection) await this.#leave();
        this.#connection = connection;
        if (isOther && connection) this.#enter(connection);
        await this.#followLive();
        this.parts.onChanged();
      });
    return this.#loading;
  }

  #enter(connection: ConnectionRow): void {
    this.#runner.start(connection);
    this.#unsubscribers = [
      onNetworkChange((isNew) => {
        this.#try(() => (isNew ? this.#runner.hurry() : this.#runner.heed()));
        this.mergeSoon();
      }),
      onPageLeft(() => this.#try(() => this.#liveLedger.flush())),
      this.parts.sessions.onChanged(() => this.mergeSoon()),
      this.parts.pairs.onOwnVerdict((sightings, verdict) =>
        // What could not be kept is said in the tab that it concerns; the pair itself is in the gallery.
        this.#try(async () => {
          await this.#merger.noteVerdict(sightings, verdict, connection.deviceId);
          this.mergeSoon();
        }),
      ),
    ];
    this.mergeSoon();
  }

  async #leave(): Promise<void> {
    clearTimeout(this.#mergeTimer);
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
    this.#unsubscribers = [];
    await this.#endLive();
    await this.#runner.stop();
  }

  async #merge(): Promise<void> {
    const connection = this.#connection;
    if (!connection) return;
    try {
      await this.#merger.merge(connection);
      if (await this.#sentCheck.run(connection)) await this.changed();
      if (this.#error) this.fail(null);
    } catch (thrown) {
      const error = toErrorData(thrown);
      // What passes by itself needs no word: it is tried again.
      if (!isPassing(error.code)) this.fail(error);
    }
    if (this.#connection === connection && document.visibilityState === 'visible')
      this.mergeSoon(MERGE_INTERVAL_MS);
  }

  async #followLive(): Promise<void> {
    const run = this.parts.run();
    const connection = this.#connection;
    const isWanted = connection !== null && run !== null && this.#settings.isLivePublished;
    if (isWanted && !this.#live) {
      this.#live = new LivePublisher(run, connection.deviceId, async (id, label, events) => {
        const publish = this.calls.call((remote) =>
          remote.publishLive(this.access, id, label, events),
        );
        this.#liveLedger.note(label, await publish);
      });
    } else if (!isWanted) await this.#endLive();
  }

  async #endLive(): Promise<void> {
    const live = this.#live;
    this.#live = null;
    await live?.end();
    await this.#liveLedger.flush();
  }

  async #noteLive(label: string, byteCount: number): Promise<void> {
    const details = `${label}: counts, sightings and whether it runs, since the entry before`;
    await this.writeDown({
      ...{ what: 'live-published', sessionId: null, byteCount, isReadable: true, details },
    });
  }
}

function noVaultKey(): AppError {
  return new AppError('SYNC_WRONG_KEY', 'Expected the key of the vault, found none');
}
