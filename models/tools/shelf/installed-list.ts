import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { InstalledModel } from '../../../src/contracts/model';
import { readInstalled } from '../../read-manifest';
import { readIfPresent, writeWhole } from '../files';
import { fileFacts } from './file-facts';

const LIST_FILE = 'installed.json';

/** What a folder of served models says was added to it. */
export interface InstalledList {
  readonly rows: readonly InstalledModel[];
  /** False: some or all of it cannot be read; `rows` is the rest. */
  readonly isWhole: boolean;
}

/** Reads `installed.json` in a folder; an absent one is an empty list. */
export async function readInstalledList(folder: string): Promise<InstalledList> {
  const bytes = await readIfPresent(path.join(folder, LIST_FILE));
  if (!bytes) return { rows: [], isWhole: true };
  try {
    const json: unknown = JSON.parse(bytes.toString('utf8'));
    const rows = readInstalled(json);
    return { rows, isWhole: Array.isArray(json) && json.length === rows.length };
  } catch {
    return { rows: [], isWhole: false };
  }
}

/** Writes `installed.json` whole or not at all; true when it had to be written. */
export async function writeInstalledList(
  folder: string,
  rows: readonly InstalledModel[],
): Promise<boolean> {
  const file = path.join(folder, LIST_FILE);
  const wanted = Buffer.from(`${JSON.stringify(rows, null, 2)}\n`);
  const present = await readIfPresent(file);
  if (present?.equals(wanted)) return false;
  await writeWhole(file, wanted);
  // The build compresses what is large: the server would go on sending the old list.
  await Promise.all(['.br', '.gz'].map((ending) => rm(`${file}${ending}`, { force: true })));
  return true;
}

/** The rows with one added, or replaced when its model is there already. */
export function withRow(
  rows: readonly InstalledModel[],
  row: InstalledModel,
): readonly InstalledModel[] {
  return [...rows.filter(({ id }) => id !== row.id), row];
}

/**
 * The install step's part: keeps the rows whose file is there as they say, says which are let go, and writes the list. True
 * when it had to be written.
 */
export async function keepInstalled(
  folder: string,
  report: (line: string) => void,
): Promise<boolean> {
  const kept: InstalledModel[] = [];
  for (const row of (await readInstalledList(folder)).rows) {
    const facts = await fileFacts(path.join(folder, row.file));
    if (facts?.sha256 === row.sha256) kept.push(row);
    else {
      const state = facts ? 'is damaged' : 'is gone';
      report(`${row.file} ${state}: add it again with "npm run models -- add ${row.id}"`);
    }
  }
  return writeInstalledList(folder, kept);
}
