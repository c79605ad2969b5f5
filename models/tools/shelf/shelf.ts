import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { InstalledModel, ModelListing } from '../../../src/contracts/model';
import type { ProjectPaths } from '../project-paths';
import { fileFacts } from './file-facts';
import { readInstalledList } from './installed-list';
import { isAccepted, knownFiles } from './known-files';

/** The models this version knows, and the folders they are in. */
export interface Shelf {
  readonly listings: readonly ModelListing[];
  readonly paths: Pick<ProjectPaths, 'models' | 'publicModels' | 'dist' | 'downloads'>;
}

/** How a command speaks. */
export interface Voice {
  /** A line that stays. */
  readonly say: (line: string) => void;
  /** What goes on at the moment; replaces the one before. Null: nothing any more. */
  readonly showProgress: (text: string | null) => void;
}

/** Whether a model's weights are in the served app. */
export type ShelfState = 'built-in' | 'installed' | 'not-installed';

/** One row of the list. */
export interface ListedModel {
  readonly id: string;
  readonly task: ModelListing['task'];
  readonly title: string;
  readonly licence: string;
  /** Null: not known before it is fetched. */
  readonly bytes: number | null;
  readonly file: string;
  readonly state: ShelfState;
}

/** Every model and where it is. Files are only looked for here; `verify` reads them. */
export async function listModels({ listings, paths }: Shelf): Promise<readonly ListedModel[]> {
  const { rows } = await readInstalledList(paths.publicModels);
  return Promise.all(
    listings.map(async (listing): Promise<ListedModel> => {
      const { id, task, title, licence, file } = listing;
      const shared = { id, task, title, licence, file };
      if (!listing.download) return { ...shared, bytes: listing.bytes, state: 'built-in' };
      const row = rows.find((one) => one.id === id);
      const isThere = row && (await hasLength(path.join(paths.publicModels, row.file), row.bytes));
      return isThere
        ? { ...shared, bytes: row.bytes, state: 'installed' }
        : { ...shared, bytes: listing.download.bytes, state: 'not-installed' };
    }),
  );
}

/** The row of a model whose file is there, is what the row says and what this version accepts; null otherwise. */
export async function soundRow(
  { paths }: Shelf,
  listing: ModelListing,
): Promise<InstalledModel | null> {
  const { rows } = await readInstalledList(paths.publicModels);
  const row = rows.find(({ id }) => id === listing.id);
  if (!row) return null;
  const facts = await fileFacts(path.join(paths.publicModels, row.file));
  return facts?.sha256 === row.sha256 && isAccepted(facts, knownFiles(listing)) ? row : null;
}

async function hasLength(file: string, bytes: number): Promise<boolean> {
  return stat(file).then(
    (stats) => stats.size === bytes,
    () => false, // not there, or not to be read: not installed either way
  );
}
