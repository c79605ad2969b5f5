import { beforeEach, describe, expect, it } from 'vitest';
import { BUILT_IN_MODELS, DEFAULT_EMBEDDER_ID, LISTINGS } from '../../../models';
import type { ModelManifest } from '../../../src/contracts/model';
import type { ReembedProgress } from '../../../src/contracts/recognition';
import type { ModelDraft } from '../../../src/contracts/shelf';
import type { IdentityEvent, ReembedConfig } from '../../../src/contracts/worker-api';
import { AppError } from '../../../src/core/app-error';
import type { IdentityClient } from '../../../src/runtime/identity-client';
import { ModelCatalogue, spaceOf } from '../../../src/runtime/model-catalogue';
import type { ModelProbe } from '../../../src/runtime/model-probe';
import { DeviceModelShelf } from '../../../src/runtime/model-shelf';
import { ProviderTrust } from '../../../src/runtime/provider-trust';
import { Reembedder } from '../../../src/runtime/reembedder';
import { SettingsKeeper } from '../../../src/runtime/settings-keeper';
import type { OwnModelKey, OwnModels } from '../../../src/storage/own-models';
import { FOUR_CORES, MemoryStore, testEmbedder } from './test-model';

const BASE = 'https://app.example/models/';
const builtInEmbedder = requireBuiltIn(DEFAULT_EMBEDDER_ID);
const own = testEmbedder('own-embedder', 0.7);
const draft: ModelDraft = {
  title: 'Mine',
  task: 'embed',
  input: own.input,
  output: own.output,
  licence: 'MIT',
  trainedOn: 'my yard',
};

function requireBuiltIn(id: string): ModelManifest {
  const found = BUILT_IN_MODELS.find((model) => model.id === id);
  if (!found) throw new Error(`Expected ${id} among the built-in models`);
  return found;
}

/** An identity worker's side of the gallery, in a space the test sets. */
class FakeIdentity {
  isGuest = false;
  space: string | null = null;
  failure: AppError | null = null;
  readonly asked: ReembedConfig[] = [];
  readonly pauses: boolean[] = [];
  isCancelled = false;
  tell: (event: IdentityEvent) => void = () => undefined;

  onEvent(listener: (event: IdentityEvent) => void): () => void {
    this.tell = listener;
    return () => undefined;
  }
  onGone(): () => void {
    return () => undefined;
  }
  gallerySpace() {
    return Promise.resolve({ space: this.space, adaptation: null });
  }
  reembed(config: ReembedConfig): Promise<void> {
    this.asked.push(config);
    return this.failure ? Promise.reject(this.failure) : Promise.resolve();
  }
  setReembeddingPaused(isPaused: boolean): Promise<void> {
    this.pauses.push(isPaused);
    return Promise.resolve();
  }
  cancelReembedding(): Promise<void> {
    this.isCancelled = true;
    return Promise.resolve();
  }
  report(progress: Partial<ReembedProgress>): void {
    this.tell({
      type: 'reembedding',
      progress: {
        targetSpace: spaceOf(own),
        state: 'running',
        doneCount: 0,
        totalCount: 3,
        skippedCount: 0,
        errorMessage: null,
        ...progress,
      },
    });
  }
}

