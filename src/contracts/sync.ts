import type { VehicleClass } from './detection';
import type { ErrorData } from './errors';
import type { SessionFileContents } from './export';
import type { SessionId } from './session';

/*
 * Sending sessions to an endpoint of the user's own, and getting them back. Nothing here happens, and no request is made, before the
 * user has connected to one. All requests come from one worker.
 */

/** The endpoint the user connected to. There is at most one. */
export interface SyncConnection {
  /** Without a slash at the end, such as `https://cars.example`. */
  readonly url: string;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly scopes: readonly ('upload' | 'read' | 'publish' | 'admin')[];
  readonly connectedUnixMs: number;
  /** Whether this device can read what is encrypted: it has the vault's key. */
  readonly hasVaultKey: boolean;
  /** Public key that the endpoint signed receipts with when this device was paired: Ed25519, SPKI, base64. Null: not known yet, kept with the first removal. */
  readonly receiptKey: string | null;
}

/** What is left out of a session that is sent. */
export interface UploadChoice {
  readonly sessionId: SessionId;
  readonly without: readonly ('video' | 'crops' | 'descriptors')[];
  /** Sightings are sent readable too: time, camera, class, number, descriptor; no pixels. */
  readonly isPublished: boolean;
}

/** What would leave the device, told before it does. */
export interface UploadPreview {
  /** Goes encrypted. */
  readonly contents: SessionFileContents;
  /** What the endpoint can read although the rest is encrypted: plain sentences, with values. */
  readonly readable: readonly string[];
  /** Published sightings; 0: none. */
  readonly publishedCount: number;
}

/**
 * - `waiting`: for its turn, a network, an unmetered one, or the next try.
 * - `packing`: made into a session file, on the device.
 * - `sending`, `paused`, `failed` (will not go on by itself), `done`.
 */
export type UploadState = 'waiting' | 'packing' | 'sending' | 'paused' | 'failed' | 'done';

/** One session on its way; kept on the device, survives reloads. */
export interface OutboxItem {
  readonly id: string;
  readonly sessionId: SessionId;
  readonly title: string;
  readonly state: UploadState;
  /** Encrypted bytes the endpoint has, and all of them; 0 until it is packed. */
  readonly sentBytes: number;
  readonly totalBytes: number;
  /** [0, 1] while it is packed in this tab; null: it is not, or nobody can tell. */
  readonly packedFraction: number | null;
  readonly queuedUnixMs: number;
  /** Why it waits; null: it does not. */
  readonly waitsFor: 'turn' | 'network' | 'unmetered-network' | 'retry' | null;
  /** When it is tried again; null: not by a clock. */
  readonly nextTryUnixMs: number | null;
  readonly error: ErrorData | null;
}

/** A session at the endpoint, as far as this device can read it. */
export interface RemoteSession {
  readonly id: string;
  readonly byteCount: number;
  readonly uploadedUnixMs: number;
  readonly expiresUnixMs: number | null;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly isOwn: boolean;
  /** Null: encrypted for a vault whose key this device has not. */
  readonly details: {
    /** On the device that sent it. */
    readonly sessionId: SessionId;
    readonly title: string;
    readonly cameras: readonly string[];
    readonly startUnixMs: number;
    readonly endUnixMs: number;
    readonly hasPictures: boolean;
  } | null;
  /** What it is on this device, where every session has an id of its own; null: it is not here. */
  readonly hereId: SessionId | null;
}

export interface RemoteSearch {
  /** Days as `2026-11-23`, both included; null: no bound. */
  readonly fromDay: string | null;
  readonly toDay: string | null;
  /** Part of a camera's name or of the title; searched on this device, since the endpoint cannot read it. Empty: any. */
  readonly text: string;
}

/** What the ledger tells of. Closed: a new one needs a sentence in the list on the screen. */
export const LEDGER_EVENTS = [
  'paired',
  'session-encrypted',
  'sightings-published',
  'live-published',
  'edits-encrypted',
  'share-made',
  'share-ended',
  'descriptor-searched',
  'session-deleted',
  'sightings-deleted',
  'disconnected',
] as const;

/** One thing that left the device, or was removed from where it went. */
export interface LedgerEntry {
  readonly id: string;
  readonly timeUnixMs: number;
  readonly url: string;
  readonly what: (typeof LEDGER_EVENTS)[number];
  readonly sessionId: SessionId | null;
  readonly byteCount: number;
  /** Whether whoever runs the endpoint can read it. */
  readonly isReadable: boolean;
  /** For people: title, counts, receipt. */
  readonly details: string;
}

/** A link that opens one session in Resight, its key in the fragment, and until when. */
export interface MadeShare {
  /** That of its {@link OpenShare}. */
  readonly id: string;
  readonly link: string;
  readonly expiresUnixMs: number;
}

