import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DEFAULT_EMBEDDER_ID, LISTINGS, readInstalled, readListing } from '../../models';
import type { HeadlessPage } from '../../server/analyze/headless-page';
import type { ModelManifest, ModelTask } from '../../src/contracts/model';

/** A model to evaluate. */
export interface EvalModel {
  readonly manifest: ModelManifest;
  /** Weights that the served app does not have, which the page is given in their place; null: it has them. */
  readonly weightsPath: string | null;
}

/** Where `npm run models -- add` puts models, and tells of them. */
const ADDED_FOLDER = join(import.meta.dirname, '../../public/models');

/**
 * `wanted`: an id of the shelf, or a path to an `.onnx` file. A file is described by the `manifest.json` beside it that names
 * it, else by the built-in embedder's manifest (a net that was trained by the same script). Throws an Error that says what
 * was expected.
 */
export function evalModel(wanted: string, task: ModelTask): EvalModel {
  const model = wanted.endsWith('.onnx') ? modelInFile(wanted) : modelOnShelf(wanted);
  if (model.manifest.task !== task) {
    throw new Error(
      `Expected a model that can ${task}, found "${wanted}", which can ${model.manifest.task}.`,
    );
  }
  return model;
}

/** Gives the page the weights it cannot get from the app. Before anything loads them. */
export async function serveWeights(
  { page }: Pick<HeadlessPage, 'page'>,
  { manifest, weightsPath }: EvalModel,
): Promise<void> {
  if (weightsPath === null) return;
  await page.route(`**/models/${manifest.file}`, (route) => route.fulfill({ path: weightsPath }));
}

function modelOnShelf(id: string): EvalModel {
  const listing = LISTINGS.find((one) => one.id === id);
  if (!listing) throw new Error(`Expected a model of the shelf or an .onnx file, found "${id}".`);
  if (listing.download === null) return { manifest: listing, weightsPath: null };
  const table = join(ADDED_FOLDER, 'installed.json');
  const rows: unknown = existsSync(table) ? JSON.parse(readFileSync(table, 'utf8')) : [];
  const row = readInstalled(rows).find((one) => one.id === id);
  if (!row) {
    throw new Error(
      `Expected the weights of "${id}" in public/models. Add them with: npm run models -- add ${id}`,
    );
  }
  return { manifest: { ...listing, ...row }, weightsPath: null };
}

/** A file described by a listing, under a name and checksum of its own. */
export function describeFile(
  path: string,
  listing: Omit<ModelManifest, 'file' | 'sha256' | 'bytes'>,
): EvalModel {
  const bytes = readFileSync(path);
  return {
    manifest: {
      ...listing,
      // The page must not find another file under the name.
      file: `evaluated-${basename(path)}`,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
    },
    weightsPath: path,
  };
}

function modelInFile(path: string): EvalModel {
  const beside = join(dirname(path), 'manifest.json');
  const own = existsSync(beside) ? readListing(JSON.parse(readFileSync(beside, 'utf8'))) : null;
  if (own?.file === basename(path)) return describeFile(path, own);
  const builtIn = LISTINGS.find(({ id }) => id === DEFAULT_EMBEDDER_ID);
  if (!builtIn) throw new Error(`Expected a manifest.json beside "${path}", found none.`);
  // Its golden test is of other weights.
  return describeFile(path, { ...builtIn, id: basename(path, '.onnx'), golden: null });
}
