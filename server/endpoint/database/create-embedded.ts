import { spawn } from 'node:child_process';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What the child runs: no TypeScript, so that it needs nothing but Node. */
const PROGRAM = `
// Ends with the process that started it: a later one begins anew in the same place.
process.stdin.on('close', () => process.exit(1)).resume();
const { PGlite } = await import(process.argv[1]);
const database = await PGlite.create({ dataDir: process.argv[2] });
await database.close();
process.exit(0);
`;

/**
 * Makes an empty database in a new folder, in a process of its own: making one takes over 500 MB, which the endpoint would keep as
 * long as it runs (measured with PGlite 0.5.14). The folder is there whole or not at all. Throws when the child fails.
 */
export async function createEmbeddedDatabase(folder: string): Promise<void> {
  const draft = `${folder}.new`;
  // Of a start that was cut short.
  await rm(draft, { recursive: true, force: true });
  const library = import.meta.resolve('@electric-sql/pglite');
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', PROGRAM, '--', library, draft],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`The embedded database could not be made: ${output.trim()}`);
  await syncTree(draft);
  await rename(draft, folder);
  await syncPath(dirname(folder));
}

/** Everything in a folder survives a power cut after this. */
async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  for (const entry of entries) await syncPath(join(entry.parentPath, entry.name));
  await syncPath(folder);
}

async function syncPath(path: string): Promise<void> {
  // Windows writes folders by itself, and files only for who may write them.
  if (process.platform === 'win32') return;
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