describe('the model shelf of a device', () => {
  let identity: FakeIdentity;
  let settings: SettingsKeeper;
  let stored: Map<string, { file: Blob; manifest: object }>;
  let installedJson: unknown;
  let trust: ProviderTrust;
  let shelf: DeviceModelShelf;
  let catalogue: ModelCatalogue;
  let timings: Record<string, number | AppError>;
  let spaceChangeCount: number;

  beforeEach(() => {
    identity = new FakeIdentity();
    spaceChangeCount = 0;
    const store = new MemoryStore();
    settings = new SettingsKeeper(store);
    trust = new ProviderTrust(store);
    stored = new Map([[own.id, { file: new Blob(['x']), manifest: { ...own, download: null } }]]);
    installedJson = [];
    timings = { wasm1: 9, wasm2: 5, wasm4: 4, webgpu1: new AppError('BACKEND_FAILED', 'lost') };
    const ownModels = {
      list: () =>
        Promise.resolve([...stored.values()].map(({ manifest }) => ({ key: own, manifest }))),
      file: () => Promise.resolve(stored.get(own.id)?.file ?? null),
      put: ({ id }: OwnModelKey, file: Blob, manifest: object) => {
        stored.set(id, { file, manifest });
        return Promise.resolve();
      },
      remove: ({ id }: OwnModelKey) => Promise.resolve(void stored.delete(id)),
    } as unknown as OwnModels; // all the shelf calls of it
    const answer = () => Promise.resolve(Response.json(installedJson));
    catalogue = new ModelCatalogue(BASE, ownModels, answer);
    const probe = {
      measure: ({ provider, threadCount }: { provider: string; threadCount: number }) => {
        const ms = timings[`${provider}${threadCount}`];
        return typeof ms === 'number' ? Promise.resolve([ms]) : Promise.reject(ms ?? new Error());
      },
      makeGolden: () =>
        Promise.resolve({
          seed: 1,
          size: { widthPx: 8, heightPx: 8 },
          outputs: [{ name: 'z', length: 1, values: [0.5] }],
          tolerance: 0.1,
        }),
    } as unknown as ModelProbe; // likewise
    const readFacts = () => Promise.resolve(FOUR_CORES);
    const client = identity as unknown as IdentityClient; // likewise
    const reembedder = new Reembedder({
      identity: client,
      catalogue,
      trust,
      settings,
      readFacts,
      runtimeBaseUrl: 'https://app.example/ort/',
      onSpaceChanged: () => {
        spaceChangeCount += 1;
        return Promise.resolve();
      },
    });
    shelf = new DeviceModelShelf({
      catalogue,
      own: ownModels,
      probe,
      trust,
      settings,
      reembedder,
      readFacts,
    });
  });

  const placeOf = (id: string): string | undefined =>
    shelf.state.models.find((model) =>
      model.place === 'absent' ? model.listing.id === id : model.manifest.id === id,
    )?.place;

  it('shows what comes with the app, what was added, what is absent, and the own ones', async () => {
    const [first, second] = LISTINGS.filter(({ download }) => download !== null);
    if (!first || !second) throw new Error('Expected two models that can be added');
    installedJson = [
      { id: first.id, file: 'f.onnx', sha256: 'cd'.repeat(32), bytes: 3 },
      'damaged',
    ];
    await shelf.refresh();
    expect(placeOf(DEFAULT_EMBEDDER_ID)).toBe('built-in');
    expect(placeOf(first.id)).toBe('added');
    expect(placeOf(second.id)).toBe('absent');
    expect(placeOf(own.id)).toBe('own');
    const added = catalogue.find(first.id);
    expect(added && (await catalogue.urlOf(added))).toBe(`${BASE}f.onnx`);
    expect(await catalogue.urlOf(own)).toMatch(/^blob:/);
  });

  it('leaves out a stored model it cannot read and goes on', async () => {
    stored.set('ee', { file: new Blob(), manifest: { id: 'half' } });
    await shelf.refresh();
    expect(shelf.state.models.filter(({ place }) => place === 'own')).toHaveLength(1);
  });

  it('refuses an absent model and one nobody knows', async () => {
    await shelf.refresh();
    const absent = LISTINGS.find(({ download }) => download !== null);
    expect(() => shelf.use(absent?.id ?? '')).toThrow(RangeError);
    expect(() => shelf.use('never-heard-of')).toThrow(RangeError);
  });

  it('re-embeds the gallery when another embedder is chosen, and takes its threshold at the end', async () => {
    await shelf.refresh();
    identity.space = spaceOf(builtInEmbedder);
    await shelf.refresh();
    settings.update({ embedderId: builtInEmbedder.id, matchThreshold: 0.9 });
    shelf.use(own.id);
    await expect.poll(() => identity.asked.length).toBe(1);
    expect(identity.asked[0]?.manifest.id).toBe(own.id);
    expect(shelf.state).toMatchObject({ embedderId: own.id, searchedWithId: builtInEmbedder.id });
    identity.report({ doneCount: 1 });
    expect(shelf.state.reembedding?.doneCount).toBe(1);
    expect(settings.current.matchThreshold).toBe(0.9);
    identity.space = spaceOf(own);
    identity.report({ state: 'finished', doneCount: 3 });
    await expect.poll(() => settings.current.matchThreshold).toBe(0.7);
    expect(spaceChangeCount).toBe(1);
    expect(shelf.state.searchedWithId).toBe(own.id);
  });

  it('does nothing for an empty gallery, or for one that is in the right space', async () => {
    shelf.use(builtInEmbedder.id);
    await shelf.refresh();
    identity.space = spaceOf(builtInEmbedder);
    await shelf.refresh();
    expect(identity.asked).toEqual([]);
  });

  it('goes back to the embedder the gallery is searched with when re-embedding is cancelled', async () => {
    await shelf.refresh();
    identity.space = spaceOf(builtInEmbedder);
    shelf.use(own.id);
    await expect.poll(() => identity.asked.length).toBe(1);
    await shelf.cancelReembedding();
    expect(identity.isCancelled).toBe(true);
    expect(shelf.state).toMatchObject({ embedderId: builtInEmbedder.id, reembedding: null });
  });

  it('tells why re-embedding could not begin, and begins again on resume', async () => {
    await shelf.refresh();
    identity.space = spaceOf(builtInEmbedder);
    identity.failure = new AppError('MODEL_CORRUPT', 'cut off');
    shelf.use(own.id);
    await expect.poll(() => shelf.state.reembedding?.state).toBe('failed');
    expect(shelf.state.reembedding?.errorMessage).toBe('cut off');
    identity.failure = null;
    shelf.resumeReembedding();
    await expect.poll(() => identity.asked.length).toBe(2);
  });

  it('measures every provider and tells of the one that fails', async () => {
    const speeds: (number | string | null)[] = [];
    await shelf.measure(
      builtInEmbedder.id,
      ({ medianMs, error }) => speeds.push(medianMs ?? error?.code ?? null),
      new AbortController().signal,
    );
    expect(speeds).toEqual([9, 5, 4, 'BACKEND_FAILED']);
  });

  it('keeps an imported model with a golden test of its own and offers it', async () => {
    const manifest = await shelf.add(new File(['weights'], 'mine.onnx'), draft);
    expect(manifest).toMatchObject({ title: 'Mine', bytes: 7, golden: { seed: 1 } });
    expect(manifest.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(placeOf(manifest.id)).toBe('own');
    shelf.use(manifest.id);
    await expect(shelf.remove(manifest.id)).rejects.toThrow(RangeError);
    shelf.use(builtInEmbedder.id);
    await shelf.remove(manifest.id);
    expect(placeOf(manifest.id)).toBeUndefined();
  });

  it('takes one file described in two ways for two models, each with an embedding space of its own', async () => {
    const file = new File(['weights'], 'mine.onnx');
    const first = await shelf.add(file, draft);
    const mirrored = { ...draft, input: { ...draft.input, channelOrder: 'RGB' as const } };
    const second = await shelf.add(file, mirrored);
    expect(second.sha256).toBe(first.sha256);
    expect(spaceOf(second)).not.toBe(spaceOf(first));
    expect([placeOf(first.id), placeOf(second.id)]).toEqual(['own', 'own']);
    trust.quarantine(first, 'wasm', FOUR_CORES, 'nonsense');
    expect(trust.isQuarantined(second, 'wasm', FOUR_CORES)).toBe(false);
    await shelf.remove(first.id);
    expect([placeOf(first.id), placeOf(second.id)]).toEqual([undefined, 'own']);
  });

  it('only takes another name when a file is added again as it was', async () => {
    const file = new File(['weights'], 'mine.onnx');
    const first = await shelf.add(file, draft);
    const renamed = await shelf.add(file, { ...draft, title: 'Mine, renamed' });
    expect(spaceOf(renamed)).toBe(spaceOf(first));
    expect(catalogue.find(first.id)?.title).toBe('Mine, renamed');
  });

  it('refuses a description that could not be read back, and stores nothing', async () => {
    stored.clear();
    const untitled = { ...draft, title: '' };
    await expect(shelf.add(new File(['weights'], 'mine.onnx'), untitled)).rejects.toMatchObject({
      code: 'MODEL_INCOMPATIBLE',
      message: expect.stringContaining('"title": expected text') as unknown,
    });
    expect(stored.size).toBe(0);
  });

  it('shows providers in quarantine and releases one', async () => {
    trust.quarantine(builtInEmbedder, 'webgpu', FOUR_CORES, 'nonsense');
    await shelf.refresh();
    expect(shelf.state.quarantined).toMatchObject([{ provider: 'webgpu', reason: 'nonsense' }]);
    shelf.release(builtInEmbedder.id, 'webgpu');
    expect(shelf.state.quarantined).toEqual([]);
  });
});
