import type { VehicleId } from '../contracts/match';
import type {
  GeoPosition,
  ResultSetId,
  SessionHeader,
  SessionId,
  SessionKeeperApi,
  SessionRemoval,
  SessionRetention,
} from '../contracts/session';
import { removeResultSet } from './result-set-removal';
import { forgetVehicle } from './session-forgetting';
import type { SessionPlace } from './session-place';
import { getSession } from './session-queries';
import { recoverSession } from './session-recovery';
import { removeSessions, whileLocked } from './session-removal';
import { applyRetention } from './session-retention';
import type { SessionRow } from './session-rows';
import { tidyAll } from './session-tidying';

/** Changes stored sessions, in a worker, and tells all tabs of it. */
export class SessionKeeper implements SessionKeeperApi {
  readonly #place: SessionPlace;

  constructor(place: SessionPlace) {
    this.#place = place;
  }

  rename(id: SessionId, title: string): Promise<void> {
    return this.#changeRow('rename a session', id, (row) => ({ ...row, title }));
  }

  setCameraPosition(id: SessionId, cameraId: string, position: GeoPosition | null): Promise<void> {
    return this.#changeRow('place a camera', id, (row) => ({
      ...row,
      cameras: row.cameras.map((camera) =>
        camera.cameraId === cameraId ? { ...camera, position } : camera,
      ),
    }));
  }

  recover(id: SessionId): Promise<SessionHeader> {
    return this.#telling(() => whileLocked(this.#place, id, () => recoverSession(this.#place, id)));
  }

  remove(ids: readonly SessionId[]): Promise<SessionRemoval> {
    return this.#telling(() => removeSessions(this.#place, ids));
  }

  forgetVehicle(
    id: VehicleId,
  ): Promise<SessionRemoval & { readonly sessionsWithVideo: readonly SessionId[] }> {
    return this.#telling(() => forgetVehicle(this.#place, id));
  }

  removeResultSet(id: SessionId, resultSet: ResultSetId): Promise<SessionRemoval> {
    return this.#telling(() =>
      whileLocked(this.#place, id, () => removeResultSet(this.#place, id, resultSet)),
    );
  }

  async tidy(retention: SessionRetention): Promise<SessionRemoval> {
    // Tabs that start together, or hear of the same recording, take turns.
    const removal = await this.#place.alone('tidy', async () => {
      await tidyAll(this.#place);
      return applyRetention(this.#place, retention, Date.now());
    });
    // At every start there is nothing to tell, mostly.
    if (Object.values(removal).some((count) => count > 0)) this.#place.changes.tell('changed');
    return removal;
  }

  /** A session that is gone meanwhile is no error: whoever removed it told of it. */
  #changeRow(doing: string, id: SessionId, change: (row: SessionRow) => SessionRow): Promise<void> {
    return this.#telling(() =>
      this.#place.database.write(doing, async (transaction) => {
        const row = await getSession(transaction, id);
        if (row) await transaction.objectStore('sessions').put(change(row));
      }),
    );
  }

  /** Also when it failed half-way: part of it may be done. */
  async #telling<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.#place.changes.tell('changed');
    }
  }
}
