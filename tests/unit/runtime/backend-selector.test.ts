import { describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../../src/contracts/model';
import { AppError } from '../../../src/core/app-error';
import type { KeyValueStore } from '../../../src/runtime/backend-memory';
import {
  BackendSelector,
  candidatesFor,
  FRAME_BUDGET_MS,
  type BackendWishes,
  type Probe,
} from '../../../src/runtime/backend-selector';
import type { DeviceFacts } from '../../../src/runtime/device-facts';

const manifest: ModelManifest = {
  id: 'test-detector',
  task: 'detect',
  title: 'Test detector',
  file: 'test-detector/model.onnx',
  sha256: 'ab'.repeat(32),
  bytes: 10,
  input: {
    name: 'input',
    sidePx: null,
    strideMultiple: 32,
    channelOrder: 'BGR',
    mean: [0, 0, 0],
    std: [1, 1, 1],
    padValue: 0,
  },
  output: { type: 'nanodet-dfl', heads: [], classes: ['car'], binCount: 11 },
  preprocessVersion: 1,
  licence: 'none',
  origin: 'made up',
};

const fourCores: DeviceFacts = {
  hardwareConcurrency: 4,
  isCrossOriginIsolated: true,
  isIos: false,
  gpuName: 'acme/one',
  browser: 'Browser 1',
};

const noWishes = (): BackendWishes => ({
  override: null,
  inputSideOverridePx: null,
  isRecording: false,
  signal: new AbortController().signal,
});

class MemoryStore implements KeyValueStore {
  readonly values = new Map<string, string>();
  get(key: string): string | null {
    return this.values.get(key) ?? null;
  }
  set(key: string, value: string): void {
    this.values.set(key, value);
  }
  remove(key: string): void {
    this.values.delete(key);
  }
}

/** A probe with a table of times at 416x256; an error in it is thrown. */
function tableProbe(table: Record<string, number | Error>): { probe: Probe; asked: string[] } {
  const asked: string[] = [];
  const probe: Probe = (request) => {
    const name = `${request.provider}${request.threadCount}`;
    asked.push(name);
    const answer = table[name];
    if (answer === undefined) return Promise.reject(new Error(`unexpected candidate ${name}`));
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(request.inputs.map(() => answer));
  };
  return { probe, asked };
}

function selector(
  probe: Probe,
  facts: DeviceFacts = fourCores,
  store = new MemoryStore(),
): BackendSelector {
  return new BackendSelector(probe, store, () => Promise.resolve(facts));
}

describe('the backend selector', () => {
  it('takes the fastest candidate and the largest input under the budget', async () => {
    const { probe, asked } = tableProbe({ wasm1: 90, wasm2: 60, wasm4: 40, webgpu1: 20 });
    const choice = await selector(probe).choose(manifest, 'm', noWishes());
    expect(asked).toEqual(['wasm1', 'wasm2', 'wasm4', 'webgpu1']);
    expect(choice).toMatchObject({ provider: 'webgpu', threadCount: 1, origin: 'measured' });
    expect(choice.inputSidePx).toBe(640);
    expect(choice.measuredMs).toBeLessThanOrEqual(FRAME_BUDGET_MS);
  });

  it('makes the input smaller on a slow machine, by the number of pixels', async () => {
    const slow = { ...fourCores, hardwareConcurrency: 1, gpuName: null };
    const at = async (ms: number): Promise<number> =>
      (await selector(tableProbe({ wasm1: ms }).probe, slow).choose(manifest, 'm', noWishes()))
        .inputSidePx;
    expect(await at(90)).toBe(512);
    expect(await at(110)).toBe(416);
    expect(await at(200)).toBe(320);
    expect(await at(2000)).toBe(320);
  });

  it('stays with fewer threads when more gain next to nothing, and does not try even more', async () => {
    const { probe, asked } = tableProbe({ wasm1: 90, wasm2: 88, webgpu1: 500 });
    const choice = await selector(probe).choose(manifest, 'm', noWishes());
    expect(choice).toMatchObject({ provider: 'wasm', threadCount: 1 });
    expect(asked).toEqual(['wasm1', 'wasm2', 'webgpu1']);
  });

  it('leaves a failing candidate out', async () => {
    const failure = new AppError('BACKEND_UNAVAILABLE', 'no device');
    const subject = selector(
      tableProbe({ wasm1: 90, wasm2: 60, wasm4: 58, webgpu1: failure }).probe,
    );
    const choice = await subject.choose(manifest, 'm', noWishes());
    expect(choice).toMatchObject({ provider: 'wasm', threadCount: 2 });
  });

  it('throws BACKEND_FAILED when nothing runs', async () => {
    const one = { ...fourCores, hardwareConcurrency: 1, gpuName: null };
    const subject = selector(tableProbe({ wasm1: new Error('trap') }).probe, one);
    await expect(subject.choose(manifest, 'm', noWishes())).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
      message: expect.stringContaining('wasm with 1: ') as unknown,
    });
  });

  it('gives up at once when the model itself is damaged', async () => {
    const { probe, asked } = tableProbe({ wasm1: new AppError('MODEL_CORRUPT', 'cut off') });
    await expect(selector(probe).choose(manifest, 'm', noWishes())).rejects.toMatchObject({
      code: 'MODEL_CORRUPT',
    });
    expect(asked).toEqual(['wasm1']);
  });

  it('remembers what it measured until the device changes', async () => {
    const store = new MemoryStore();
    const { probe, asked } = tableProbe({ wasm1: 90, wasm2: 60, wasm4: 58, webgpu1: 100 });
    const first = await selector(probe, fourCores, store).choose(manifest, 'm', noWishes());
    const second = await selector(probe, fourCores, store).choose(manifest, 'm', noWishes());
    expect(second).toEqual({ ...first, origin: 'remembered' });
    expect(asked).toHaveLength(4);
    const updated = { ...fourCores, browser: 'Browser 2' };
    const third = await selector(probe, updated, store).choose(manifest, 'm', noWishes());
    expect(third.origin).toBe('measured');
    expect(asked).toHaveLength(8);
  });

  it('measures again when asked to, and when what it kept is damaged', async () => {
    const store = new MemoryStore();
    const { probe, asked } = tableProbe({ wasm1: 90, wasm2: 60, wasm4: 58, webgpu1: 100 });
    const subject = selector(probe, fourCores, store);
    await subject.choose(manifest, 'm', noWishes());
    subject.forget();
    expect((await subject.choose(manifest, 'm', noWishes())).origin).toBe('measured');
    for (const key of store.values.keys()) store.set(key, '{"half');
    expect((await subject.choose(manifest, 'm', noWishes())).origin).toBe('measured');
    expect(asked).toHaveLength(12);
  });

  it('does as the user says, without measuring when nothing is open', async () => {
    const { probe, asked } = tableProbe({});
    const override = { provider: 'wasm', threadCount: 3 } as const;
    const wishes = { ...noWishes(), override, inputSideOverridePx: 320 };
    const choice = await selector(probe).choose(manifest, 'm', wishes);
    expect(choice).toEqual({ ...override, inputSidePx: 320, origin: 'user', measuredMs: null });
    expect(asked).toEqual([]);
  });

  it('finds the input size for a backend the user chose', async () => {
    const { probe, asked } = tableProbe({ wasm1: 90 });
    const override = { provider: 'wasm', threadCount: 1 } as const;
    const choice = await selector(probe).choose(manifest, 'm', { ...noWishes(), override });
    expect(choice).toMatchObject({ ...override, inputSidePx: 512, origin: 'user' });
    expect(asked).toEqual(['wasm1']);
  });

  it('falls back to one WASM thread and forgets what failed', async () => {
    const store = new MemoryStore();
    const { probe, asked } = tableProbe({ wasm1: 90, wasm2: 60, wasm4: 58, webgpu1: 10 });
    const subject = selector(probe, fourCores, store);
    const failed = await subject.choose(manifest, 'm', noWishes());
    const fallback = await subject.fallback(manifest, failed);
    expect(fallback).toMatchObject({ provider: 'wasm', threadCount: 1, origin: 'fallback' });
    await subject.choose(manifest, 'm', noWishes());
    expect(asked).toHaveLength(8);
  });

  it('stops when aborted', async () => {
    const controller = new AbortController();
    const probe: Probe = () => {
      controller.abort();
      return Promise.reject(new DOMException('stop', 'AbortError'));
    };
    const wishes = { ...noWishes(), signal: controller.signal };
    await expect(selector(probe).choose(manifest, 'm', wishes)).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

describe('the candidates', () => {
  it('have one thread without cross-origin isolation', () => {
    expect(candidatesFor({ ...fourCores, isCrossOriginIsolated: false, gpuName: null })).toEqual([
      { provider: 'wasm', threadCount: 1 },
    ]);
  });

  it('leave WebGPU out on iOS', () => {
    const providers = candidatesFor({ ...fourCores, isIos: true }).map(({ provider }) => provider);
    expect(providers).not.toContain('webgpu');
  });

  it('gives a recording the side the detector is good at, unless that would take too long', async () => {
    const sideAt = async (ms: number): Promise<[number, number]> => {
      const subject = selector(tableProbe({ wasm1: ms }).probe, {
        ...fourCores,
        hardwareConcurrency: 1,
      });
      const live = await subject.choose(manifest, 'm', noWishes());
      const recording = await subject.choose(manifest, 'm', { ...noWishes(), isRecording: true });
      return [live.inputSidePx, recording.inputSidePx];
    };
    expect(await sideAt(20)).toEqual([640, 640]);
    expect(await sideAt(120)).toEqual([416, 512]);
    expect(await sideAt(200)).toEqual([320, 512]);
    expect(await sideAt(400)).toEqual([320, 320]);
  });
});
