import type { LedgerEntry } from '../../contracts/sync';
import { MAX_PIECE_BYTES } from '../../core/sync-api/catalogue';
import type { EndpointAccess, UploadPlan } from '../../core/sync-format/sync-worker-api';
import type { SyncFiles } from '../../storage/sync-files';
import type { ConnectionRow, OutboxRow } from '../../storage/sync-rows';
import type { SyncStore } from '../../storage/sync-store';
import { AppError } from '../../core/app-error';
import { describePacked, factsOf, packSession, type PackParts } from './pack-session';
import { publishedSightings } from './published-sightings';
import { removeAtEndpoint } from './receipt-key';
import type { Packing } from './shown-state';
import type { SyncCalls } from './sync-calls';

/** What sending one session needs. */
export interface UploadTaskParts extends PackParts {
  readonly store: SyncStore;
  readonly files: PackParts['files'];
  readonly place: Pick<SyncFiles, 'sessionFile' | 'sessionHandle' | 'remove' | 'tidy'>;
  readonly calls: Pick<SyncCalls, 'call' | 'send'>;
  readonly nowMs: () => number;
  /** Rows were changed. */
  readonly onChanged: () => void;
  /** How far packing is; null: it is over. */
  readonly onPacking: (packing: Packing | null) => void;
  /** What may still be written on this device; null: nobody knows. */
  readonly readFreeBytes: () => Promise<number | null>;
}

type WithoutTime = Omit<LedgerEntry, 'id' | 'timeUnixMs' | 'url'>;

/** One session of the outbox on its way, from where an earlier try ended. */
export class UploadTask {
  readonly #parts: UploadTaskParts;
  readonly #connection: ConnectionRow;
  readonly #signal: AbortSignal;
  #row: OutboxRow;

  constructor(
    parts: UploadTaskParts,
    connection: ConnectionRow,
    row: OutboxRow,
    signal: AbortSignal,
  ) {
    this.#parts = parts;
    this.#connection = connection;
    this.#row = row;
    this.#signal = signal;
  }

  /** Throws AppError; AbortError. */
  async run(): Promise<void> {
    await this.#update({ waitsFor: null, nextTryUnixMs: null });
    if (!this.#row.isSent) {
      const plan = await this.#packed();
      await this.#removeStale();
      await this.#send(plan);
    }
    if (this.#row.isPublished) await this.#publish();
    await this.#update({ state: 'done', error: null });
  }

  /** A session is packed once; when its file is gone or was never whole, again and as another upload. */
  async #packed(): Promise<UploadPlan> {
    const { place, store } = this.#parts;
    const { uploadId, plan, packedBytes } = this.#row;
    const file = uploadId === null ? null : await place.sessionFile(uploadId);
    if (plan && file?.size === plan.byteCount) return plan;
    if (plan || packedBytes === null || file?.size !== packedBytes) await this.#pack();
    return this.#plan(this.#row.uploadId ?? '', await store.connection());
  }

