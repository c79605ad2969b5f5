import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SyncState } from '../../../src/contracts/sync';
import { EndpointActions } from '../../../src/runtime/sync/sync-actions';
import { OutboxRunner } from '../../../src/runtime/sync/outbox-runner';
import { readNetwork } from '../../../src/runtime/sync/network';
import type { PublishedRun } from '../../../src/runtime/sync/live-publisher';
import { newOutboxRow } from '../../../src/runtime/sync/shown-state';
import type { SyncEngineParts } from '../../../src/runtime/sync/sync-engine';
import { readFreeBytes } from '../../../src/storage/quota';
import { SyncFiles } from '../../../src/storage/sync-files';
import { SyncStore } from '../../../src/storage/sync-store';
import { makeSession } from '../../support/make-session';
import { CONNECTION, createFakeSyncWorker, EndpointObserver } from './endpoint-observer';

const CHOICE = { sessionId: 'session-0001', without: [], isPublished: false } as const;
const FILE_BYTES = 5_000_000;

/** https://wicg.github.io/netinfo/, as a test wants it. */
class FakeConnection extends EventTarget {
  saveData = false;
  type = 'wifi';

  become(change: Partial<Pick<FakeConnection, 'saveData' | 'type'>>): void {
    Object.assign(this, change);
    this.dispatchEvent(new Event('change'));
  }
}

let endpoint: EndpointObserver;
let connection: FakeConnection;
let store: SyncStore;
let stopping: (() => Promise<unknown>)[];

beforeEach(async () => {
  endpoint = new EndpointObserver();
  connection = new FakeConnection();
  stopping = [];
  Object.defineProperty(navigator, 'connection', { value: connection, configurable: true });
  store = new SyncStore();
  await store.setConnection(CONNECTION);
});

afterEach(async () => {
  setOnline(true);
  for (const stop of stopping) await stop();
  endpoint.end();
  store.close();
  await deleteDB('resight-sync');
  Reflect.deleteProperty(navigator, 'connection');
  Reflect.deleteProperty(navigator, 'onLine');
});

function setOnline(isOnline: boolean): void {
  Object.defineProperty(navigator, 'onLine', { value: isOnline, configurable: true });
  dispatchEvent(new Event(isOnline ? 'online' : 'offline'));
}

/** What packs in place of the export worker, which has tests of its own. */
const packing = {
  sessions: { open: () => Promise.resolve(makeSession()) },
  files: {
    contents: () => Promise.resolve({ groups: [], byteCount: 1, hasPictures: false }),
    export: async (_request: unknown, destination: FileSystemFileHandle | null) => {
      const writable = await destination!.createWritable();
      await writable.write(new Uint8Array(FILE_BYTES).fill(7));
      await writable.close();
      return { byteCount: FILE_BYTES, recordCount: 1, notes: [] };
    },
  },
};

/** Runs the outbox as one more tab does. */
function tab(): { readonly runner: OutboxRunner; close(): Promise<void> } {
  const own = new SyncStore();
  const calls = endpoint.calls();
  const runner = new OutboxRunner({
    ...packing,
    store: own,
    calls,
    place: new SyncFiles(),
    nowMs: () => Date.now(),
    onChanged: () => undefined,
    onPacking: () => undefined,
    readFreeBytes,
    readNetwork,
    random: () => 0,
    onError: () => undefined,
  });
  const close = async (): Promise<void> => {
    await runner.stop();
    calls.end();
    own.close();
  };
  stopping.push(close);
  runner.start(CONNECTION);
  return { runner, close };
}

async function queue(): Promise<string> {
  const row = newOutboxRow(CHOICE, 'Gate', Date.now());
  await store.putOutboxItem(row);
  return row.id;
}

async function until(id: string, expected: object): Promise<void> {
  await expect.poll(() => store.outboxItem(id), { timeout: 20_000 }).toMatchObject(expected);
}

/** The whole engine, as the app has it. */
async function app(run: PublishedRun | null = null): Promise<EndpointActions> {
  const nothing = (): (() => void) => () => undefined;
  const actions = new EndpointActions({
    ...packing,
    createWorker: createFakeSyncWorker,
    sessions: {
      ...packing.sessions,
      list: () => Promise.resolve({ sessions: [], totalCount: 0 }),
      onChanged: nothing,
    },
    pairs: {
      ownPairs: () => Promise.resolve([]),
      keepOwnVerdict: () => Promise.resolve(),
      onOwnVerdict: nothing,
    },
    run: () => run,
    onChanged: () => undefined,
  } as unknown as SyncEngineParts); // what the engine calls of them here
  await actions.engine.start();
  // So that it listens to orders.
  await actions.engine.calls.call((remote) => remote.cancel('send'));
  stopping.push(async () => {
    endpoint.order();
    await actions.disconnect();
    actions.engine.store.close();
  });
  return actions;
}

