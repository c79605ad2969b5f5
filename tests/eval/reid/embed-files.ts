import { basename, join } from 'node:path';
import { openHeadlessPage, type HeadlessPage } from '../../../server/analyze/headless-page';
import { openPersonEmbedder } from '../crop-embedders';
import { evalModel, serveWeights } from '../eval-models';
import { toRgba } from '../page-pixels';

/** Vectors of pictures, null where the app would refuse one, and who made them. */
export interface EmbeddedFiles {
  readonly model: string;
  readonly vectors: readonly (Float32Array | null)[];
}

/** Pictures asked of the page at once: some seconds' worth. */
const BATCH_COUNT = 256;

/** Takes another way of preparing a crop than the app's manifests could say when this was written. */
const PERSON_NETWORK = /^person-reid-\d+\.onnx$/;

/**
 * Embeds picture files, each one whole crop, by the app's own stages in the built app in Chromium. `model`: see `evalModel`; or
 * the path to a person network of Open Model Zoo, which runs here on what Chromium decoded.
 */
export async function embedFiles(
  model: string,
  paths: readonly string[],
  log: (line: string) => void,
): Promise<EmbeddedFiles> {
  if (PERSON_NETWORK.test(basename(model))) return embedWithPersonNetwork(model, paths, log);
  const chosen = evalModel(model, 'embed');
  const headless = await openHeadlessPage({}, log);
  try {
    await serveWeights(headless, chosen);
    const vectors = await inBatches(headless, paths, async (indices) => {
      const texts = await headless.call('embedImages', chosen.manifest, indices);
      return texts.map((text) => (text === null ? null : toVector(text)));
    });
    return { model: chosen.manifest.id, vectors };
  } finally {
    await headless.close();
  }
}

async function embedWithPersonNetwork(
  path: string,
  paths: readonly string[],
  log: (line: string) => void,
): Promise<EmbeddedFiles> {
  const embedder = await openPersonEmbedder(join(path));
  const headless = await openHeadlessPage({}, log);
  try {
    const vectors = await inBatches(headless, paths, async (indices) => {
      const batch: Float32Array[] = [];
      for (const pixels of await headless.call('decodeImages', indices)) {
        batch.push(await embedder.embed(toRgba(pixels)));
      }
      return batch;
    });
    return { model: basename(path, '.onnx'), vectors };
  } finally {
    await headless.close();
    await embedder.close();
  }
}

async function inBatches<T>(
  headless: HeadlessPage,
  paths: readonly string[],
  embed: (fileIndices: readonly number[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  await headless.setFiles(paths);
  const all: T[] = [];
  while (all.length < paths.length) {
    const length = Math.min(BATCH_COUNT, paths.length - all.length);
    all.push(...(await embed(Array.from({ length }, (_, index) => all.length + index))));
  }
  return all;
}

function toVector(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  return new Float32Array(bytes.buffer);
}