  async #pack(): Promise<void> {
    const { place } = this.#parts;
    const { uploadId: before, plan, staleUploadIds, sessionId, without } = this.#row;
    if (before !== null) await place.remove(before);
    const uploadId = crypto.randomUUID();
    await this.#update({
      state: 'packing',
      uploadId,
      packedBytes: null,
      plan: null,
      sentBytes: 0,
      totalBytes: 0,
      // The endpoint has heard of those that had a plan.
      staleUploadIds: before !== null && plan ? [...staleUploadIds, before] : staleUploadIds,
    });
    const choice = { sessionId, without };
    await this.#requireRoom(choice);
    const handle = await place.sessionHandle(uploadId);
    const { onPacking } = this.#parts;
    const tell = (fraction: number): void => onPacking({ itemId: this.#row.id, fraction });
    try {
      const packedBytes = await packSession(this.#parts, choice, handle, tell, this.#signal);
      await this.#update({ packedBytes });
    } catch (error) {
      // What cannot be removed now is removed before it is packed again.
      await place.remove(uploadId).catch(() => undefined);
      throw error;
    } finally {
      onPacking(null);
    }
  }

  /** Before minutes are spent on writing what does not fit. Throws AppError STORAGE_FULL, and as `describePacked`. */
  async #requireRoom(choice: Pick<OutboxRow, 'sessionId' | 'without'>): Promise<void> {
    const { byteCount } = await describePacked(this.#parts, choice);
    // The encrypted piece under way lies beside it.
    const neededBytes = byteCount + MAX_PIECE_BYTES;
    const freeBytes = await this.#parts.readFreeBytes();
    if (freeBytes === null || freeBytes >= neededBytes) return;
    throw new AppError(
      'STORAGE_FULL',
      `Expected room for ${neededBytes} bytes to pack this session, found ${freeBytes}`,
    );
  }

  async #plan(uploadId: string, connection: ConnectionRow | null): Promise<UploadPlan> {
    const identity = connection?.identity;
    if (!identity)
      throw new AppError('SYNC_WRONG_KEY', 'Expected the key of the vault, found none');
    const facts = await factsOf(this.#parts, this.#row, uploadId);
    const plan = await this.#parts.calls.call((remote) => remote.plan(facts, identity));
    this.#signal.throwIfAborted();
    const totalBytes = plan.pieceByteCounts.reduce((sum, bytes) => sum + bytes, 0);
    await this.#update({
      plan: { ...plan, pieceByteCounts: [...plan.pieceByteCounts] },
      totalBytes,
    });
    return plan;
  }

  async #removeStale(): Promise<void> {
    for (const id of this.#row.staleUploadIds) {
      await removeAtEndpoint(this.#parts, this.#connection, id);
      await this.#update({
        staleUploadIds: this.#row.staleUploadIds.filter((stale) => stale !== id),
      });
    }
  }

  async #send(plan: UploadPlan): Promise<void> {
    await this.#update({ state: 'sending', error: null });
    // Written one after the other, and all before what comes after them.
    let written: Promise<unknown> = Promise.resolve();
    let isOver = false;
    let mostBytes = this.#row.sentBytes;
    const onProgress = (sentBytes: number): void => {
      // Told over a channel of its own, the last of it may come after the end.
      if (isOver) return;
      // Each try begins by telling what is there already: that alone is no progress.
      const progress = sentBytes > mostBytes ? { sentBytes, failureCount: 0 } : { sentBytes };
      mostBytes = Math.max(mostBytes, sentBytes);
      written = written.then(() => this.#update(progress));
      // One that fails is heard of below.
      written.catch(() => undefined);
    };
    try {
      await this.#parts.calls.send(this.#access, plan, onProgress, this.#signal);
    } finally {
      isOver = true;
      // Before what comes of this is written; a failure to send is told before one to write.
      await written.catch(() => undefined);
    }
    await written;
    const { sessionId, totalBytes } = this.#row;
    await this.#update(
      { isSent: true, sentBytes: totalBytes },
      {
        what: 'session-encrypted',
        sessionId,
        byteCount: totalBytes,
        isReadable: false,
        details: describeSent(this.#row),
      },
    );
    await this.#parts.place.remove(plan.uploadId);
  }

  async #publish(): Promise<void> {
    const { sessionId, without, title } = this.#row;
    const session = await this.#parts.sessions.open(sessionId);
    // Removed since: what it was is sent, and there is nothing left to publish.
    if (!session) return;
    const sightings = await publishedSightings(session, !without.includes('descriptors'));
    if (sightings.length === 0) return;
    const byteCount = await this.#parts.calls.call((remote) =>
      remote.publish(this.#access, sightings),
    );
    const descriptorCount = sightings.filter(({ descriptor }) => descriptor).length;
    await this.#writeDown({
      what: 'sightings-published',
      sessionId,
      byteCount,
      isReadable: true,
      details: `${named(title)}: ${sightings.length} sightings, ${descriptorCount} with a descriptor, no pictures`,
    });
  }

  get #access(): EndpointAccess {
    return this.#connection;
  }

  async #writeDown(entry: WithoutTime): Promise<void> {
    await this.#parts.store.addToLedger(this.#timed(entry));
  }

  #timed(entry: WithoutTime): Omit<LedgerEntry, 'id'> {
    return { ...entry, timeUnixMs: this.#parts.nowMs(), url: this.#connection.url };
  }

  /** Another tab may have paused or removed it: then nothing is changed, and this ends. `entry` is written down with the change. */
  async #update(change: Partial<OutboxRow>, entry: WithoutTime | null = null): Promise<void> {
    const changed = await this.#parts.store.updateOutboxItem(
      this.#row.id,
      (row) => (row.state === 'paused' ? null : change),
      entry && this.#timed(entry),
    );
    if (!changed) throw new DOMException('It was paused or removed', 'AbortError');
    this.#row = changed;
    this.#parts.onChanged();
  }
}

function describeSent({ title, without, plan }: OutboxRow): string {
  const left = without.length > 0 ? `without ${without.join(', ')}` : 'whole';
  return `${named(title)}: ${left}, ${plan?.pieceByteCounts.length ?? 0} encrypted pieces, named ${plan?.uploadId ?? ''} there`;
}

function named(title: string): string {
  return title === '' ? 'Session without a name' : `"${title}"`;
}
