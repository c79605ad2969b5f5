import type { AnalysisController, Unsubscribe } from '../../contracts/app';
import type { ErrorData } from '../../contracts/errors';
import type {
  SessionHeader,
  SessionId,
  SessionRemoval,
  SessionsClient,
  SessionUsage,
} from '../../contracts/session';
import { toErrorData } from '../../core/app-error';
import { bytesText, countOf } from '../shared/number-text';

/** So many rows are read at first, and with every press on "more". */
const PAGE_COUNT = 50;

/** The list of sessions on the screen. */
export class SessionsView {
  sessions = $state.raw<readonly SessionHeader[]>([]);
  totalCount = $state(0);
  usage = $state.raw<SessionUsage | null>(null);
  error = $state.raw<ErrorData | null>(null);
  isRead = $state(false);
  /** Being closed, renamed or removed: its buttons wait. */
  busyId = $state<SessionId | null>(null);
  /** The session that is replayed; null: the list. */
  openId = $state<SessionId | null>(null);
  /** The session whose export is on screen; null: the list. */
  exportId = $state<SessionId | null>(null);
  #count = PAGE_COUNT;
  readonly #client: SessionsClient;
  readonly #unsubscribe: Unsubscribe;

  constructor(controller: AnalysisController) {
    this.#client = controller.sessions;
    this.#unsubscribe = this.#client.onChanged(() => {
      if (this.isRead) void this.refresh();
    });
  }

  async refresh(): Promise<void> {
    await this.#tried(async () => {
      const [page, usage] = await Promise.all([
        this.#client.list({ offset: 0, count: this.#count }),
        this.#client.usage(),
      ]);
      this.sessions = page.sessions;
      this.totalCount = page.totalCount;
      this.usage = usage;
      this.isRead = true;
    });
  }

  /** The session whose export is on screen. */
  get exported(): SessionHeader | null {
    return this.sessions.find(({ id }) => id === this.exportId) ?? null;
  }

  async readMore(): Promise<void> {
    this.#count += PAGE_COUNT;
    await this.refresh();
  }

  async rename(id: SessionId, title: string): Promise<void> {
    await this.#busyWith(id, () => this.#client.rename(id, title.trim()));
  }

  /** Closes an interrupted session. True when it worked. */
  async recover(id: SessionId): Promise<boolean> {
    return (await this.#busyWith(id, () => this.#client.recover(id))) !== null;
  }

  async remove(id: SessionId): Promise<SessionRemoval | null> {
    return this.#busyWith(id, () => this.#client.remove([id]));
  }

  dispose(): void {
    this.#unsubscribe();
  }

  async #busyWith<T>(id: SessionId, work: () => Promise<T>): Promise<T | null> {
    this.busyId = id;
    const done = await this.#tried(work);
    this.busyId = null;
    await this.refresh();
    return done;
  }

  async #tried<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      const done = await work();
      this.error = null;
      return done;
    } catch (error) {
      this.error = toErrorData(error);
      return null;
    }
  }
}

/** What a removal took away, in words. */
export function sessionRemovalText(removal: SessionRemoval): string {
  const { sessionCount, videoSegmentCount, cropCount, sightingCount, byteCount } = removal;
  const parts = [
    countOf(sessionCount, 'session'),
    countOf(videoSegmentCount, 'piece of video', 'pieces of video'),
    countOf(cropCount, 'picture'),
    countOf(sightingCount, 'sighting'),
  ];
  return `Removed: ${parts.join(', ')}; ${bytesText(byteCount)}.`;
}
