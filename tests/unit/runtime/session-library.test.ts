import { expose } from 'comlink';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type {
  SessionKeeperApi,
  SessionRemoval,
  SessionRetention,
} from '../../../src/contracts/session';
import { AppError } from '../../../src/core/app-error';
import { installErrorTransfer } from '../../../src/runtime/rpc-errors';
import { SessionLibrary } from '../../../src/runtime/session-library';
import { SettingsKeeper } from '../../../src/runtime/settings-keeper';
import { SessionChanges, SESSIONS_DATABASE_NAME } from '../../../src/storage/session-changes';

const NOTHING: SessionRemoval = {
  sessionCount: 0,
  videoSegmentCount: 0,
  cropCount: 0,
  sightingCount: 0,
  byteCount: 0,
};

const FORTNIGHT: SessionRetention = { maxAgeDays: 14, maxBytes: null, maxPictureAgeDays: null };

const changes = new SessionChanges(SESSIONS_DATABASE_NAME);

afterEach(() => changes.close());

/** A keeper behind a real message channel, as a worker has one. */
class Harness {
  workerCount = 0;
  endedCount = 0;
  isEmpty = false;
  readonly tidied: SessionRetention[] = [];
  readonly keeper: SessionKeeperApi = {
    rename: async () => undefined,
    setCameraPosition: async () => undefined,
    recover: async () => {
      throw new AppError('SESSION_IN_USE', 'it is recorded');
    },
    remove: async (ids) => ({ ...NOTHING, sessionCount: ids.length }),
    forgetVehicle: async () => ({ ...NOTHING, sessionsWithVideo: [] }),
    removeResultSet: async () => ({ ...NOTHING, sightingCount: 1 }),
    tidy: async (retention) => {
      this.tidied.push(retention);
      return NOTHING;
    },
  };
  readonly settings = new SettingsKeeper({
    get: () => null,
    set: () => undefined,
    remove: () => undefined,
  });
  readonly library = new SessionLibrary({
    createKeeper: () => this.createWorker(),
    settings: this.settings,
    loadReads: async () => ({
      list: async () => ({ sessions: [], totalCount: 0 }),
      open: async () => null,
      usage: async () => {
        throw new AppError('STORAGE_UNAVAILABLE', 'denied');
      },
      isEmpty: async () => this.isEmpty,
    }),
  });

  private createWorker(): Worker {
    this.workerCount += 1;
    installErrorTransfer();
    const { port1, port2 } = new MessageChannel();
    expose(this.keeper, port1);
    // A port has what comlink needs of a worker, but for its end.
    const worker = port2 as unknown as Worker;
    worker.terminate = () => {
      this.endedCount += 1;
      port1.close();
    };
    port2.start();
    return worker;
  }
}

describe('sessions of the page', () => {
  it('are changed in a worker that ends when nothing is under way', async () => {
    const harness = new Harness();
    const [, removal] = await Promise.all([
      harness.library.rename('a', 'Gate'),
      harness.library.remove(['a', 'b']),
    ]);
    expect(removal.sessionCount).toBe(2);
    expect([harness.workerCount, harness.endedCount]).toEqual([1, 1]);
    await harness.library.remove(['c']);
    expect([harness.workerCount, harness.endedCount]).toEqual([2, 2]);
  });

  it('keep the code of what went wrong in the worker, which ends all the same', async () => {
    const harness = new Harness();
    await expect(harness.library.recover('a')).rejects.toMatchObject({ code: 'SESSION_IN_USE' });
    expect(harness.endedCount).toBe(1);
  });

  it('start no worker on a device that has none', async () => {
    const harness = new Harness();
    harness.isEmpty = true;
    await harness.library.start();
    expect(harness.workerCount).toBe(0);
  });

  it('are tidied at the start and after every recording, by the settings of that moment', async () => {
    const harness = new Harness();
    await harness.library.start();
    expect(harness.tidied).toEqual([{ maxAgeDays: null, maxBytes: null, maxPictureAgeDays: null }]);
    harness.settings.update({ sessionRetention: FORTNIGHT });
    changes.tell('finished');
    await vi.waitFor(() => expect(harness.tidied).toHaveLength(2));
    expect(harness.tidied[1]).toEqual(FORTNIGHT);
  });

  it('are tidied at once when the user sets what may be kept, which is remembered', async () => {
    const harness = new Harness();
    await harness.library.setRetention(FORTNIGHT);
    expect(harness.tidied).toEqual([FORTNIGHT]);
    expect(harness.settings.current.sessionRetention).toEqual(FORTNIGHT);
  });

  it('tell of changes that other tabs and workers make, until one no longer listens', async () => {
    const harness = new Harness();
    const told = vi.fn();
    const stop = harness.library.onChanged(told);
    changes.tell('changed');
    await vi.waitFor(() => expect(told).toHaveBeenCalledOnce());
    stop();
    const later = vi.fn();
    harness.library.onChanged(later);
    changes.tell('changed');
    await vi.waitFor(() => expect(later).toHaveBeenCalledOnce());
    expect(told).toHaveBeenCalledOnce();
  });
});
