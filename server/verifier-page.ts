import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'vite';

const FOLDER = join(import.meta.dirname, '../src/sinks/verify/page');
/** Name in the built app; `workers/export.worker.ts` puts the file into session files. */
const FILE_NAME = 'verify.html';

/**
 * Builds the page that checks session files into one HTML file that opens from anywhere, without a network. Its security policy
 * allows nothing but its own script and style, by their hashes.
 */
export function verifierPage(): Plugin {
  return {
    name: 'resight:verifier-page',
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: FILE_NAME, source: await buildVerifierPage() });
    },
    configureServer(server) {
      server.middlewares.use(`/${FILE_NAME}`, (_, response, next) => {
        buildVerifierPage().then((page) => {
          response.setHeader('Content-Type', 'text/html; charset=utf-8');
          response.end(page);
        }, next);
      });
    },
  };
}

/** The page as it is put into session files. */
async function buildVerifierPage(): Promise<string> {
  const template = await readFile(join(FOLDER, 'verify.html'), 'utf8');
  // What ends the element must not stand in it.
  const script = (await buildScript(join(FOLDER, 'main.ts'))).replace(/<\/(?=script)/gi, '<\\/');
  const style = /<style>([^]*?)<\/style>/.exec(template)?.[1] ?? '';
  const policy =
    `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; ` +
    "base-uri 'none'; form-action 'none'";
  // Functions: a replacement text would have a meaning for "$".
  return template
    .replace(
      '<!-- policy -->',
      () => `<meta http-equiv="Content-Security-Policy" content="${policy}" />`,
    )
    .replace('<!-- script -->', () => `<script>${script}</script>`);
}

/** One classic script: modules do not load from file: addresses in every browser. */
async function buildScript(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      lib: { entry, formats: ['iife'], name: 'verifier' },
    },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) =>
    'output' in one ? one.output : [],
  );
  const [chunk, ...others] = outputs.flatMap((one) => (one.type === 'chunk' ? [one.code] : []));
  if (chunk === undefined || others.length > 0)
    throw new Error(`Expected one script of ${entry}, found ${others.length + 1}`);
  return chunk;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
