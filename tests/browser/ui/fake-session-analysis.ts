import type {
  SessionAnalysisClient,
  SessionAnalysisOutcome,
  SessionAnalysisRequest,
  SessionAnalysisStatus,
} from '../../../src/contracts/session-analysis';
import type { FakeSessions } from './fake-sessions';

/** Analyses nothing, but goes through the states when a test says so. */
export class FakeSessionAnalysis implements SessionAnalysisClient {
  readonly requests: SessionAnalysisRequest[] = [];
  status: SessionAnalysisStatus = { state: 'off' };
  readonly #sessions: FakeSessions;
  readonly #listeners = new Set<(status: SessionAnalysisStatus) => void>();
  #settle: { resolve: () => void; reject: (error: unknown) => void } | null = null;

  constructor(sessions: FakeSessions) {
    this.#sessions = sessions;
  }

  onStatus(listener: (status: SessionAnalysisStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Goes on to this. */
  set(status: SessionAnalysisStatus): void {
    this.status = status;
    for (const listener of this.#listeners) listener(status);
  }

  async start(request: SessionAnalysisRequest): Promise<SessionAnalysisOutcome> {
    this.requests.push(request);
    const { sessionId } = request;
    this.set({ state: 'preparing', sessionId });
    try {
      await new Promise<void>((resolve, reject) => (this.#settle = { resolve, reject }));
      const session = this.#sessions.addResultSet(sessionId, 'again-1', request.label);
      return { session, resultSet: 'again-1', damagedSegmentCount: 0 };
    } finally {
      this.set({ state: 'off' });
    }
  }

  /** The analysis under way comes to its end. */
  finish(): void {
    this.#settle?.resolve();
  }

  /** It cannot go on. */
  fail(error: Error): void {
    this.#settle?.reject(error);
  }

  cancel(): Promise<void> {
    this.#settle?.reject(new DOMException('The analysis was cancelled', 'AbortError'));
    return Promise.resolve();
  }
}
