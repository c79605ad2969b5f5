import type { AnalysisController, Unsubscribe } from '../../contracts/app';
import type { ErrorData } from '../../contracts/errors';
import type { SessionHeader, SessionId } from '../../contracts/session';
import type {
  SessionAnalysisClient,
  SessionAnalysisOutcome,
  SessionAnalysisRequest,
  SessionAnalysisStatus,
} from '../../contracts/session-analysis';
import { isAbort, toErrorData } from '../../core/app-error';

/** Analysing sessions again on the screen: how far it is, what came of the last one. */
export class SessionAnalysisView {
  status = $state.raw() as SessionAnalysisStatus; // set in the constructor; a field initialiser cannot see the controller
  /** The session of the analysis that is on, or was last. */
  session = $state.raw<SessionHeader | null>(null);
  /** Of the last one; null when there was none, it is on, or it was put away. */
  outcome = $state.raw<SessionAnalysisOutcome | null>(null);
  error = $state.raw<ErrorData | null>(null);
  readonly #client: SessionAnalysisClient;
  readonly #say: (sentence: string) => void;
  readonly #unsubscribe: Unsubscribe;

  /** `say` is told when one ends by itself. */
  constructor(controller: AnalysisController, say: (sentence: string) => void) {
    this.#client = controller.sessionAnalysis;
    this.#say = say;
    this.status = this.#client.status;
    this.#unsubscribe = this.#client.onStatus((status) => {
      this.status = status;
    });
  }

  get isOn(): boolean {
    return this.status.state !== 'off';
  }

  /** Share of the analysis that is on which is done, [0, 1]; 0 while it is prepared. */
  get fraction(): number {
    const { status } = this;
    if (status.state === 'running') return status.fraction;
    return status.state === 'finishing' ? 1 : 0;
  }

  isOf(id: SessionId): boolean {
    return this.session?.id === id;
  }

  /** Failures go to `error`. */
  async start(session: SessionHeader, request: SessionAnalysisRequest): Promise<void> {
    this.putAway();
    this.session = session;
    try {
      this.outcome = await this.#client.start(request);
      this.#say('The session is analysed again.');
    } catch (error) {
      // Cancelled by the user, who knows.
      if (isAbort(error)) return;
      this.error = toErrorData(error);
      this.#say('Analysing the session again stopped with an error.');
    }
  }

  cancel(): void {
    void this.#client.cancel();
  }

  /** What came of the last one was seen. */
  putAway(): void {
    this.outcome = null;
    this.error = null;
  }

  dispose(): void {
    this.#unsubscribe();
  }
}
