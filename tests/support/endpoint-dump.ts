import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openEmbeddedDatabase } from '../../server/endpoint/database/embedded-database';

/** Every row of every table of an endpoint that is not running, as text; bytes as Latin-1. */
export async function dumpDatabase(dataFolder: string): Promise<string> {
  const database = await openEmbeddedDatabase({ dataFolder });
  try {
    const tables = await database.query<{ name: string }>(
      `select quote_ident(table_name) as name from information_schema.tables
       where table_schema = 'public' and table_type = 'BASE TABLE'`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const rows = await database.query(`select * from ${name}`);
      for (const row of rows) texts.push(`${name}: ${Object.values(row).map(asText).join(' | ')}`);
    }
    return texts.join('\n');
  } finally {
    await database.close();
  }
}

/** Paths of all files under a folder that hold one of these texts. */
export async function filesWith(
  folder: string,
  texts: readonly string[],
): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    if (texts.some((text) => bytes.includes(text))) found.push(path);
  }
  return found;
}

function asText(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
