import path from 'node:path';
import { PrepareError } from '../prepare-error';
import { progressOf } from './add';
import { fileFacts } from './file-facts';
import { isAccepted, knownFiles } from './known-files';
import { copyAccepted, obtainFile, type DownloadListing } from './obtain-file';
import { soundRow, type Shelf, type Voice } from './shelf';

/**
 * Fills a folder with the files of all models that can be added, for machines without a network. Takes what is in the folder,
 * in the served app or in another mirror before it fetches. Says which cannot be had; returns how many those are.
 */
export async function fillMirror(
  shelf: Shelf,
  folder: string,
  mirrorFolder: string | null,
  voice: Voice,
): Promise<number> {
  let missingCount = 0;
  for (const listing of shelf.listings) {
    if (listing.download === null) continue;
    try {
      voice.say(`${listing.id}: ${await mirrorOne(shelf, listing, folder, mirrorFolder, voice)}`);
    } catch (error) {
      if (!(error instanceof PrepareError)) throw error;
      missingCount += 1;
      voice.say(`${listing.id}: not had. ${error.message}`);
    } finally {
      voice.showProgress(null);
    }
  }
  return missingCount;
}

async function mirrorOne(
  shelf: Shelf,
  listing: DownloadListing,
  folder: string,
  mirrorFolder: string | null,
  voice: Voice,
): Promise<string> {
  const target = path.join(folder, listing.file);
  const present = await fileFacts(target);
  const known = knownFiles(listing);
  // A file without a known checksum is fetched again: what is there could be anything.
  if (present && known.length > 0 && isAccepted(present, known)) return 'is there already';
  const row = await soundRow(shelf, listing);
  if (row) {
    const installed = path.join(shelf.paths.publicModels, row.file);
    if (await copyAccepted(listing, installed, target)) return `copied from ${installed}`;
  }
  await obtainFile(listing, target, {
    mirrorFolder,
    downloads: shelf.paths.downloads,
    report: voice.say,
    onProgress: progressOf(listing.file, voice),
  });
  return `written to ${target}`;
}
