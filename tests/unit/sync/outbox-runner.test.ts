import 'fake-indexeddb/auto';
import type { Remote } from 'comlink';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ErrorCode, ErrorData } from '../../../src/contracts/errors';
import { MAX_PIECE_BYTES } from '../../../src/core/sync-api/catalogue';
import { AppError } from '../../../src/core/app-error';
import type { SyncWorkerApi, UploadPlan } from '../../../src/core/sync-format/sync-worker-api';
import { OutboxRunner } from '../../../src/runtime/sync/outbox-runner';
import type { Packing } from '../../../src/runtime/sync/shown-state';
import { retryDelayMs } from '../../../src/runtime/sync/retry';
import type { ConnectionRow, OutboxRow } from '../../../src/storage/sync-rows';
import { SyncStore } from '../../../src/storage/sync-store';
import { makeSession } from '../../support/make-session';

const KEY = `AGE-SECRET-KEY-1${'Q'.repeat(58)}`;
const CONNECTION: ConnectionRow = {
  url: 'https://cars.example',
  token: 'A'.repeat(43),
  deviceId: 'device-0001',
  deviceName: 'A device',
  scopes: ['upload', 'publish'],
  connectedUnixMs: 0,
  identity: KEY,
  receiptKey: 'a2V5',
};

beforeAll(() => {
  // Node 20 has none.
  vi.stubGlobal('navigator', {});
});
afterAll(() => vi.unstubAllGlobals());

let sceneNumber = 0;
const runners: OutboxRunner[] = [];

afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.stop();
});

/** An outbox whose endpoint does what a test says. */
class Scene {
  readonly store: SyncStore;
  readonly files = new Map<string, number>();
  readonly packed: string[] = [];
  readonly sent: string[] = [];
  readonly removed: string[] = [];
  readonly published: number[] = [];
  readonly errors: (ErrorData | null)[] = [];
  readonly runner: OutboxRunner;
  network = { isOnline: true, isMetered: false };
  nowMs = 1_000_000;
  /** What sending does; by default all goes well. */
  send: (
    plan: UploadPlan,
    onProgress: (bytes: number) => void,
    signal: AbortSignal,
  ) => Promise<void> = () => Promise.resolve();
  /** What writing the session file does before it is whole. */
  pack: (handle: FileSystemFileHandle, signal: AbortSignal) => Promise<void> = () =>
    Promise.resolve();
  hasSession = true;
  freeBytes: number | null = null;
  readonly packing: (Packing | null)[] = [];

  constructor(name?: string) {
    sceneNumber += 1;
    this.store = new SyncStore(name ?? `outbox-${sceneNumber}`);
    const remote = {
      plan: ({ uploadId }: { uploadId: string }) => Promise.resolve(planOf(uploadId)),
      remove: (_access: unknown, id: string) => Promise.resolve(void this.removed.push(id)),
      publish: (_access: unknown, sightings: readonly unknown[]) =>
        Promise.resolve(this.published.push(sightings.length) * 100),
    } as unknown as Remote<SyncWorkerApi>; // what a runner calls of it
    this.runner = new OutboxRunner({
      store: this.store,
      place: {
        sessionFile: (id) => {
          const size = this.files.get(id);
          return Promise.resolve(size ? ({ size } as File) : null); // nothing else is looked at
        },
        sessionHandle: (id) => Promise.resolve({ name: id } as FileSystemFileHandle), // as above
        remove: (id) => Promise.resolve(void this.files.delete(id)),
        tidy: (ids) => {
          for (const id of this.files.keys()) if (!ids.includes(id)) this.files.delete(id);
          return Promise.resolve();
        },
      },
      calls: {
        call: async (invoke) => invoke(remote),
        send: async (_access, plan, onProgress, signal) => {
          await this.send(plan, onProgress, signal);
          this.sent.push(plan.uploadId);
        },
      },
      sessions: { open: () => Promise.resolve(this.hasSession ? makeSession() : null) },
      files: {
        contents: () => Promise.resolve({ groups: [], byteCount: 1, hasPictures: false }),
        export: async (_request, destination, tell, signal) => {
          const { name } = destination!;
          tell(0.5);
          await this.pack(destination!, signal);
          this.packed.push(name);
          this.files.set(name, 1000);
          return { byteCount: 1000, recordCount: 1, notes: [] };
        },
      },
      nowMs: () => this.nowMs,
      onChanged: () => undefined,
      onPacking: (packing) => this.packing.push(packing),
      readFreeBytes: () => Promise.resolve(this.freeBytes),
      readNetwork: () => this.network,
      random: () => 0,
      onError: (error) => this.errors.push(error),
    });
    runners.push(this.runner);
  }

