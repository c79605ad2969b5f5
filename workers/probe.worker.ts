import { expose } from 'comlink';
import type { ProbeApi, ProbeFile } from '../src/contracts/worker-api';
import type { ModelManifest } from '../src/contracts/model';
import { makeGolden } from '../src/inference/golden-test';
import { inspectModel } from '../src/inference/inspect-model';
import { measureBackend } from '../src/inference/measure-backend';
import { ModelSession } from '../src/inference/model-session';
import { installErrorTransfer } from '../src/runtime/rpc-errors';
import { dryRunDetector } from '../src/stages/detect/dry-run-detector';
import { dryRunEmbedder } from '../src/stages/embed/dry-run-embedder';

/* Measures one network on one backend or looks into one file; the page ends the worker after the answer. */

installErrorTransfer();

type FileRequest = ProbeFile & { readonly manifest: ModelManifest };

const api: ProbeApi = {
  measure: measureBackend,
  inspect: inspectModel,
  dryRun: async (request, picture) => {
    const dryRun = request.manifest.task === 'detect' ? dryRunDetector : dryRunEmbedder;
    try {
      return await withSession(request, (session) => dryRun(session, request.manifest, picture));
    } finally {
      picture.close();
    }
  },
  makeGolden: (request) => withSession(request, (session) => makeGolden(session, request.manifest)),
};

/** One WASM thread: it is there on every device, and its results are what others are held against. */
async function withSession<T>(
  request: FileRequest,
  use: (session: ModelSession) => Promise<T>,
): Promise<T> {
  const session = await ModelSession.openFile({ ...request, provider: 'wasm', threadCount: 1 });
  try {
    return await use(session);
  } finally {
    await session.dispose();
  }
}

expose(api);
