import { describe, expect, it } from 'vitest';
import type { SessionFilesClient } from '../../../src/contracts/export';
import { RemoteView } from '../../../src/ui/state/remote-view.svelte';
import { SessionFilesView } from '../../../src/ui/state/session-files.svelte';
import { FakeSessionFiles } from '../../browser/ui/fake-session-files';
import { FakeSync } from '../../browser/ui/fake-sync';

describe('progress that is told after the end', () => {
  it('does not bring an export back that is done', async () => {
    const told: ((fraction: number) => void)[] = [];
    const { report } = new FakeSessionFiles();
    const client: SessionFilesClient = new FakeSessionFiles();
    client.verify = (_file, onProgress) => {
      told.push(onProgress);
      return Promise.resolve(report);
    };
    const files = new SessionFilesView(client);
    await files.verify(new Blob());
    told[0]?.(1);
    expect(files.isBusy).toBe(false);
  });

  it('does not bring a download back that is done', async () => {
    const told: ((fraction: number) => void)[] = [];
    const client = new FakeSync();
    client.openShare = (_link, onProgress) => {
      told.push(onProgress);
      return Promise.resolve('session-1');
    };
    const remote = new RemoteView(client);
    expect(await remote.openLink('https://cars.example/#share=')).toBe('session-1');
    told[0]?.(1);
    expect(remote.download).toBeNull();
  });
});