  async queue(id: string, change: Partial<OutboxRow> = {}): Promise<void> {
    await this.store.setConnection(CONNECTION);
    await this.store.putOutboxItem({
      id,
      sessionId: 'session-0001',
      title: 'A session',
      without: [],
      isPublished: false,
      state: 'waiting',
      queuedUnixMs: this.nowMs + Number(id.replace(/\D/g, '')),
      waitsFor: 'turn',
      nextTryUnixMs: null,
      failureCount: 0,
      error: null,
      sentBytes: 0,
      totalBytes: 0,
      uploadId: null,
      plan: null,
      isSent: false,
      staleUploadIds: [],
      packedBytes: null,
      isMeteredAllowed: false,
      ...change,
    });
  }

  start(): void {
    this.runner.start(CONNECTION);
  }

  async item(id: string): Promise<OutboxRow | null> {
    return this.store.outboxItem(id);
  }

  async until(id: string, expected: Partial<OutboxRow>): Promise<void> {
    await expect.poll(() => this.item(id)).toMatchObject(expected);
  }
}

function planOf(uploadId: string): UploadPlan {
  return {
    uploadId,
    envelope: 'QUJD',
    firstDay: '2026-05-12',
    lastDay: '2026-05-12',
    byteCount: 1000,
    pieceBytes: 16_777_216,
    pieceByteCounts: [1200],
    sessionKey: KEY,
  };
}

