import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startStaticServer } from '../../server/static-server';
import { ensureClips } from '../fixtures/make-clips';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the built app, with a slash at the end: `inject('appUrl')` in an end-to-end test. */
    appUrl: string;
    /** Folder of the built app, for a test that serves it in another way. */
    appFolder: string;
  }
}

/** Vitest's global setup of the end-to-end project: makes the clips once for all files, and serves `dist` while it runs. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await ensureClips();
  const root = join(import.meta.dirname, '../../dist');
  const server = await startStaticServer({ root, port: 0 });
  project.provide('appUrl', server.url);
  project.provide('appFolder', root);
  return () => server.close();
}
