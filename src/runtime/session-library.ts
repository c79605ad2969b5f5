import type { Remote } from 'comlink';
import type { Unsubscribe } from '../contracts/app';
import type { VehicleId } from '../contracts/match';
import type {
  GeoPosition,
  ResultSetId,
  SessionHeader,
  SessionId,
  SessionKeeperApi,
  SessionReader,
  SessionRemoval,
  SessionRetention,
  SessionsClient,
  SessionUsage,
} from '../contracts/session';
import { SessionChanges, SESSIONS_DATABASE_NAME } from '../storage/session-changes';
import { Emitter } from './emitter';
import type { SettingsKeeper } from './settings-keeper';
import { WorkerHost } from './worker-host';

/** What is read on the page. */
type SessionReads = Pick<SessionsClient, 'list' | 'open' | 'usage'> & {
  isEmpty(): Promise<boolean>;
};

interface LibraryParts {
  readonly createKeeper: () => Worker;
  readonly settings: SettingsKeeper;
  /** Loads what reads sessions when it is first needed; tests bring their own. */
  readonly loadReads?: () => Promise<SessionReads>;
}

/**
 * Sessions for the screen: reads on the page, changes in a worker that ends when it is done, and word of changes by any tab. After every
 * recording, and from {@link start} on, what the settings do not want to be kept is removed.
 */
export class SessionLibrary implements SessionsClient {
  readonly #parts: LibraryParts;
  readonly #changes = new Emitter<[]>();
  readonly #channel = new SessionChanges(SESSIONS_DATABASE_NAME);
  #reads: Promise<SessionReads> | null = null;
  #keeper: WorkerHost<SessionKeeperApi> | null = null;
  #callCount = 0;
  #isListening = false;

  constructor(parts: LibraryParts) {
    this.#parts = parts;
  }

  /** Once, at the app's start: removes what a crash left behind and what is kept too long, and from then on after every recording. */
  async start(): Promise<void> {
    this.#listen();
    await this.#tidy();
  }

  async list(range: {
    readonly offset: number;
    readonly count: number;
  }): Promise<{ readonly sessions: readonly SessionHeader[]; readonly totalCount: number }> {
    return (await this.#stored()).list(range);
  }

  async open(id: SessionId): Promise<SessionReader | null> {
    return (await this.#stored()).open(id);
  }

  async usage(): Promise<SessionUsage> {
    return (await this.#stored()).usage();
  }

  rename(id: SessionId, title: string): Promise<void> {
    return this.#change((keeper) => keeper.rename(id, title));
  }

  setCameraPosition(id: SessionId, cameraId: string, position: GeoPosition | null): Promise<void> {
    return this.#change((keeper) => keeper.setCameraPosition(id, cameraId, position));
  }

  recover(id: SessionId): Promise<SessionHeader> {
    return this.#change((keeper) => keeper.recover(id));
  }

  remove(ids: readonly SessionId[]): Promise<SessionRemoval> {
    return this.#change((keeper) => keeper.remove(ids));
  }

  forgetVehicle(
    id: VehicleId,
  ): Promise<SessionRemoval & { readonly sessionsWithVideo: readonly SessionId[] }> {
    return this.#change((keeper) => keeper.forgetVehicle(id));
  }

  removeResultSet(id: SessionId, resultSet: ResultSetId): Promise<SessionRemoval> {
    return this.#change((keeper) => keeper.removeResultSet(id, resultSet));
  }

  setRetention(retention: SessionRetention): Promise<SessionRemoval> {
    this.#parts.settings.update({ sessionRetention: retention });
    return this.#change((keeper) => keeper.tidy(retention));
  }

  onChanged(listener: () => void): Unsubscribe {
    this.#listen();
    return this.#changes.add(listener);
  }

  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.#channel.listen((change) => {
      this.#changes.emit();
      // A failure is told where it matters: when the storage is looked at, or written.
      if (change === 'finished') void this.#tidy().catch(() => undefined);
    });
  }

  /** Most devices have no session: they need no worker for that. */
  async #tidy(): Promise<void> {
    if (await (await this.#stored()).isEmpty()) return;
    const { sessionRetention } = this.#parts.settings.current;
    await this.#change((keeper) => keeper.tidy(sessionRetention));
  }

  #stored(): Promise<SessionReads> {
    this.#reads ??= (this.#parts.loadReads ?? loadStoredSessions)().catch((error: unknown) => {
      this.#reads = null; // offline and not stored yet: it may be there the next time
      throw error;
    });
    return this.#reads;
  }

  /** The worker lives as long as a call is under way. However long: hours of results are rewritten in one. */
  async #change<T>(invoke: (keeper: Remote<SessionKeeperApi>) => T | PromiseLike<T>): Promise<T> {
    this.#keeper ??= new WorkerHost<SessionKeeperApi>(this.#parts.createKeeper(), 'sessions');
    const keeper = this.#keeper;
    keeper.onGone = () => {
      if (this.#keeper === keeper) this.#keeper = null;
    };
    this.#callCount += 1;
    try {
      return await keeper.call(invoke, null);
    } finally {
      this.#callCount -= 1;
      if (this.#callCount === 0) {
        this.#keeper?.terminate();
        this.#keeper = null;
      }
    }
  }
}

/** Not part of the first page: it comes when sessions are first looked at. */
async function loadStoredSessions(): Promise<SessionReads> {
  const { StoredSessions } = await import('../storage/stored-sessions');
  return new StoredSessions();
}