describe('the outbox', () => {
  it('sends one session after the other, writes down what left, and keeps no file of them', async () => {
    const scene = new Scene();
    await scene.queue('item-2', { isPublished: true });
    await scene.queue('item-1');
    scene.start();
    await scene.until('item-1', { state: 'done', sentBytes: 1200, totalBytes: 1200 });
    await scene.until('item-2', { state: 'done' });
    expect(scene.sent).toHaveLength(2);
    expect((await scene.item('item-1'))?.uploadId).toBe(scene.sent[0]);
    expect(scene.files.size).toBe(0);
    expect(scene.published).toEqual([(await makeSession().sightings('live')).length]);
    const whats = (await scene.store.ledger()).map(({ what, isReadable }) => [what, isReadable]);
    expect(whats).toEqual([
      ['sightings-published', true],
      ['session-encrypted', false],
      ['session-encrypted', false],
    ]);
  });

  it('waits for a network, and for one that is not metered unless that is allowed', async () => {
    const scene = new Scene();
    scene.network = { isOnline: false, isMetered: true };
    await scene.queue('item-1');
    scene.start();
    await scene.until('item-1', { state: 'waiting', waitsFor: 'network' });
    scene.network = { isOnline: true, isMetered: true };
    scene.runner.wake();
    await scene.until('item-1', { waitsFor: 'unmetered-network' });
    expect(scene.packed).toEqual([]);
    await scene.store.changeSettings({ isMeteredAllowed: true });
    scene.runner.wake();
    await scene.until('item-1', { state: 'done' });
  });

  it('tries again later what passes by itself, with the file it has; at once on another network', async () => {
    const scene = new Scene();
    let failuresLeft = 2;
    scene.send = () =>
      failuresLeft-- > 0 ? Promise.reject(failure('SYNC_UNREACHABLE')) : Promise.resolve();
    await scene.queue('item-1');
    scene.start();
    await scene.until('item-1', {
      state: 'waiting',
      waitsFor: 'retry',
      failureCount: 1,
      nextTryUnixMs: scene.nowMs + retryDelayMs(1, 0),
    });
    await scene.runner.hurry();
    await scene.until('item-1', { failureCount: 2 });
    await scene.runner.hurry();
    await scene.until('item-1', { state: 'done' });
    expect(scene.packed).toHaveLength(1);
    expect(scene.removed).toEqual([]);
  });

  it('goes over a metered network at once what the user wants sent all the same, and nothing else', async () => {
    const scene = new Scene();
    scene.network = { isOnline: true, isMetered: true };
    await scene.queue('item-1');
    await scene.queue('item-2');
    scene.start();
    await scene.until('item-2', { waitsFor: 'unmetered-network' });
    await scene.store.updateOutboxItem('item-2', () => ({ isMeteredAllowed: true }));
    await scene.runner.heed();
    await scene.until('item-2', { state: 'done' });
    expect(await scene.item('item-1')).toMatchObject({ waitsFor: 'unmetered-network' });
  });

  it('stops in the middle when the network becomes a metered one, and goes on after it', async () => {
    const scene = new Scene();
    let tryCount = 0;
    scene.send = (_plan, tell, signal) => {
      tryCount += 1;
      if (tryCount > 1) return Promise.resolve();
      tell(400);
      return untilAborted(signal);
    };
    await scene.queue('item-1');
    scene.start();
    await scene.until('item-1', { state: 'sending', sentBytes: 400 });
    scene.network = { isOnline: true, isMetered: true };
    await scene.runner.heed();
    await scene.until('item-1', {
      state: 'waiting',
      waitsFor: 'unmetered-network',
      error: null,
      failureCount: 0,
    });
    scene.network = { isOnline: true, isMetered: false };
    await scene.runner.heed();
    await scene.until('item-1', { state: 'done' });
  });

  it('waits longer after every failure although each try tells again what is there', async () => {
    const scene = new Scene();
    scene.send = (_plan, tell) => {
      tell(0);
      tell(400);
      return Promise.reject(failure('SYNC_UNREACHABLE'));
    };
    await scene.queue('item-1');
    scene.start();
    for (const failureCount of [1, 2, 3]) {
      await scene.until('item-1', {
        failureCount,
        nextTryUnixMs: scene.nowMs + retryDelayMs(failureCount, 0),
      });
      await scene.runner.hurry();
    }
  });

  it('counts failures from the last byte that was new', async () => {
    const scene = new Scene();
    let sentBytes = 0;
    scene.send = (_plan, tell) => {
      sentBytes += 100;
      tell(sentBytes);
      return Promise.reject(failure('SYNC_UNREACHABLE'));
    };
    await scene.queue('item-1');
    scene.start();
    for (const bytes of [100, 200, 300]) {
      await scene.until('item-1', { sentBytes: bytes, failureCount: 1, waitsFor: 'retry' });
      await scene.runner.hurry();
    }
  });

  it('does not wait for a time that the clock has left far behind', async () => {
    const scene = new Scene();
    await scene.queue('item-1', {
      waitsFor: 'retry',
      failureCount: 1,
      nextTryUnixMs: scene.nowMs + 86_400_000,
    });
    scene.start();
    await scene.until('item-1', { state: 'done' });
  });

  it('ignores progress that arrives after the end', async () => {
    const scene = new Scene();
    let tell: (bytes: number) => void = () => undefined;
    scene.send = (_plan, onProgress) => {
      tell = onProgress;
      return Promise.resolve();
    };
    await scene.queue('item-1');
    scene.start();
    await scene.until('item-1', { state: 'done' });
    tell(7);
    await scene.queue('item-2');
    scene.runner.wake();
    await scene.until('item-2', { state: 'done' });
    expect(await scene.item('item-1')).toMatchObject({ sentBytes: 1200 });
  });

  it('packs nothing for an endpoint that does not know the device any more: everything stops', async () => {
    const scene = new Scene();
    scene.send = () => Promise.reject(failure('SYNC_SIGNED_OUT'));
    await scene.queue('item-1');
    await scene.queue('item-2');
    scene.start();
    for (const id of ['item-1', 'item-2'])
      await scene.until(id, {
        state: 'failed',
        error: { code: 'SYNC_SIGNED_OUT', message: 'SYNC_SIGNED_OUT' },
      });
    expect(scene.packed).toHaveLength(1);
    expect(scene.errors.map((error) => error?.code)).toEqual(['SYNC_SIGNED_OUT']);
  });

  it('says of a session that was deleted here that it is gone, also when that was while it was packed', async () => {
    for (const isDeletedBefore of [true, false]) {
      const scene = new Scene();
      scene.hasSession = !isDeletedBefore;
      scene.pack = () => {
        scene.hasSession = false;
        return Promise.reject(failure('SESSION_DAMAGED'));
      };
      await scene.queue('item-1');
      scene.start();
      await scene.until('item-1', { state: 'failed' });
      expect((await scene.item('item-1'))?.error?.code).toBe('SESSION_GONE');
      expect(scene.files.size).toBe(0);
    }
  });

  it('sends what was packed already although the session was deleted here since', async () => {
    const scene = new Scene();
    const plan = { ...planOf('upload-packed'), pieceByteCounts: [1200] };
    scene.files.set('upload-packed', plan.byteCount);
    scene.hasSession = false;
    await scene.queue('item-1', { uploadId: 'upload-packed', plan, packedBytes: 1000 });
    scene.start();
    await scene.until('item-1', { state: 'done' });
    expect(scene.packed).toEqual([]);
  });

  it('begins no packing for which there is no room, and tells how far one is that it begins', async () => {
    const scene = new Scene();
    // The session has a byte, and an encrypted piece lies beside it.
    scene.freeBytes = MAX_PIECE_BYTES;
    await scene.queue('item-1');
    scene.start();
    await scene.until('item-1', { state: 'failed' });
    expect((await scene.item('item-1'))?.error).toMatchObject({
      code: 'STORAGE_FULL',
      message: expect.stringContaining(`found ${MAX_PIECE_BYTES}`) as unknown,
    });
    expect([scene.packed, scene.packing]).toEqual([[], []]);
    scene.freeBytes += 1;
    await scene.store.updateOutboxItem('item-1', () => ({ state: 'waiting', error: null }));
    await scene.runner.heed();
    await scene.until('item-1', { state: 'done' });
    expect(scene.packing).toEqual([{ itemId: 'item-1', fraction: 0.5 }, null]);
  });

  it('leaves no half a file when packing fails for want of room, and packs anew when there is some', async () => {
    const scene = new Scene();
    let hasRoom = false;
    scene.pack = ({ name }) => {
      scene.files.set(name, 300);
      return hasRoom ? Promise.resolve() : Promise.reject(failure('STORAGE_FULL'));
    };
    await scene.queue('item-1');
    scene.start();
    await scene.until('item-1', {
      state: 'failed',
      error: { code: 'STORAGE_FULL', message: 'STORAGE_FULL' },
    });
    expect([...scene.files.keys()]).toEqual([]);
    hasRoom = true;
    await scene.store.updateOutboxItem('item-1', () => ({ state: 'waiting', error: null }));
    await scene.runner.heed();
    await scene.until('item-1', { state: 'done' });
  });

  it('does not take for whole what packing had written when the power failed', async () => {
    const scene = new Scene();
    scene.files.set('upload-cut-short', 300);
    await scene.queue('item-1', { state: 'packing', uploadId: 'upload-cut-short' });
    scene.start();
    await scene.until('item-1', { state: 'done' });
    expect(scene.packed).toHaveLength(1);
    expect([...scene.files.keys()]).toEqual([]);
  });

  it('leaves no file of what was paused while it was packed', async () => {
    const scene = new Scene();
    scene.pack = ({ name }, signal) => {
      scene.files.set(name, 300);
      return untilAborted(signal);
    };
    await scene.queue('item-1');
    scene.start();
    await scene.until('item-1', { state: 'packing' });
    await expect.poll(() => scene.files.size).toBe(1);
    await scene.store.updateOutboxItem('item-1', () => ({ state: 'paused' }));
    await scene.runner.heed();
    await expect.poll(() => scene.files.size).toBe(0);
  });

  it.each<ErrorCode>(['SYNC_FULL', 'SYNC_REFUSED', 'STORAGE_FULL'])(
    'stops with %s, which nobody but the user can mend, and goes on with the others',
    async (code) => {
      const scene = new Scene();
      scene.send = ({ uploadId }) =>
        uploadId === scene.packed[0] ? Promise.reject(failure(code)) : Promise.resolve();
      await scene.queue('item-1');
      await scene.queue('item-2');
      scene.start();
      await scene.until('item-1', { state: 'failed', error: { code, message: code } });
      await scene.until('item-2', { state: 'done' });
      expect(scene.errors).toEqual([]);
    },
  );

  it('goes on after a reload where it was: the file is not packed again, the plan is the same', async () => {
    const name = 'outbox-reloaded';
    const first = new Scene(name);
    let isSending = false;
    first.send = (_plan, _tell, signal) => {
      isSending = true;
      return untilAborted(signal);
    };
    await first.queue('item-1');
    first.start();
    await expect.poll(() => isSending).toBe(true);
    await first.runner.stop();
    const next = new Scene(name);
    for (const [id, size] of first.files) next.files.set(id, size);
    next.start();
    await next.until('item-1', { state: 'done' });
    expect(next.sent).toEqual(first.packed);
    expect(next.packed).toEqual([]);
  });

  it('packs again, as another upload, what is missing or not whole after a crash, and has the old one removed', async () => {
    for (const size of [0, 999]) {
      const scene = new Scene();
      const uploadId = 'upload-before-the-crash';
      await scene.queue('item-1', {
        state: 'sending',
        uploadId,
        plan: { ...planOf(uploadId), pieceByteCounts: [1200] },
      });
      scene.files.set(uploadId, size);
      scene.start();
      await scene.until('item-1', { state: 'done', staleUploadIds: [] });
      expect(scene.packed).toHaveLength(1);
      expect(scene.sent).toEqual(scene.packed);
      expect(scene.sent).not.toContain(uploadId);
      expect(scene.removed).toEqual([uploadId]);
    }
  });

  it('ends what is paused or removed, and goes on with the next', async () => {
    const scene = new Scene();
    const begun: string[] = [];
    scene.send = ({ uploadId }, _tell, signal) => {
      begun.push(uploadId);
      if (begun.length > 2) return Promise.resolve();
      return untilAborted(signal);
    };
    for (const id of ['item-1', 'item-2', 'item-3']) await scene.queue(id);
    scene.start();
    await expect.poll(() => begun.length).toBe(1);
    await scene.store.updateOutboxItem('item-1', () => ({ state: 'paused' }));
    await scene.runner.heed();
    await expect.poll(() => begun.length).toBe(2);
    await scene.store.removeOutboxItem('item-2');
    await scene.runner.heed();
    await scene.until('item-3', { state: 'done' });
    expect(await scene.item('item-1')).toMatchObject({ state: 'paused', error: null });
    expect(await scene.item('item-2')).toBeNull();
  });

  it('writes down what was sent in the step that marks it as sent: no crash comes between', async () => {
    const scene = new Scene();
    scene.store.addToLedger = () => Promise.reject(new Error('The power is gone'));
    await scene.queue('item-1');
    scene.start();
    await scene.until('item-1', { isSent: true });
    expect(await scene.store.ledger()).toMatchObject([{ what: 'session-encrypted' }]);
  });

  it('goes on by itself after its database failed to be read and to be written, and says so once', async () => {
    const scene = new Scene();
    await scene.queue('item-1');
    const { store } = scene;
    vi.spyOn(store, 'outbox').mockRejectedValueOnce(failure('STORAGE_UNAVAILABLE'));
    const update = vi.spyOn(store, 'updateOutboxItem');
    // Of the item, and of its failure.
    for (const code of ['STORAGE_FULL', 'STORAGE_UNAVAILABLE'] as const)
      update.mockRejectedValueOnce(failure(code));
    scene.start();
    await expect
      .poll(() => scene.item('item-1'), { timeout: 30_000 })
      .toMatchObject({ state: 'done' });
    expect(scene.errors.map((error) => error?.code ?? null)).toEqual(['STORAGE_UNAVAILABLE', null]);
    await scene.queue('item-2');
    scene.runner.wake();
    await scene.until('item-2', { state: 'done' });
    expect(scene.errors).toHaveLength(2);
  }, 60_000);

  it('does not try on when it is stopped while its database fails', async () => {
    const scene = new Scene();
    const read = vi.spyOn(scene.store, 'outbox').mockRejectedValue(failure('STORAGE_UNAVAILABLE'));
    scene.start();
    await expect.poll(() => scene.errors).toHaveLength(1);
    await scene.runner.stop();
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('removes the file of what was sent when a crash left it', async () => {
    const scene = new Scene();
    await scene.queue('item-1', { state: 'sending', uploadId: 'upload-1', isSent: true });
    scene.files.set('upload-1', 1000);
    scene.start();
    await scene.until('item-1', { state: 'done' });
    expect(scene.files.size).toBe(0);
  });

  it('removes files that no item tells of when it begins', async () => {
    const scene = new Scene();
    scene.files.set('left-behind-by-a-crash', 10);
    await scene.queue('item-1');
    scene.start();
    await scene.until('item-1', { state: 'done' });
    expect([...scene.files.keys()]).toEqual([]);
  });
});

describe('the time between tries', () => {
  it('doubles up to a quarter of an hour, and is never the same for all', () => {
    const longest = [1, 2, 3, 20].map((count) => retryDelayMs(count, 1));
    expect(longest).toEqual([2000, 4000, 8000, 900_000]);
    expect(retryDelayMs(3, 0)).toBe(4000);
  });
});

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))),
  );
}

function failure(code: ErrorCode): AppError {
  return new AppError(code, code);
}
