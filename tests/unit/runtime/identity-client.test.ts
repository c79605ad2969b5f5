import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { IdentityEvent } from '../../../src/contracts/worker-api';
import { AppError } from '../../../src/core/app-error';
import type { GalleryWorkerHooks } from '../../../src/runtime/gallery-worker';
import { IdentityClient } from '../../../src/runtime/identity-client';

interface FakeWorker {
  readonly databaseName: string;
  readonly hooks: GalleryWorkerHooks;
  readonly calls: string[];
  isDisposed: boolean;
}

const workers = vi.hoisted(() => [] as FakeWorker[]);

vi.mock('../../../src/storage/delete-database', () => ({
  deleteDatabase: () => Promise.resolve(),
}));
vi.mock('../../../src/runtime/gallery-worker', () => ({
  GalleryWorker: class {
    readonly calls: string[] = [];
    isDisposed = false;
    readonly databaseName: string;
    readonly hooks: GalleryWorkerHooks;
    constructor(_createWorker: unknown, databaseName: string, hooks: GalleryWorkerHooks) {
      this.databaseName = databaseName;
      this.hooks = hooks;
      workers.push(this);
    }
    ready(): Promise<void> {
      return Promise.resolve();
    }
    call(invoke: (remote: object) => unknown): Promise<unknown> {
      const remote = new Proxy({}, { get: (_, name) => () => this.calls.push(String(name)) });
      return Promise.resolve(invoke(remote));
    }
    dispose(): void {
      this.isDisposed = true;
    }
  },
}));

const full = (pendingCount: number): IdentityEvent => ({
  type: 'storage-error',
  error: { code: 'STORAGE_FULL', message: `${pendingCount} wait` },
  pendingCount,
});

describe('IdentityClient with a guest gallery', () => {
  let client: IdentityClient;
  let events: IdentityEvent[];

  beforeEach(async () => {
    workers.length = 0;
    events = [];
    client = new IdentityClient(() => ({}) as Worker, 'own'); // no worker is ever made
    client.onEvent((event) => events.push(event));
    await client.enterGuest('street');
    events.length = 0;
  });

  const own = (): FakeWorker => workers[0] as FakeWorker; // made by the constructor
  const guest = (): FakeWorker => workers[1] as FakeWorker; // made by enterGuest

  it('takes what is asked to the guest, and retention to the own gallery', async () => {
    await client.usage();
    await client.setRetention({ maxAgeDays: 7, maxVehicleCount: null });
    expect(guest().calls).toEqual(['usage']);
    expect(own().calls).toEqual(['setRetention']);
  });

  it('keeps quiet about what the own gallery finds, but for its trouble with storage', () => {
    own().hooks.onEvent({ type: 'gallery-changed' });
    expect(events).toEqual([]);
    own().hooks.onEvent(full(2));
    expect(events).toMatchObject([{ type: 'storage-error', pendingCount: 2 }]);
  });

  it('tells of both galleries’ trouble as one that ends when both have recovered', () => {
    own().hooks.onEvent(full(2));
    guest().hooks.onEvent(full(3));
    expect(events.at(-1)).toMatchObject({ pendingCount: 5 });
    guest().hooks.onEvent({ type: 'storage-recovered' });
    expect(events.at(-1)).toMatchObject({ type: 'storage-error', pendingCount: 2 });
    own().hooks.onEvent({ type: 'storage-recovered' });
    expect(events.at(-1)).toEqual({ type: 'storage-recovered' });
  });

  it('lets the guest’s trouble go with it', () => {
    guest().hooks.onEvent(full(3));
    client.leaveGuest();
    expect(guest().isDisposed).toBe(true);
    expect(events.slice(-2)).toEqual([{ type: 'storage-recovered' }, { type: 'gallery-changed' }]);
  });

  it('says that the own gallery’s worker died although it is not in use', () => {
    const gone: [string, boolean][] = [];
    client.onGone((reason, isInUse) => gone.push([reason.code, isInUse]));
    own().hooks.onGone(new AppError('WORKER_GONE', 'own'));
    guest().hooks.onGone(new AppError('WORKER_GONE', 'guest'));
    expect(gone).toEqual([
      ['WORKER_GONE', false],
      ['WORKER_GONE', true],
    ]);
  });
});