/** A link that still opens a session at the endpoint, and that this device may end. What opens it was told once, when it was made. */
export interface OpenShare {
  readonly id: string;
  /** At the endpoint. */
  readonly remoteId: string;
  /** Of who made it. */
  readonly deviceName: string;
  readonly isOwn: boolean;
  readonly expiresUnixMs: number;
}

/** Of a search over published sightings. */
export interface PublishedMatch {
  readonly camera: string;
  readonly deviceName: string;
  readonly startUnixMs: number;
  readonly vehicleClass: VehicleClass;
  readonly vehicleNumber: number;
  readonly similarity: number;
}

export interface SyncDevice {
  readonly id: string;
  readonly name: string;
  readonly scopes: SyncConnection['scopes'];
  readonly pairedUnixMs: number;
  readonly lastSeenUnixMs: number;
  readonly isRevoked: boolean;
  readonly isOwn: boolean;
}

export interface SyncState {
  readonly connection: SyncConnection | null;
  readonly outbox: readonly OutboxItem[];
  /** Uploads wait while the network is metered, as far as the browser tells. */
  readonly isMeteredAllowed: boolean;
  /** Live results of running cameras are published while they run. */
  readonly isLivePublished: boolean;
  /** The token was revoked, the endpoint is another one, or the like; null: fine as far as is known. */
  readonly error: ErrorData | null;
}

/** The endpoint as the screen sees it. Rejections: AppError SYNC_*, STORAGE_*. */
export interface SyncClient {
  /** Made of what is kept on the device; makes no request. */
  readonly state: SyncState;
  onChanged(listener: () => void): () => void;
  /** SYNC_UNREACHABLE, SYNC_REFUSED (wrong code, too many tries), SYNC_NOT_AN_ENDPOINT. */
  connect(url: string, code: string, deviceName: string): Promise<SyncConnection>;
  /**
   * After connecting: with the passphrase of the vault there, or with its key (`AGE-SECRET-KEY-1...`); where there is no vault yet one is made. `passphrase`
   * null: make one with a key that stays on this device and is to be carried to others by hand. SYNC_WRONG_KEY.
   */
  openVault(secret: string | null): Promise<void>;
  /** Whether the endpoint has a vault already. */
  hasVault(): Promise<boolean>;
  /** To carry to another device; null: this device has it not. */
  vaultKey(): Promise<string | null>;
  /** Tells the endpoint to forget the token where it can be reached; forgets address, token, key here. What was sent stays there. */
  disconnect(): Promise<void>;

  preview(choice: UploadChoice): Promise<UploadPreview>;
  upload(choice: UploadChoice): Promise<void>;
  pauseUpload(id: string): Promise<void>;
  resumeUpload(id: string): Promise<void>;
  /** Over a metered network, too, this one. */
  sendAnyway(id: string): Promise<void>;
  /** What was sent of it is thrown away there. */
  cancelUpload(id: string): Promise<void>;
  /** Takes what is done or failed off the list. */
  dismissUpload(id: string): Promise<void>;
  setMeteredAllowed(isAllowed: boolean): Promise<void>;
  setLivePublished(isPublished: boolean): Promise<void>;

  /** Newest first; `cursor` of the page before, null: the first. */
  remote(
    search: RemoteSearch,
    cursor: string | null,
  ): Promise<{ readonly sessions: readonly RemoteSession[]; readonly cursor: string | null }>;
  /** Imported as a session of this device. SYNC_WRONG_KEY, SYNC_TAMPERED, IMPORT_REFUSED; AbortError. */
  download(
    id: string,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<SessionId>;
  /** Removed from the endpoint; the receipt goes to the ledger. SYNC_TAMPERED, SYNC_KEY_CHANGED: the endpoint says so, and proves it not. */
  deleteRemote(id: string): Promise<void>;
  share(id: string, days: number): Promise<MadeShare>;
  /** Links to one session there, the first to run out first: those made here, all to a session sent from here, and for an admin all. */
  shares(id: string): Promise<readonly OpenShare[]>;
  /** Nobody can open anything with it any more; what was fetched stays where it is. */
  endShare(share: OpenShare): Promise<void>;
  /** A link made by {@link share}, on any device, connected or not. */
  openShare(
    link: string,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<SessionId>;
  /** Over all devices' published sightings, most similar first; by a sighting of a session that is here. */
  searchPublished(sessionId: SessionId, sightingId: string): Promise<readonly PublishedMatch[]>;

  devices(): Promise<readonly SyncDevice[]>;
  /** Admin: a code for another device. */
  makeCode(scopes: SyncConnection['scopes']): Promise<{
    readonly code: string;
    readonly expiresUnixMs: number;
  }>;
  revoke(deviceId: string): Promise<void>;

  /** Newest first. */
  ledger(): Promise<readonly LedgerEntry[]>;
  /** CSV for a spreadsheet. */
  exportLedger(): Promise<Blob>;
}
