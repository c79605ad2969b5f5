import { beforeEach, describe, expect, it } from 'vitest';
import type { BackendChoice } from '../../../src/contracts/model';
import { AppError } from '../../../src/core/app-error';
import { ProviderTrust } from '../../../src/runtime/provider-trust';
import { loadTrusted } from '../../../src/runtime/trusted-load';
import { TEST_DETECTOR } from '../../support/test-detector';
import { FOUR_CORES, MemoryStore } from './test-model';

const backend = (provider: 'wasm' | 'webgpu', threadCount = 1): BackendChoice => ({
  provider,
  threadCount,
  inputSidePx: 416,
  origin: 'measured',
  measuredMs: 10,
});
const wrong = new AppError('BACKEND_WRONG', 'output p8: relative error 1, allowed 0.01');
const gone = new AppError('WORKER_GONE', 'the worker failed');

describe('loadTrusted', () => {
  let trust: ProviderTrust;
  let asked: { provider: string; isProviderNew: boolean }[];
  const abort = new AbortController();

  beforeEach(() => {
    trust = new ProviderTrust(new MemoryStore());
    asked = [];
  });

  const load = (answers: (AppError | null)[], next: (BackendChoice | null)[] = [backend('wasm')]) =>
    loadTrusted(backend('webgpu'), {
      manifest: TEST_DETECTOR,
      facts: FOUR_CORES,
      trust,
      signal: abort.signal,
      load: ({ provider }, isProviderNew) => {
        asked.push({ provider, isProviderNew });
        const answer = answers.shift();
        return answer ? Promise.reject(answer) : Promise.resolve(provider);
      },
      next: () => next.shift() ?? null,
    });

  it('tests a provider the first time and not the second', async () => {
    expect(await load([null])).toEqual({ ready: 'webgpu', fallbackReason: null });
    await load([null]);
    expect(asked.map(({ isProviderNew }) => isProviderNew)).toEqual([true, false]);
  });

  it('uses the next provider after one that computes nonsense, which goes into quarantine', async () => {
    expect(await load([wrong, null])).toEqual({ ready: 'wasm', fallbackReason: wrong });
    expect(trust.isQuarantined(TEST_DETECTOR, 'webgpu', FOUR_CORES)).toBe(true);
    expect(trust.isQuarantined(TEST_DETECTOR, 'wasm', FOUR_CORES)).toBe(false);
  });

  it('starts a worker that died once more before it gives the provider up', async () => {
    expect(await load([gone, null])).toEqual({ ready: 'webgpu', fallbackReason: null });
    expect(trust.quarantined(FOUR_CORES)).toEqual([]);
    await load([gone, gone, null]);
    expect(trust.isQuarantined(TEST_DETECTOR, 'webgpu', FOUR_CORES)).toBe(true);
  });

  it('tries the next one without quarantine when a provider is merely not there', async () => {
    const absent = new AppError('BACKEND_UNAVAILABLE', 'no adapter');
    expect((await load([absent, null])).ready).toBe('wasm');
    expect(trust.quarantined(FOUR_CORES)).toEqual([]);
  });

  it('throws what the last one threw when none is left, and at once what is the fault of the file', async () => {
    await expect(load([wrong], [])).rejects.toBe(wrong);
    const corrupt = new AppError('MODEL_CORRUPT', 'cut off');
    asked = [];
    await expect(load([corrupt, null])).rejects.toBe(corrupt);
    expect(asked).toHaveLength(1);
  });
});

describe('ProviderTrust', () => {
  it('forgets its verdicts when the device is another, and one when it is released', () => {
    const trust = new ProviderTrust(new MemoryStore(), () => 5);
    trust.quarantine(TEST_DETECTOR, 'webgpu', FOUR_CORES, 'nonsense');
    const updated = { ...FOUR_CORES, browser: 'Browser 2' };
    expect(trust.isQuarantined(TEST_DETECTOR, 'webgpu', updated)).toBe(false);
    expect(trust.isNew(TEST_DETECTOR, 'webgpu', updated)).toBe(true);
    trust.release(TEST_DETECTOR.id, 'webgpu');
    expect(trust.quarantined(FOUR_CORES)).toEqual([]);
  });

  it('starts anew from a damaged store', () => {
    const store = new MemoryStore();
    store.set('resight.providers', '[{"modelId":1},');
    const trust = new ProviderTrust(store);
    expect(trust.isNew(TEST_DETECTOR, 'wasm', FOUR_CORES)).toBe(true);
    trust.notePassed(TEST_DETECTOR, 'wasm', FOUR_CORES);
    expect(trust.isNew(TEST_DETECTOR, 'wasm', FOUR_CORES)).toBe(false);
  });
});
