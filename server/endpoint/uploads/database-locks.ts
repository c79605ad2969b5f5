import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lock, RequestRelease } from '@tus/server';
import type { Database } from '../database/database';
import { Refusal } from '../refusal';
import { holdLock, LOCK_PATIENCE_MS, type PieceLocks } from './piece-locks';

/** PostgreSQL's channel; the payload is the name of a lock that somebody waits for. */
const CHANNEL = 'resight_upload_locks';
/** A lock of a process that was killed is free after this. */
const EXPIRY_S = 6;
/** Three times within {@link EXPIRY_S}. */
const RENEWAL_MS = 2000;
const RETRY_MS = 150;

/** Locks that all processes of an endpoint respect: rows with an expiry by the database's clock, renewed while they are held. */
export class DatabaseLocks implements PieceLocks {
  readonly #database: Database;
  readonly #releases = new Map<string, RequestRelease>();
  #listening: Promise<unknown> | null = null;

  constructor(database: Database) {
    this.#database = database;
  }

  newLock(id: string): Lock {
    return new DatabaseLock(this.#database, id, this.#releases, () => this.#listen());
  }

  withLock<T>(id: string, work: () => Promise<T>): Promise<T> {
    return holdLock(this.newLock(id), work);
  }

  /** Once, when the first lock is taken: whoever makes a locker and does not use it has nothing to end. Tried again when it fails. */
  #listen(): Promise<unknown> {
    const release = (id: string | null): void => {
      if (id !== null) void this.#releases.get(id)?.();
    };
    this.#listening ??= this.#database.listen(CHANNEL, release).catch((error: unknown) => {
      this.#listening = null;
      throw error;
    });
    return this.#listening;
  }
}

class DatabaseLock implements Lock {
  readonly #database: Database;
  readonly #id: string;
  readonly #releases: Map<string, RequestRelease>;
  readonly #listen: () => Promise<unknown>;
  readonly #holder = randomUUID();
  #renewal: NodeJS.Timeout | null = null;
  #cancelRequest: RequestRelease | null = null;

  constructor(
    database: Database,
    id: string,
    releases: Map<string, RequestRelease>,
    listen: () => Promise<unknown>,
  ) {
    this.#database = database;
    this.#id = id;
    this.#releases = releases;
    this.#listen = listen;
  }

  async lock(signal: AbortSignal, cancelRequest: RequestRelease): Promise<void> {
    await this.#listen();
    const giveUpMs = performance.now() + LOCK_PATIENCE_MS;
    while (!(await this.#take())) {
      if (signal.aborted) throw new Refusal('CONFLICT', 'The connection broke.');
      if (performance.now() > giveUpMs) {
        throw new Refusal(
          'CONFLICT',
          'Another request is working on this piece. Try again in some seconds.',
          EXPIRY_S,
        );
      }
      await this.#database.notify(CHANNEL, this.#id);
      await sleep(RETRY_MS);
    }
    this.#cancelRequest = cancelRequest;
    this.#releases.set(this.#id, cancelRequest);
    this.#renewal = setInterval(() => void this.#renew(cancelRequest), RENEWAL_MS);
  }

  async unlock(): Promise<void> {
    if (this.#renewal !== null) clearInterval(this.#renewal);
    this.#renewal = null;
    // Another request of this process may have taken it over, if this one lost it.
    if (this.#releases.get(this.#id) === this.#cancelRequest) this.#releases.delete(this.#id);
    await this.#database.query('DELETE FROM upload_locks WHERE id = $1 AND holder = $2', [
      this.#id,
      this.#holder,
    ]);
  }

  async #take(): Promise<boolean> {
    const taken = await this.#database.query(
      `INSERT INTO upload_locks AS lock (id, holder, expires_at)
       VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
       ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
       WHERE lock.expires_at < clock_timestamp()
       RETURNING id`,
      [this.#id, this.#holder, EXPIRY_S],
    );
    return taken.length > 0;
  }

  /** A database that cannot be asked or a lock that somebody else took meanwhile: this request may not go on. */
  async #renew(cancelRequest: RequestRelease): Promise<void> {
    try {
      const renewed = await this.#database.query(
        `UPDATE upload_locks SET expires_at = clock_timestamp() + make_interval(secs => $3)
         WHERE id = $1 AND holder = $2 RETURNING id`,
        [this.#id, this.#holder, EXPIRY_S],
      );
      if (renewed.length > 0 || this.#renewal === null) return;
    } catch {
      // Told to whoever waits for it by the request's own failing; here it only has to end.
    }
    await cancelRequest();
  }
}
