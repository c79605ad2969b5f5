import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/app-error';
import {
  BackendSelector,
  candidatesFor,
  FRAME_BUDGET_MS,
  type BackendWishes,
  type Probe,
} from '../../../src/runtime/backend-selector';
import type { DeviceFacts } from '../../../src/runtime/device-facts';
import { ProviderTrust } from '../../../src/runtime/provider-trust';
import { TEST_DETECTOR } from '../../support/test-detector';
import { FOUR_CORES, MemoryStore } from './test-model';

const manifest = TEST_DETECTOR;
const fourCores = FOUR_CORES;

const noWishes = (): BackendWishes => ({
  override: null,
  inputSideOverridePx: null,
  isRecording: false,
  signal: new AbortController().signal,
});

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
  return new BackendSelector(probe, store, () => Promise.resolve(facts), new ProviderTrust(store));
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
    const fallback = subject.fallback(manifest, failed, fourCores);
    expect(fallback).toMatchObject({ provider: 'wasm', threadCount: 1, origin: 'fallback' });
    await subject.choose(manifest, 'm', noWishes());
    expect(asked).toHaveLength(8);
  });

  it('puts a provider that computes nonsense into quarantine and does not ask it again', async () => {
    const store = new MemoryStore();
    const wrong = new AppError('BACKEND_WRONG', 'relative error 0.8, allowed 0.01');
    const { probe, asked } = tableProbe({ wasm1: 90, wasm2: 60, wasm4: 58, webgpu1: wrong });
    const subject = selector(probe, fourCores, store);
    expect(await subject.choose(manifest, 'm', noWishes())).toMatchObject({ provider: 'wasm' });
    subject.forget();
    await subject.choose(manifest, 'm', noWishes());
    expect(asked.filter((name) => name === 'webgpu1')).toHaveLength(1);
    expect(new ProviderTrust(store).quarantined(fourCores)).toMatchObject([
      { modelId: manifest.id, provider: 'webgpu', reason: wrong.message },
    ]);
  });

  it('asks a graphics worker that died once more before it gives it up', async () => {
    const store = new MemoryStore();
    const gone = new AppError('WORKER_GONE', 'the probe worker failed');
    const { probe, asked } = tableProbe({ wasm1: 90, wasm2: 60, wasm4: 58, webgpu1: gone });
    await selector(probe, fourCores, store).choose(manifest, 'm', noWishes());
    expect(asked.filter((name) => name === 'webgpu1')).toHaveLength(2);
    expect(new ProviderTrust(store).quarantined(fourCores)).toHaveLength(1);
  });

  it('does not do as the user says with a provider in quarantine', async () => {
    const store = new MemoryStore();
    new ProviderTrust(store).quarantine(manifest, 'webgpu', fourCores, 'nonsense');
    const { probe } = tableProbe({ wasm1: 90, wasm2: 60, wasm4: 58 });
    const override = { provider: 'webgpu', threadCount: 1 } as const;
    const wishes = { ...noWishes(), override };
    const choice = await selector(probe, fourCores, store).choose(manifest, 'm', wishes);
    expect(choice).toMatchObject({ provider: 'wasm', origin: 'measured' });
  });

  it('falls back to WebGPU when it is WASM that computes nonsense, and to nothing after that', () => {
    const store = new MemoryStore();
    const trust = new ProviderTrust(store);
    const subject = selector(tableProbe({}).probe, fourCores, store);
    const failed = { provider: 'wasm', threadCount: 4, inputSidePx: 512 } as const;
    expect(subject.fallback(manifest, failed, fourCores)).toMatchObject({
      provider: 'wasm',
      threadCount: 1,
    });
    trust.quarantine(manifest, 'wasm', fourCores, 'nonsense');
    expect(subject.fallback(manifest, failed, fourCores)?.provider).toBe('webgpu');
    const gpu = { ...failed, provider: 'webgpu' } as const;
    expect(subject.fallback(manifest, gpu, fourCores)).toBeNull();
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
