import path from 'node:path';
import type { ModelListing } from '../../../src/contracts/model';
import { fileFacts, type FileFacts } from './file-facts';
import { readInstalledList } from './installed-list';
import { describeDifference, isAccepted, knownFiles, type KnownFile } from './known-files';
import type { Shelf } from './shelf';

/** What was found out about one model's file. */
export interface Verdict {
  readonly id: string;
  readonly file: string;
  /** What is wrong and what to do about it; null: it is what it should be. */
  readonly problem: string | null;
}

/** Reads every built-in and installed file and compares it with its checksum. */
export async function verifyModels({ listings, paths }: Shelf): Promise<readonly Verdict[]> {
  const folder = paths.publicModels;
  const verdicts: Verdict[] = [];
  for (const listing of listings) {
    if (listing.download !== null) continue;
    const facts = await fileFacts(path.join(folder, listing.file));
    const problem = problemOf(facts, knownFiles(listing), 'npx tsx models/tools/prepare.ts');
    verdicts.push({ id: listing.id, file: listing.file, problem });
  }
  const { rows, isWhole } = await readInstalledList(folder);
  for (const { id, file, sha256, bytes } of rows) {
    const facts = await fileFacts(path.join(folder, file));
    const repair = `npm run models -- add ${id}`;
    const kept: KnownFile = { algorithm: 'sha256', hex: sha256, bytes };
    const problem =
      problemOf(facts, [kept], repair) ?? problemOfListing(listings, id, facts, repair);
    verdicts.push({ id, file, problem });
  }
  if (!isWhole) {
    const problem =
      'expected a list of id, file, sha256 and bytes, found damaged rows. Do: npx tsx models/tools/prepare.ts, then add what is missing';
    verdicts.push({ id: 'installed.json', file: 'installed.json', problem });
  }
  return verdicts;
}

/** A file may be what its row says, and its row wrong. */
function problemOfListing(
  listings: readonly ModelListing[],
  id: string,
  facts: FileFacts | null,
  repair: string,
): string | null {
  const listing = listings.find((one) => one.id === id);
  return listing ? problemOf(facts, knownFiles(listing), repair) : null;
}

function problemOf(
  facts: FileFacts | null,
  known: readonly KnownFile[],
  repair: string,
): string | null {
  if (!facts) return `expected a file, found none. Do: ${repair}`;
  if (isAccepted(facts, known)) return null;
  return `${describeDifference(facts, known)}. Do: ${repair}`;
}
