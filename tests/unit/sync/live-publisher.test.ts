import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunStatus } from '../../../src/contracts/app';
import type { VehicleClass } from '../../../src/contracts/detection';
import type { Sighting, VehicleSummary } from '../../../src/contracts/gallery';
import type { FrameResult } from '../../../src/contracts/worker-api';
import { publishLiveSchema, type LiveEvent } from '../../../src/core/sync-api/live';
import { LivePublisher, type PublishedRun } from '../../../src/runtime/sync/live-publisher';
import * as v from 'valibot';

const CAMERA = { cameraId: 'a camera of this device', label: 'North\u0007 gate' };
const RUNNING = {
  state: 'running',
  runId: 'run-1',
  currentGap: null,
  source: { ...CAMERA, pace: 'live', cameras: [CAMERA] },
} as unknown as RunStatus; // what a publisher reads of it

/** A run whose events a test makes. */
class FakeRun {
  status: RunStatus = RUNNING;
  #onStatus: (status: RunStatus) => void = () => undefined;
  #onResult: (result: FrameResult) => void = () => undefined;
  #onSighting: (vehicle: VehicleSummary, sighting: Sighting) => void = () => undefined;

  get run(): PublishedRun {
    return {
      status: this.status,
      onStatus: (listener) => this.#listen(() => (this.#onStatus = listener)),
      onResult: (listener) => this.#listen(() => (this.#onResult = listener)),
      gallery: {
        onSighting: (listener: (vehicle: VehicleSummary, sighting: Sighting) => void) =>
          this.#listen(() => (this.#onSighting = listener)),
      },
    } as PublishedRun; // as above
  }

  become(change: Partial<RunStatus>): void {
    this.#onStatus({ ...RUNNING, ...change });
  }

  show(...classes: readonly VehicleClass[]): void {
    const tracks = classes.map((vehicleClass) => ({ state: 'confirmed', vehicleClass }));
    this.#onResult({ meta: CAMERA, tracks } as unknown as FrameResult); // as above
  }

  sight(number: number): void {
    const sighting = {
      id: `sighting-00${number}`,
      runId: 'run-1',
      cameraId: CAMERA.cameraId,
      vehicleClass: 'car',
      startUnixMs: 5,
      decision: { similarity: 0.8 },
    };
    this.#onSighting({ number } as VehicleSummary, sighting as Sighting); // as above
  }

  #listen(set: () => void): () => void {
    set();
    return () => undefined;
  }
}

interface Sent {
  readonly cameraId: string;
  readonly label: string;
  readonly events: readonly LiveEvent[];
}

let run: FakeRun;
let sent: Sent[];
let isReachable: boolean;
let publisher: LivePublisher;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  run = new FakeRun();
  sent = [];
  isReachable = true;
  publisher = new LivePublisher(run.run, 'device-0001', (cameraId, label, events) => {
    if (!isReachable) return Promise.reject(new Error('not reachable'));
    sent.push({ cameraId, label, events });
    return Promise.resolve();
  });
});

afterEach(async () => {
  await publisher.end();
  vi.useRealTimers();
});

/** Names of cameras are digested on another thread, which no clock of a test moves. */
async function milliseconds(count: number): Promise<void> {
  for (let passed = 0; passed < count; passed += 100) {
    await vi.advanceTimersByTimeAsync(100);
    await crypto.subtle.digest('SHA-256', new Uint8Array(1));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const seconds = (count: number) => milliseconds(count * 1000);
const told = () => sent.flatMap(({ events }) => events);
const ofType = (type: LiveEvent['type']) => told().filter((event) => event.type === type);

describe('live results', () => {
  it('tell what is present when it changes, once a second at most, and as endpoints take it', async () => {
    for (let frame = 0; frame < 50; frame += 1) {
      run.show(
        ...(Math.floor(frame / 13) % 2 === 0 ? (['car'] as const) : (['car', 'bus'] as const)),
      );
      await milliseconds(100);
    }
    const counts = ofType('present').length;
    expect(counts).toBeGreaterThan(1);
    expect(counts).toBeLessThanOrEqual(6);
    run.show('truck');
    await seconds(3);
    const before = told().length;
    run.show('truck');
    await seconds(10);
    expect(told()).toHaveLength(before);
    for (const { label, events } of sent)
      expect(v.safeParse(publishLiveSchema, { label, events }).success).toBe(true);
  });

  it('give a sign of life every half minute while the camera runs and nothing changes', async () => {
    for (let second = 0; second < 100; second += 1) {
      run.show('car');
      await seconds(1);
    }
    expect(ofType('present')).toHaveLength(4);
  });

  it('name a camera by its label, and by an id that says nothing and stays the same', async () => {
    run.show('car');
    await seconds(2);
    run.show();
    await seconds(2);
    expect(new Set(sent.map(({ label }) => label))).toEqual(new Set(['North  gate']));
    const ids = new Set(sent.map(({ cameraId }) => cameraId));
    expect(ids.size).toBe(1);
    expect([...ids][0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('tell of beginnings, gaps and ends', async () => {
    await seconds(2);
    run.become({ state: 'paused' });
    run.become({ state: 'running' });
    run.become({ state: 'stopping' });
    await seconds(2);
    expect(ofType('state').map((event) => event.type === 'state' && event.state)).toEqual([
      'running',
      'gap',
      'running',
      'stopped',
    ]);
  });

  it('are sent when the endpoint can be reached again, each sighting once', async () => {
    isReachable = false;
    run.sight(1);
    await seconds(30);
    expect(sent).toEqual([]);
    isReachable = true;
    run.sight(2);
    await seconds(30);
    const numbers = ofType('sighting').map(
      (event) => event.type === 'sighting' && event.vehicleNumber,
    );
    expect(numbers).toEqual([1, 2]);
  });

  it('are not told of a file, and of nothing after the end', async () => {
    await publisher.end();
    const before = told().length;
    run.show('car');
    run.sight(3);
    await seconds(20);
    expect(told()).toHaveLength(before);
    expect(ofType('state').at(-1)).toMatchObject({ state: 'stopped' });
  });
});