async function untilShown(
  { engine }: EndpointActions,
  expected: Partial<SyncState['outbox'][number]>,
): Promise<void> {
  await expect.poll(() => engine.state.outbox[0], { timeout: 20_000 }).toMatchObject(expected);
}

describe('the outbox of several tabs', () => {
  it('is sent by one of them, and another takes over when that one is closed', async () => {
    const first = tab();
    const ids = [await queue()];
    first.runner.wake();
    await until(ids[0]!, { state: 'done' });
    const second = tab();
    ids.push(await queue());
    second.runner.wake();
    // Only who has the lock sends; it was woken by nobody yet.
    expect(await store.outboxItem(ids[1]!)).toMatchObject({ state: 'waiting', uploadId: null });
    await first.close();
    await until(ids[1]!, { state: 'done' });
    await expect.poll(() => endpoint.count(/complete$/)).toBe(2);
    expect(endpoint.count(/^POST \/api\/sessions$/)).toBe(2);
  });
});

describe('the outbox on a network', () => {
  it('that is metered waits, goes on when it is not any more, and stops when it becomes so again', async () => {
    connection.saveData = true;
    const actions = await app();
    await actions.upload(CHOICE);
    await untilShown(actions, { state: 'waiting', waitsFor: 'unmetered-network' });
    endpoint.order({ pattern: /^PATCH/, answer: 'hold' });
    connection.become({ saveData: false });
    await endpoint.until(/^PATCH/);
    connection.become({ type: 'cellular' });
    await untilShown(actions, { state: 'waiting', waitsFor: 'unmetered-network', error: null });
    endpoint.order();
    connection.become({ type: 'wifi' });
    await untilShown(actions, { state: 'done' });
  });

  it('that is metered sends what the user wants sent anyway', async () => {
    connection.saveData = true;
    const actions = await app();
    await actions.upload(CHOICE);
    await untilShown(actions, { waitsFor: 'unmetered-network' });
    await actions.sendAnyway(actions.engine.state.outbox[0]!.id);
    await untilShown(actions, { state: 'done' });
  });

  it('that is not there waits, and goes when it is', async () => {
    setOnline(false);
    const actions = await app();
    await actions.upload(CHOICE);
    await untilShown(actions, { state: 'waiting', waitsFor: 'network' });
    expect(endpoint.count(/sessions/)).toBe(0);
    setOnline(true);
    await untilShown(actions, { state: 'done' });
  });

  it('where the endpoint does not answer waits longer each time, and goes at the service worker’s word', async () => {
    const actions = await app();
    endpoint.order({ pattern: /^POST \/api\/sessions$/, answer: 'unreachable' });
    const before = Date.now();
    await actions.upload(CHOICE);
    await untilShown(actions, { waitsFor: 'retry', error: { code: 'SYNC_UNREACHABLE' } as never });
    expect(actions.engine.state.outbox[0]?.nextTryUnixMs).toBeGreaterThan(before);
    endpoint.order();
    const data = { type: 'wake-outbox' };
    navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data }));
    await untilShown(actions, { state: 'done', error: null });
  });
});

describe('live results', () => {
  it('are in the ledger with every byte that left when the page is left', async () => {
    await store.changeSettings({ isLivePublished: true });
    const camera = { cameraId: 'camera-1', label: 'Nordtor, Größe' };
    const run = {
      status: {
        ...{ state: 'running', runId: 'run-1', currentGap: null },
        source: { ...camera, pace: 'live', cameras: [camera] },
      },
      onStatus: () => () => undefined,
      onResult: () => () => undefined,
      gallery: { onSighting: () => () => undefined },
    } as unknown as PublishedRun; // what a publisher reads of it
    const actions = await app(run);
    await endpoint.until(/^POST \/api\/live/);
    await expect
      .poll(async () => {
        dispatchEvent(new Event('pagehide'));
        return actions.ledger();
      })
      .toMatchObject([{ what: 'live-published', isReadable: true }]);
    const [entry] = await actions.ledger();
    const leftBytes = (): number =>
      endpoint.bodies
        .filter((body) => new TextDecoder().decode(body).includes('Nordtor'))
        .reduce((sum, { byteLength }) => sum + byteLength, 0);
    await expect.poll(leftBytes).toBe(entry?.byteCount);
  });
});
