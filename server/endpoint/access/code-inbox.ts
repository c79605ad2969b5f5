import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { scopesSchema, type Scope } from '../../../src/core/sync-api/access';
import { sha256Schema, unixMsSchema } from '../../../src/core/sync-api/fields';
import type { Endpoint } from '../endpoint';
import { keepCode, newCode, type PairingCode } from './pairing-codes';

/*
 * The embedded database is open in one process only. So that `npm run endpoint -- pair` can make a code while the endpoint runs, it
 * leaves what is to be kept of the code as a file in the data folder, which only its owner can write to; the endpoint takes such
 * files in before it looks for a code.
 */

const noteSchema = v.object({
  codeHash: sha256Schema,
  scopes: scopesSchema,
  expiresUnixMs: unixMsSchema,
});

/** Makes a code for the endpoint that has the data folder open. */
export async function leaveCode(
  dataFolder: string,
  scopes: readonly Scope[],
  nowUnixMs: number,
): Promise<PairingCode> {
  const { told, kept } = newCode(scopes, nowUnixMs);
  const codeHash = Buffer.from(kept.codeHash).toString('hex');
  const note: v.InferInput<typeof noteSchema> = {
    codeHash,
    scopes: [...scopes],
    expiresUnixMs: kept.expiresUnixMs,
  };
  const folder = inboxOf(dataFolder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Whole or not at all, for the endpoint that reads it.
  const draft = join(folder, `${codeHash}.draft`);
  await writeFile(draft, JSON.stringify(note), { mode: 0o600 });
  await rename(draft, join(folder, `${codeHash}.json`));
  return told;
}

/** Takes in what {@link leaveCode} left. What is not a note of ours is removed and logged. */
export async function takeInCodes({ config, database, log, now }: Endpoint): Promise<void> {
  if (database.kind !== 'embedded') return;
  const folder = inboxOf(config.dataFolder);
  for (const name of await namesIn(folder)) {
    if (!name.endsWith('.json')) continue;
    const path = join(folder, name);
    const text = await readOrNull(path);
    if (text === null) continue;
    const note = v.safeParse(noteSchema, parseOrNull(text));
    if (note.success) {
      const codeHash = Buffer.from(note.output.codeHash, 'hex');
      await keepCode(database, { ...note.output, codeHash }, now());
    } else log.warn('a file among the pairing codes is not one, and was removed');
    await rm(path, { force: true });
  }
}

function inboxOf(dataFolder: string): string {
  return join(dataFolder, 'pairing-codes');
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    // Nobody has left a code yet.
    return [];
  }
}

/** Null: another request has taken it in meanwhile. */
async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
