import type { AnalysisController, Unsubscribe } from '../../contracts/app';
import type { ErrorData } from '../../contracts/errors';
import type { CameraId } from '../../contracts/frame';
import type {
  GeoPosition,
  SessionHeader,
  SessionId,
  SessionRemoval,
  SessionRetention,
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
  /** Why the list could not be read. */
  #readError = $state.raw<ErrorData | null>(null);
  /** Why the last thing that was asked for did not work; stays until the next. */
  #changeError = $state.raw<ErrorData | null>(null);
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

  get error(): ErrorData | null {
    return this.#changeError ?? this.#readError;
  }

  async refresh(): Promise<void> {
    try {
      const [page, usage] = await Promise.all([
        this.#client.list({ offset: 0, count: this.#count }),
        this.#client.usage(),
      ]);
      this.sessions = page.sessions;
      this.totalCount = page.totalCount;
      this.usage = usage;
      this.isRead = true;
      this.#readError = null;
    } catch (error) {
      this.#readError = toErrorData(error);
    }
  }

  /** The session whose export is on screen. */
  get exported(): SessionHeader | null {
    return this.sessions.find(({ id }) => id === this.exportId) ?? null;
  }

  async readMore(): Promise<void> {
    this.#count += PAGE_COUNT;
    await this.refresh();
  }

  /** True when it worked. */
  async rename(id: SessionId, title: string): Promise<boolean> {
    return (await this.#busyWith(id, () => this.#client.rename(id, title.trim()))) !== null;
  }

  /** Says where a camera of a session stands; null: nowhere. True when it worked. */
  async place(id: SessionId, cameraId: CameraId, position: GeoPosition | null): Promise<boolean> {
    const work = (): Promise<void> => this.#client.setCameraPosition(id, cameraId, position);
    return (await this.#busyWith(id, work)) !== null;
  }

  /** Closes an interrupted session. True when it worked. */
  async recover(id: SessionId): Promise<boolean> {
    return (await this.#busyWith(id, () => this.#client.recover(id))) !== null;
  }

  async remove(id: SessionId): Promise<SessionRemoval | null> {
    return this.#busyWith(id, () => this.#client.remove([id]));
  }

  /** Sets what may be kept, and removes what may not. Null when that failed. */
  async keepBy(retention: SessionRetention): Promise<SessionRemoval | null> {
    return this.#busyWith(null, () => this.#client.setRetention(retention));
  }

  dispose(): void {
    this.#unsubscribe();
  }

  /** Null when it failed; {@link error} says why. */
  async #busyWith<T>(id: SessionId | null, work: () => Promise<T>): Promise<T | null> {
    this.busyId = id;
    this.#changeError = null;
    let done: T | null = null;
    try {
      done = await work();
    } catch (error) {
      this.#changeError = toErrorData(error);
    }
    this.busyId = null;
    await this.refresh();
    return done;
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
