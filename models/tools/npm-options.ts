import path from 'node:path';
import Config from '@npmcli/config';
import npmDefinitions from '@npmcli/config/lib/definitions/index.js';

/** What pacote needs to reach the registry the way `npm install` does. */
export interface NpmOptions {
  readonly [setting: string]: unknown;
  readonly registry: string;
  /** True when npm was told to stay off the network. */
  readonly isOffline: boolean;
}

/**
 * Reads npm's settings from the environment and every `.npmrc`: registry mirror, proxy, certificates,
 * credentials. npm hands only some of them to install scripts, and no credentials at all.
 *
 * npm's own cache is left out: it would keep the whole 144 MB tarball for the sake of two small files.
 */
export async function readNpmOptions(root: string): Promise<NpmOptions> {
  const { definitions, shorthands, flatten } = npmDefinitions;
  const config = new Config({
    definitions,
    shorthands,
    flatten,
    npmPath: npmFolder(root),
    cwd: root,
    argv: [process.execPath, 'npm'],
  });
  await config.load();
  const { cache: _npmCache, ...settings } = config.flat;
  return {
    ...settings,
    registry: String(settings['registry']),
    isOffline: settings['offline'] === true,
  };
}

/** npm's own folder, which may hold settings of a distribution; npm names it when it runs a script. */
function npmFolder(root: string): string {
  const npmScript = process.env['npm_execpath'];
  return npmScript ? path.resolve(npmScript, '../..') : root;
}
