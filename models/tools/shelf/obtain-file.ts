import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ModelListing } from '../../../src/contracts/model';
import { isMissing } from '../files';
import { PrepareError } from '../prepare-error';
import { discardPart, fetchFile, type FetchFileOptions } from './fetch-file';
import { fileFacts, type FileFacts } from './file-facts';
import { describeDifference, isAccepted, knownFiles } from './known-files';

/** A model this version knows and does not carry. */
export type DownloadListing = ModelListing & {
  readonly download: NonNullable<ModelListing['download']>;
};

/** Where a model's file may come from. */
export interface ObtainOptions {
  /** Folder that may hold the file under its own name; null: none. */
  readonly mirrorFolder: string | null;
  /** Folder for downloads that are not complete. */
  readonly downloads: string;
  readonly report: (line: string) => void;
  readonly onProgress: FetchFileOptions['onProgress'];
  readonly retryDelayMs?: number;
}

/**
 * Puts a model's file at `target`, from the mirror folder when it is there, else from the official address. Only a file with
 * a right checksum gets there. Returns what it is.
 *
 * @throws PrepareError when it cannot be had or is not what it should be.
 */
export async function obtainFile(
  listing: DownloadListing,
  target: string,
  options: ObtainOptions,
): Promise<FileFacts> {
  if (options.mirrorFolder !== null) {
    const source = path.join(options.mirrorFolder, listing.file);
    const copied = await copyAccepted(listing, source, target);
    if (copied) {
      options.report(`${listing.file} taken from ${options.mirrorFolder}`);
      return copied;
    }
    options.report(`${listing.file} is not in ${options.mirrorFolder}`);
  }
  return downloadAccepted(listing, target, options);
}

/**
 * Copies a file if it is one the listing accepts; null when there is none. The copy is checked, not the original: what was
 * checked is what is kept. `from`: where it came from, for the message.
 *
 * @throws PrepareError when it is another.
 */
export async function copyAccepted(
  listing: ModelListing,
  source: string,
  target: string,
  from = source,
): Promise<FileFacts | null> {
  const temporary = `${target}.${process.pid}.tmp`;
  await mkdir(path.dirname(target), { recursive: true });
  try {
    await copyFile(source, temporary);
    await chmod(temporary, 0o644); // a mirror may be read-only, its copy must not be
    const facts = await fileFacts(temporary);
    if (!facts) throw new Error(`${temporary} went away while it was read`);
    const known = knownFiles(listing);
    if (!isAccepted(facts, known)) {
      throw new PrepareError(
        `${from}: ${describeDifference(facts, known)}`,
        'It is damaged or another file, and was not used. Remove it or replace it.',
      );
    }
    await rename(temporary, target);
    return facts;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function downloadAccepted(
  listing: DownloadListing,
  target: string,
  { downloads, report, onProgress, retryDelayMs }: ObtainOptions,
): Promise<FileFacts> {
  const { url } = listing.download;
  const partFile = path.join(downloads, `${listing.file}.part`);
  report(`fetching ${url}`);
  await fetchFile(url, partFile, {
    onProgress,
    ...(retryDelayMs === undefined ? {} : { retryDelayMs }),
  });
  try {
    const facts = await copyAccepted(listing, partFile, target, url);
    if (facts) return facts;
    throw new Error('fetchFile leaves a file or throws');
  } finally {
    // Right, it is in its place; wrong, going on with it would never make it right.
    await discardPart(partFile);
  }
}
