import type { ErrorData } from '../../contracts/errors';
import type { SessionId } from '../../contracts/session';
import type { RemoteSearch, RemoteSession, SyncClient } from '../../contracts/sync';
import { toErrorData } from '../../core/app-error';

const ANY: RemoteSearch = { fromDay: null, toDay: null, text: '' };

/** A session on its way here. */
interface Download {
  /** Null: by a link. */
  readonly id: string | null;
  /** [0, 1] */
  readonly fraction: number;
}

/** Sessions at the endpoint on the screen: those that were looked for, and one that is fetched. */
export class RemoteView {
  sessions = $state.raw<readonly RemoteSession[]>([]);
  search = $state.raw<RemoteSearch>(ANY);
  /** Of the next page; null: there is none. */
  cursor = $state<string | null>(null);
  isRead = $state(false);
  isReading = $state(false);
  error = $state.raw<ErrorData | null>(null);
  download = $state.raw<Download | null>(null);
  readonly #client: SyncClient;
  #abort: AbortController | null = null;
  /** Counts searches: an answer to an older one is dropped. */
  #searchCount = 0;

  constructor(client: SyncClient) {
    this.#client = client;
  }

  async find(search: RemoteSearch = this.search): Promise<void> {
    this.search = search;
    await this.#read(null, []);
  }

  async readMore(): Promise<void> {
    if (this.cursor !== null) await this.#read(this.cursor, this.sessions);
  }

  /** The session that came of it; null: cancelled or failed, {@link error} says why. */
  async fetch(id: string): Promise<SessionId | null> {
    const fetched = await this.#download(id, (onProgress, signal) =>
      this.#client.download(id, onProgress, signal),
    );
    if (fetched !== null) await this.find();
    return fetched;
  }

  async openLink(link: string): Promise<SessionId | null> {
    return this.#download(null, (onProgress, signal) =>
      this.#client.openShare(link, onProgress, signal),
    );
  }

  cancel(): void {
    this.#abort?.abort();
  }

  /** Forgets what was read, as with another endpoint. */
  clear(): void {
    this.#searchCount += 1;
    this.sessions = [];
    this.search = ANY;
    this.cursor = null;
    this.isRead = false;
    this.error = null;
  }

  async #read(cursor: string | null, before: readonly RemoteSession[]): Promise<void> {
    const search = (this.#searchCount += 1);
    this.isReading = true;
    this.error = null;
    try {
      const page = await this.#client.remote(this.search, cursor);
      if (search !== this.#searchCount) return;
      this.sessions = [...before, ...page.sessions];
      this.cursor = page.cursor;
      this.isRead = true;
    } catch (error) {
      if (search === this.#searchCount) this.error = toErrorData(error);
    } finally {
      if (search === this.#searchCount) this.isReading = false;
    }
  }

  async #download(
    id: string | null,
    work: (onProgress: (fraction: number) => void, signal: AbortSignal) => Promise<SessionId>,
  ): Promise<SessionId | null> {
    if (this.download) return null;
    const abort = new AbortController();
    this.#abort = abort;
    this.error = null;
    this.download = { id, fraction: 0 };
    try {
      return await work((fraction) => {
        // From another thread the last of it may come after the end.
        if (this.#abort === abort) this.download = { id, fraction };
      }, abort.signal);
    } catch (error) {
      // Cancelled by the user, who knows.
      if (!abort.signal.aborted) this.error = toErrorData(error);
      return null;
    } finally {
      this.#abort = null;
      this.download = null;
    }
  }
}
