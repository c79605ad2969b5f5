import pacote from 'pacote';
import { Parser, type ReadEntry } from 'tar';
import { readNpmOptions } from './npm-options';
import type { FetchPackageFiles } from './package-files';

/**
 * {@link FetchPackageFiles} through npm's own downloader, with npm's settings for the working copy at `root`.
 * The tarball is read as a stream, to its end: only then is its integrity known (and one wanted file stands
 * at its end anyway).
 */
export function fetchWithNpm(root: string): FetchPackageFiles {
  return async ({ name, version, integrity }, paths) => {
    const settings = await readNpmOptions(root);
    if (settings.isOffline) throw new Error('npm is set to offline');
    return await pacote.tarball.stream(
      `${name}@${version}`,
      (stream) => readTarball(stream, paths),
      { ...settings, integrity },
    );
  };
}

/** Reads the named files out of a gzipped tar stream; other files are passed over, never held. */
function readTarball(
  stream: NodeJS.ReadableStream,
  paths: ReadonlySet<string>,
): Promise<Map<string, Buffer>> {
  return new Promise((resolve, reject) => {
    const files = new Map<string, Buffer>();
    const parser = new Parser({
      strict: true,
      filter: (path) => paths.has(path),
      onReadEntry: (entry) => collect(entry, files),
    });
    parser.on('error', reject);
    parser.on('end', () => resolve(files));
    stream.on('error', reject);
    stream.pipe(parser);
  });
}

function collect(entry: ReadEntry, files: Map<string, Buffer>): void {
  const chunks: Buffer[] = [];
  entry.on('data', (chunk) => chunks.push(chunk));
  entry.on('end', () => files.set(entry.path, Buffer.concat(chunks)));
}
