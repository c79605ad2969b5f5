import type {
  OpenShare,
  PublishedMatch,
  RemoteSession,
  SyncConnection,
  SyncDevice,
} from '../../contracts/sync';
import type { SessionId } from '../../contracts/session';
import type { LiveEvent } from '../sync-api/live';
import type { PublishedSighting, SightingSearch } from '../sync-api/sightings';
import type { Edit } from './edits';

/*
 * The worker that speaks with endpoints: the only place that makes requests to them, encrypts and decrypts. Here and not in `contracts`, as it
 * speaks of the messages of `core/sync-api`. All methods throw AppError SYNC_*, STORAGE_*.
 */

/** Where, and as whom. */
export interface EndpointAccess {
  readonly url: string;
  readonly token: string;
}

/** What opens a session: the vault's key, or a share link's. */
export type OpeningKey = string;

/** What a session is, for its envelope. */
export interface UploadFacts {
  readonly uploadId: string;
  readonly sessionId: SessionId;
  readonly runId: string;
  readonly createdUnixMs: number;
  readonly title: string;
  readonly cameras: readonly string[];
  readonly startUnixMs: number;
  readonly endUnixMs: number;
  readonly hasPictures: boolean;
}

/** What is sent of a packed session; the same after every restart. */
export interface UploadPlan {
  readonly uploadId: string;
  /** Encrypted, base64. */
  readonly envelope: string;
  readonly firstDay: string;
  readonly lastDay: string;
  /** Of the session file, plain. */
  readonly byteCount: number;
  readonly pieceBytes: number;
  /** Encrypted. */
  readonly pieceByteCounts: readonly number[];
  readonly sessionKey: string;
}

/** A session at the endpoint; `hereId` is for who knows what is here. */
export type ListedSession = Omit<RemoteSession, 'hereId'> & {
  /** See `sessionKeyOf`; null: encrypted for another vault. */
  readonly sessionKey: string | null;
};

/** How far the log of edits was read. */
export interface EditLogPlace {
  readonly position: number;
  /** SHA-256 of the entry there: another one is there when the endpoint was restored from a backup. Null: not known. */
  readonly lastEntry: string | null;
  /** Of this device's last entry. */
  readonly ownNumber: number;
}

/** What the log of edits had more of, and how far it was read now. */
export interface PulledEdits extends EditLogPlace {
  readonly edits: readonly Edit[];
  /** Encrypted bytes of this device's entries that it did not know to have arrived. */
  readonly unknownOwnBytes: number;
  /** The log is not the one that was read before: this is all of it. */
  readonly isRestored: boolean;
}

/** Long calls that can be ended. */
export type CancellableCall = 'send' | 'download';

export interface SyncWorkerApi {
  /** SYNC_NOT_AN_ENDPOINT, SYNC_REFUSED, SYNC_UNREACHABLE. */
  pair(
    url: string,
    code: string,
    deviceName: string,
  ): Promise<EndpointAccess & Pick<SyncConnection, 'deviceId' | 'scopes' | 'receiptKey'>>;
  /** The key that the endpoint says it signs receipts with; see {@link SyncConnection.receiptKey}. */
  receiptKey(access: EndpointAccess): Promise<string>;
  revoke(access: EndpointAccess, deviceId: string): Promise<void>;
  devices(access: EndpointAccess): Promise<readonly SyncDevice[]>;
  makeCode(
    access: EndpointAccess,
    scopes: SyncConnection['scopes'],
  ): Promise<{ readonly code: string; readonly expiresUnixMs: number }>;

  hasVault(access: EndpointAccess): Promise<boolean>;
  /** The vault's key: opened, taken over or made; see `SyncClient.openVault`. SYNC_WRONG_KEY. */
  openVault(access: EndpointAccess, secret: string | null): Promise<OpeningKey>;

  /** Digests the session file of an upload, and makes its key and envelope. */
  plan(facts: UploadFacts, vaultKey: OpeningKey): Promise<UploadPlan>;
  /** Sends what the endpoint has not, and tells the encrypted bytes it has. Resolves when the session is complete there; AbortError. */
  send(
    access: EndpointAccess,
    plan: UploadPlan,
    onProgress: (sentBytes: number) => void,
  ): Promise<void>;
  /** Whether a session that was complete there is not any more although nobody removed it. */
  isLost(access: EndpointAccess, uploadId: string): Promise<boolean>;
  /**
   * Removes a session there, complete or not. Returns the receipt; null: there was nothing. `receiptKey`: that was kept. SYNC_TAMPERED when it is none,
   * SYNC_KEY_CHANGED when it is by another key, and the endpoint has that now.
   */
  remove(access: EndpointAccess, uploadId: string, receiptKey: string): Promise<string | null>;

  /** Newest first. Days as `2026-11-23`. */
  list(
    access: EndpointAccess,
    vaultKey: OpeningKey | null,
    query: {
      readonly fromDay: string | null;
      readonly toDay: string | null;
      readonly cursor: string | null;
    },
  ): Promise<{ readonly sessions: readonly ListedSession[]; readonly cursor: string | null }>;
  /** Null: there is none, or not a whole one. */
  find(
    access: EndpointAccess,
    vaultKey: OpeningKey | null,
    id: string,
  ): Promise<ListedSession | null>;
  /** The session file, checked whole; there until `releaseDownload`. SYNC_WRONG_KEY, SYNC_TAMPERED; AbortError. */
  download(
    access: EndpointAccess,
    key: OpeningKey,
    id: string,
    onProgress: (fraction: number) => void,
  ): Promise<File>;
  releaseDownload(): Promise<void>;
  share(
    access: EndpointAccess,
    vaultKey: OpeningKey,
    id: string,
    expiresUnixMs: number,
  ): Promise<{
    readonly shareId: string;
    readonly secret: string;
    readonly sessionKey: string;
    /** As the endpoint says. */
    readonly expiresUnixMs: number;
  }>;
  /** Of one session; see `SyncClient.shares`. */
  shares(access: EndpointAccess, id: string): Promise<readonly OpenShare[]>;
  /** One that is not there any more is no error. */
  endShare(access: EndpointAccess, shareId: string): Promise<void>;

  /** Returns the bytes that were sent. */
  publish(access: EndpointAccess, sightings: readonly PublishedSighting[]): Promise<number>;
  unpublish(access: EndpointAccess, sessionId: SessionId): Promise<void>;
  /** Returns the bytes that were sent. */
  publishLive(
    access: EndpointAccess,
    cameraId: string,
    label: string,
    events: readonly LiveEvent[],
  ): Promise<number>;
  search(access: EndpointAccess, search: SightingSearch): Promise<readonly PublishedMatch[]>;

  /** All entries after a place. What cannot be read is passed over: it was made for another vault, or changed. */
  pullEdits(
    access: EndpointAccess,
    vaultKey: OpeningKey,
    deviceId: string,
    log: EditLogPlace,
  ): Promise<PulledEdits>;
  /**
   * One entry of this device; returns its encrypted size in bytes, and its number. `isBlind`: this device may not read the log, so that an entry
   * of that number may have arrived without its knowing; this one is the next then.
   */
  pushEdits(
    access: EndpointAccess,
    vaultKey: OpeningKey,
    entry: {
      readonly deviceId: string;
      readonly number: number;
      readonly edits: readonly Edit[];
      readonly isBlind: boolean;
    },
  ): Promise<{ readonly number: number; readonly byteCount: number }>;

  cancel(call: CancellableCall): void;
  /** Holds a lock of this name as long as the worker lives; resolves once it has it. */
  holdLock(name: string): Promise<void>;
}
