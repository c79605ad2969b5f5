import type { ConnectionRow } from '../../storage/sync-rows';
import type { SyncStore } from '../../storage/sync-store';
import { NOT_PACKED } from './shown-state';
import type { SyncCalls } from './sync-calls';

/** An endpoint is restored from a backup once in a while, and each look is a request for each session. */
const INTERVAL_MS = 3_600_000;
/** The newest: those that a backup of some days ago has not. */
const MAX_COUNT = 100;

/** What checking needs. */
export interface SentCheckParts {
  readonly store: Pick<SyncStore, 'outbox' | 'updateOutboxItem'>;
  readonly calls: Pick<SyncCalls, 'call'>;
  /** Milliseconds of a clock that is never set back. */
  readonly now: () => number;
}

/** Looks whether the endpoint still has what was sent: restored from an older backup it has not, and says nothing of it. */
export class SentCheck {
  readonly #parts: SentCheckParts;
  #nextMs = -Infinity;

  constructor(parts: SentCheckParts) {
    this.#parts = parts;
  }

  /** Once an hour, however often it is called. Resolves with whether items changed: those failed with SYNC_LOST. Throws AppError SYNC_*, STORAGE_*. */
  async run({ url, token, scopes }: ConnectionRow): Promise<boolean> {
    const { store, calls, now } = this.#parts;
    // A device that may only send cannot look.
    if (now() < this.#nextMs || !scopes.includes('read')) return false;
    const access = { url, token };
    const sent = (await store.outbox()).filter(({ state }) => state === 'done').slice(-MAX_COUNT);
    let isChanged = false;
    for (const { id, uploadId } of sent) {
      if (uploadId === null) continue;
      if (!(await calls.call((remote) => remote.isLost(access, uploadId)))) continue;
      const message = `Expected ${uploadId} at the endpoint, found neither it nor a receipt of its removal`;
      const changed = await store.updateOutboxItem(id, ({ state }) =>
        state === 'done'
          ? { ...NOT_PACKED, state: 'failed', error: { code: 'SYNC_LOST', message } }
          : null,
      );
      isChanged ||= changed !== null;
    }
    this.#nextMs = now() + INTERVAL_MS;
    return isChanged;
  }
}
