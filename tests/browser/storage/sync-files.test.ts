import { afterEach, describe, expect, it } from 'vitest';
import { SyncFiles } from '../../../src/storage/sync-files';

const files = new SyncFiles();

async function names(): Promise<readonly string[]> {
  const root = await navigator.storage.getDirectory();
  const found: string[] = [];
  for await (const name of (await root.getDirectoryHandle('sync')).keys()) found.push(name);
  return found.sort();
}

describe('files of what is sent', () => {
  afterEach(() => files.tidy([]));

  it('stay while a tab that is ending writes them, and nobody is kept from sending by that', async () => {
    const written = await (await files.sessionHandle('upload-1')).createWritable();
    await files.sessionHandle('upload-2');
    await files.sessionHandle('upload-3');
    await files.remove('upload-1');
    await files.tidy(['upload-3']);
    expect(await names()).toContain('upload-1.zip');
    expect(await names()).not.toContain('upload-2.zip');
    await written.abort();
    await files.tidy(['upload-3']);
    expect(await names()).toEqual(['upload-3.zip']);
  });

  it('are opened once who has them lets them go', async () => {
    const worker = new Worker(new URL('./sync-files.worker.ts', import.meta.url), {
      type: 'module',
    });
    const answer = new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
    });
    worker.postMessage('upload-4');
    expect(await answer).toBe('opened with 0 bytes');
    worker.terminate();
  });
});
