import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

/** What shrinks. Model weights do not (about 7 %), pictures are compressed already. */
const COMPRESSIBLE: ReadonlySet<string> = new Set([
  '.css',
  '.html',
  '.js',
  '.json',
  '.mjs',
  '.svg',
  '.wasm',
  '.webmanifest',
]);

/** Below one network packet there is nothing to win. */
const MIN_BYTES = 1400;

/**
 * Gzip is for browsers that do not take Brotli, which is: over plain HTTP from another machine. There is no
 * camera there anyway, so the runtimes (tens of megabytes, seconds of build) are only compressed once.
 */
const MAX_GZIP_BYTES = 4 * 1024 * 1024;

/** Best ratio before the time explodes: the 14 MB runtime takes under a second, level 11 takes half a minute. */
const BROTLI_QUALITY = 5;

/** Writes `.br` (and `.gz`, see above) beside every file under `folder` that shrinks, for hosts that can send them. */
export async function precompressFolder(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && COMPRESSIBLE.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name));
  await Promise.all(paths.map(precompressFile));
}

async function precompressFile(path: string): Promise<void> {
  const bytes = await readFile(path);
  if (bytes.length < MIN_BYTES) return;
  const brotli = await toBrotli(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
  await writeFile(`${path}.br`, brotli);
  if (bytes.length <= MAX_GZIP_BYTES) await writeFile(`${path}.gz`, await toGzip(bytes));
}
