import type { SessionHeader, SessionId, SessionReader, SessionUsage } from '../contracts/session';
import { listSessions, sessionUsage } from './session-list';
import { SessionPlace } from './session-place';
import { openSession } from './session-reader';

/** What a page reads of stored sessions. All methods throw AppError STORAGE_*. */
export class StoredSessions {
  readonly #place = new SessionPlace();

  /** Newest first. */
  list(range: {
    readonly offset: number;
    readonly count: number;
  }): Promise<{ readonly sessions: readonly SessionHeader[]; readonly totalCount: number }> {
    return listSessions(this.#place, range);
  }

  /** Null: there is none. Throws also AppError SESSION_DAMAGED, SESSION_IN_USE. */
  open(id: SessionId): Promise<SessionReader | null> {
    return openSession(this.#place, id);
  }

  usage(): Promise<SessionUsage> {
    return sessionUsage(this.#place);
  }

  /** Whether there are sessions, or files of one that is gone: else there is nothing to tidy. */
  async isEmpty(): Promise<boolean> {
    const { totalCount } = await this.list({ offset: 0, count: 0 });
    return totalCount === 0 && (await this.#place.files.sessionIds()).length === 0;
  }
}
