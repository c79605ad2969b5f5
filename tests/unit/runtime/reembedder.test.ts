import { beforeEach, describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../../src/contracts/model';
import type { ReembedProgress } from '../../../src/contracts/recognition';
import type { IdentityEvent } from '../../../src/contracts/worker-api';
import { AppError } from '../../../src/core/app-error';
import type { IdentityClient } from '../../../src/runtime/identity-client';
import { spaceOf, type ModelCatalogue } from '../../../src/runtime/model-catalogue';
import { ProviderTrust } from '../../../src/runtime/provider-trust';
import { Reembedder } from '../../../src/runtime/reembedder';
import { SettingsKeeper } from '../../../src/runtime/settings-keeper';
import { FOUR_CORES, MemoryStore, testEmbedder } from './test-model';

const before = testEmbedder('before', 0.9);
const after = testEmbedder('after', 0.8);

/** The identity worker of the own gallery, which can be made to die. */
class FakeIdentity {
  isGuest = false;
  space = spaceOf(before);
  readonly calls: string[] = [];
  tell: (event: IdentityEvent) => void = () => undefined;
  die: (isInUse: boolean) => void = () => undefined;

  onEvent(listener: (event: IdentityEvent) => void): () => void {
    this.tell = listener;
    return () => undefined;
  }
  onGone(listener: (reason: AppError, isInUse: boolean) => void): () => void {
    this.die = (isInUse) => {
      listener(new AppError('WORKER_GONE', 'Out of memory'), isInUse);
    };
    return () => undefined;
  }
  gallerySpace() {
    return Promise.resolve({ space: this.space, adaptation: null });
  }
  reembed({ manifest }: { manifest: ModelManifest }): Promise<void> {
    this.calls.push(`reembed ${manifest.id}`);
    return Promise.resolve();
  }
  setReembeddingPaused(isPaused: boolean): Promise<void> {
    this.calls.push(isPaused ? 'pause' : 'go on');
    return Promise.resolve();
  }
  cancelReembedding(): Promise<void> {
    this.calls.push('cancel');
    return Promise.resolve();
  }
  report(state: ReembedProgress['state'], doneCount: number): void {
    this.tell({
      type: 'reembedding',
      progress: {
        targetSpace: spaceOf(after),
        state,
        doneCount,
        totalCount: 9,
        skippedCount: 0,
        errorMessage: null,
      },
    });
  }
}

describe('Reembedder', () => {
  let identity: FakeIdentity;
  let settings: SettingsKeeper;
  let changedSpaces: number;
  let reembedder: Reembedder;

  beforeEach(() => {
    identity = new FakeIdentity();
    settings = new SettingsKeeper(new MemoryStore());
    settings.update({ embedderId: after.id, matchThreshold: 0.85 });
    changedSpaces = 0;
    const catalogue: Pick<ModelCatalogue, 'find' | 'bySpace' | 'urlOf'> = {
      find: (id) => [before, after].find((one) => one.id === id),
      bySpace: (space) => [before, after].find((one) => spaceOf(one) === space),
      urlOf: ({ file }) => Promise.resolve(file),
    };
    reembedder = new Reembedder({
      identity: identity as unknown as IdentityClient, // what it asks for is faked
      catalogue: catalogue as ModelCatalogue, // as above
      trust: new ProviderTrust(new MemoryStore()),
      settings,
      readFacts: () => Promise.resolve(FOUR_CORES),
      runtimeBaseUrl: '/ort/',
      onSpaceChanged: () => {
        changedSpaces += 1;
        return Promise.resolve();
      },
    });
  });

  /** Work that has begun; what was asked for until then is forgotten. */
  async function begin(): Promise<void> {
    await reembedder.ensure();
    identity.report('running', 2);
    identity.calls.length = 0;
  }

  const calls = () => expect.poll(() => identity.calls);

  it('begins anew when its worker dies', async () => {
    await begin();
    identity.die(true);
    await calls().toEqual(['go on', 'reembed after']);
  });

  it('stays paused when its worker dies, and goes on when the user says so', async () => {
    await begin();
    reembedder.setPaused(true);
    identity.report('paused', 2);
    identity.die(true);
    await calls().toEqual(['pause', 'pause', 'reembed after']);
    reembedder.setPaused(false);
    await calls().toEqual(['pause', 'pause', 'reembed after', 'go on', 'reembed after']);
  });

  it('gives up when the worker dies again and again without one more picture', async () => {
    await begin();
    for (const death of [1, 2, 3]) {
      identity.die(true);
      await calls().toHaveLength(2 * death);
    }
    identity.die(true);
    expect(reembedder.progress).toMatchObject({
      state: 'failed',
      doneCount: 2,
      errorMessage: 'Out of memory',
    });
    identity.die(true);
    await reembedder.ensure();
    expect(identity.calls.filter((call) => call === 'reembed after')).toHaveLength(4);
  });

  it('does not give up while each time some more are done', async () => {
    await begin();
    for (const doneCount of [3, 4, 5, 6, 7, 8]) {
      identity.report('running', doneCount);
      identity.die(true);
      await calls().toHaveLength(2 * (doneCount - 2));
    }
    expect(reembedder.progress?.state).toBe('running');
  });

  it('goes on after the guest when the own worker died beside it', async () => {
    await begin();
    identity.isGuest = true;
    identity.die(false);
    await Promise.resolve();
    expect(identity.calls).toEqual([]);
    identity.isGuest = false;
    identity.tell({ type: 'gallery-changed' });
    await calls().toEqual(['go on', 'reembed after']);
    identity.tell({ type: 'gallery-changed' });
    await Promise.resolve();
    expect(identity.calls).toHaveLength(2);
  });

  it('is not moved by the death of a guest', async () => {
    await begin();
    identity.isGuest = true;
    identity.die(true);
    identity.isGuest = false;
    identity.tell({ type: 'gallery-changed' });
    await Promise.resolve();
    expect(identity.calls).toEqual([]);
  });

  it('ends when the user goes back to the embedder in use', async () => {
    await begin();
    settings.update({ embedderId: before.id });
    await reembedder.ensure();
    expect(identity.calls).toEqual(['cancel']);
    expect(reembedder.progress).toBeNull();
    expect(settings.current.matchThreshold).toBe(0.85);
  });

  it('sets the new embedder’s threshold once, also when the gallery told of its change first', async () => {
    await begin();
    identity.space = spaceOf(after);
    identity.tell({ type: 'gallery-changed' });
    await expect.poll(() => reembedder.searchedWithId).toBe(after.id);
    expect(settings.current.matchThreshold).toBe(0.85);
    identity.report('finished', 9);
    await expect.poll(() => settings.current.matchThreshold).toBe(0.8);
    settings.update({ matchThreshold: 0.7 });
    await reembedder.ensure();
    identity.report('finished', 9);
    await Promise.resolve();
    expect(settings.current.matchThreshold).toBe(0.7);
    expect(changedSpaces).toBe(1);
  });

  it('notices that it was done when the worker died before it could tell', async () => {
    await begin();
    identity.space = spaceOf(after);
    identity.die(true);
    await expect.poll(() => settings.current.matchThreshold).toBe(0.8);
    expect(reembedder.progress).toMatchObject({ state: 'finished', doneCount: 9 });
    expect(reembedder.searchedWithId).toBe(after.id);
  });
});
