import { existsSync } from 'node:fs';
import path from 'node:path';
import type { InstalledModel } from '../../../src/contracts/model';
import { copyIfDifferent } from '../files';
import { PrepareError } from '../prepare-error';
import { bytesText } from './bytes-text';
import { readInstalledList, withRow, writeInstalledList } from './installed-list';
import { obtainFile, type DownloadListing } from './obtain-file';
import { soundRow, type Shelf, type Voice } from './shelf';

/**
 * Puts a model into the served app: its file into `public/models/`, its row into `installed.json`, both also into a built app
 * so that a server that runs has them at once. What is there already is not fetched again.
 *
 * @throws PrepareError for an id that is not known, or a file that cannot be had or is not what it should be.
 */
export async function addModel(
  shelf: Shelf,
  id: string,
  mirrorFolder: string | null,
  voice: Voice,
): Promise<void> {
  const listing = shelf.listings.find((one) => one.id === id);
  if (!listing) throw unknownModel(shelf, id);
  if (listing.download === null) {
    voice.say(`${id} comes with the app: there is nothing to add`);
    return;
  }
  const present = await soundRow(shelf, listing);
  const row = present ?? (await fetchModel(shelf, listing, mirrorFolder, voice));
  const { rows } = await readInstalledList(shelf.paths.publicModels);
  await writeInstalledList(shelf.paths.publicModels, withRow(rows, row));
  await copyToBuild(shelf, row);
  const state = present ? 'is there already' : 'added';
  voice.say(`${listing.title} ${state} (${bytesText(row.bytes)}, SHA-256 ${row.sha256})`);
  voice.say(`licence: ${listing.licence}; what to know about it: models/${id}/CARD.md`);
  if (!present) voice.say('reload the page: it is on the Models page now');
}

/** {@link obtainFile}'s progress as one line that is written over. */
export function progressOf(file: string, voice: Voice) {
  return (bytes: number, totalBytes: number | null): void => {
    const total = totalBytes === null ? '' : ` of ${bytesText(totalBytes)}`;
    voice.showProgress(`${file}: ${bytesText(bytes)}${total}`);
  };
}

async function fetchModel(
  { paths }: Shelf,
  listing: DownloadListing,
  mirrorFolder: string | null,
  voice: Voice,
): Promise<InstalledModel> {
  try {
    const { bytes, sha256 } = await obtainFile(
      listing,
      path.join(paths.publicModels, listing.file),
      {
        mirrorFolder,
        downloads: paths.downloads,
        report: voice.say,
        onProgress: progressOf(listing.file, voice),
      },
    );
    return { id: listing.id, file: listing.file, sha256, bytes };
  } finally {
    voice.showProgress(null);
  }
}

/** The build copies `public/` once; what is added later is put beside it by hand. */
async function copyToBuild({ paths }: Shelf, row: InstalledModel): Promise<void> {
  if (!existsSync(path.join(paths.dist, 'index.html'))) return;
  const builtModels = path.join(paths.dist, 'models');
  await copyIfDifferent(path.join(paths.publicModels, row.file), path.join(builtModels, row.file));
  const { rows } = await readInstalledList(paths.publicModels);
  const isBuilt = (one: InstalledModel): boolean => existsSync(path.join(builtModels, one.file));
  await writeInstalledList(builtModels, rows.filter(isBuilt));
}

function unknownModel({ listings }: Shelf, id: string): PrepareError {
  const known = listings.filter(({ download }) => download !== null).map((one) => one.id);
  return new PrepareError(
    `Expected one of ${known.join(', ')}, found "${id}"`,
    'A model of your own is imported on the Models page of the app; models/README.md says how to list one.',
  );
}
