import { wrap, type Remote } from 'comlink';
import { deleteDB } from 'idb';
import { installErrorTransfer } from '../../../src/runtime/rpc-errors';
import { SessionPlace } from '../../../src/storage/session-place';
import type { SessionHostApi } from './session-host.worker';

/** A writer in a worker of its own. */
export interface SessionHost {
  readonly worker: Worker;
  readonly remote: Remote<SessionHostApi>;
}

/** Databases and workers of tests, to be put away after each. */
export class SessionBench {
  readonly #workers: Worker[] = [];
  readonly #places: SessionPlace[] = [];
  #count = 0;

  /** A place no other test has. */
  place(): SessionPlace {
    this.#count += 1;
    const place = new SessionPlace(`sessions-test-${this.#count}-${crypto.randomUUID()}`);
    this.#places.push(place);
    return place;
  }

  /** `bucket`: as of `placeIn`. */
  async host(databaseName: string, bucket: string | null = null): Promise<SessionHost> {
    installErrorTransfer();
    const worker = new Worker(new URL('./session-host.worker.ts', import.meta.url), {
      type: 'module',
    });
    this.#workers.push(worker);
    const remote = wrap<SessionHostApi>(worker);
    await remote.open(databaseName, bucket);
    return { worker, remote };
  }

  async clear(): Promise<void> {
    for (const worker of this.#workers.splice(0)) worker.terminate();
    for (const place of this.#places.splice(0)) {
      place.close();
      await deleteDB(place.database.name);
    }
    const root = await navigator.storage.getDirectory();
    await root.removeEntry('sessions', { recursive: true }).catch(() => undefined); // there may be none
  }
}
