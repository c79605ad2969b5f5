import type { SessionId } from '../contracts/session';
import { holdExclusiveLock, type HeldLock } from './exclusive-lock';
import { SessionChanges, SESSIONS_DATABASE_NAME } from './session-changes';
import { SessionDatabase } from './session-database';
import { SessionFiles } from './session-files';

/** Where sessions are: rows, files, locks, and word of changes. One for each thread that has to do with sessions. */
export class SessionPlace {
  readonly database: SessionDatabase;
  readonly files: SessionFiles;
  readonly changes: SessionChanges;

  /** Tests bring their own database and root folder. */
  constructor(
    databaseName = SESSIONS_DATABASE_NAME,
    root?: () => Promise<FileSystemDirectoryHandle>,
  ) {
    this.database = new SessionDatabase(databaseName);
    this.files = new SessionFiles(root);
    this.changes = new SessionChanges(databaseName);
  }

  /**
   * Takes the lock of a session, which its writer holds; the browser gives it back when the context ends, however it ends. Throws
   * AppError SESSION_IN_USE, STORAGE_UNAVAILABLE.
   */
  lock(id: SessionId): Promise<HeldLock> {
    // Nobody takes locks of sessions by force.
    return holdExclusiveLock(this.#lockName(id), () => undefined, 'SESSION_IN_USE');
  }

  /** Sessions whose lock is held, by whatever tab. */
  async lockedIds(): Promise<ReadonlySet<SessionId>> {
    const prefix = this.#lockName('');
    // Typed as always there: absent on plain http, where there are no private files either, and in Node.
    const { locks } = navigator as { locks?: LockManager };
    const { held = [] } = (await locks?.query()) ?? {};
    const names = held.map(({ name = '' }) => name).filter((name) => name.startsWith(prefix));
    return new Set(names.map((name) => name.slice(prefix.length)));
  }

  /** Does something that one tab does at a time. */
  async alone<T>(name: string, work: () => Promise<T>): Promise<T> {
    // As above.
    const { locks } = navigator as { locks?: LockManager };
    return locks ? await locks.request(`${this.database.name}:${name}`, work) : work();
  }

  close(): void {
    this.database.close();
    this.changes.close();
  }

  #lockName(id: SessionId): string {
    return `${this.database.name}:session:${id}`;
  }
}
