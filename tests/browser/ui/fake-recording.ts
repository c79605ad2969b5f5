import type { Unsubscribe } from '../../../src/contracts/app';
import type { RecordingClient, RecordingStatus } from '../../../src/contracts/recording';
import { FAKE_SETTINGS } from './fake-parts';

/** Records nothing, but goes through the states; a test sets whatever else it wants to see. */
export class FakeRecording implements RecordingClient {
  status: RecordingStatus = {
    state: 'off',
    options: FAKE_SETTINGS.recording,
    progress: null,
    error: null,
    lastSession: null,
  };
  readonly #listeners = new Set<(status: RecordingStatus) => void>();

  onStatus(listener: (status: RecordingStatus) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(change: Partial<RecordingStatus>): void {
    this.status = { ...this.status, ...change };
    for (const listener of this.#listeners) listener(this.status);
  }

  start(): Promise<void> {
    this.set({ state: 'recording', error: null });
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.set({ state: 'off', progress: null });
    return Promise.resolve();
  }
}
