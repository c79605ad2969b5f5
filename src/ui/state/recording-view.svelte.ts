import type { AnalysisController, Unsubscribe } from '../../contracts/app';
import type { RecordingClient, RecordingStatus } from '../../contracts/recording';
import { durationText } from '../../core/time-text';
import { bytesText } from '../shared/number-text';

/** Recording as the screen shows it, and what the user can do to it. */
export class RecordingView {
  status = $state.raw() as RecordingStatus; // set in the constructor; a field initialiser cannot see the controller
  /** The session that was just closed is offered for opening until this is dismissed. */
  isOffered = $state(false);
  #dismissedError = $state.raw<object | null>(null);
  readonly #client: RecordingClient;
  readonly #say: (sentence: string) => void;
  readonly #unsubscribe: Unsubscribe;

  constructor(controller: AnalysisController, say: (sentence: string) => void) {
    this.#client = controller.recording;
    this.#say = say;
    this.status = this.#client.status;
    this.#unsubscribe = this.#client.onStatus((status) => this.#take(status));
  }

  /** A session is being written, in any phase of it. */
  get isOn(): boolean {
    return this.status.state !== 'off' && this.status.state !== 'armed';
  }

  /** Why it could not begin or ended by itself, until it is closed. */
  get error(): RecordingStatus['error'] {
    const { error } = this.status;
    return error === this.#dismissedError ? null : error;
  }

  dismissError(): void {
    this.#dismissedError = this.status.error;
  }

  /** Failures are shown by the status. */
  start(): void {
    this.isOffered = false;
    this.#client.start().catch(() => undefined);
  }

  stop(): void {
    this.#client.stop().catch(() => undefined);
  }

  toggle(): void {
    if (this.isOn) this.stop();
    else this.start();
  }

  dispose(): void {
    this.#unsubscribe();
  }

  #take(status: RecordingStatus): void {
    const before = this.status;
    this.status = status;
    if (status.state === 'recording' && before.state !== 'recording') this.#say('Recording.');
    const session = status.lastSession;
    if (session && session !== before.lastSession) {
      this.isOffered = true;
      this.#say(
        `Recorded ${durationText((session.endUs - session.startUs) / 1000)}, ${bytesText(session.byteCount)}.`,
      );
    }
  }
}
