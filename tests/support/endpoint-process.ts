import { spawn, type ChildProcess } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../..');
const MAIN = join(REPOSITORY, 'server/endpoint/main.ts');
/** Not bundled: it is started by its name. */
const DIGEST_THREAD = join(REPOSITORY, 'server/endpoint/uploads/digest-thread.js');

/** An endpoint as `npm run endpoint` starts it, in a process of its own. */
export interface EndpointProcess {
  readonly url: string;
  /** Told at the start while no device is paired; null: there is one. */
  readonly pairingCode: string | null;
  /** As when the power goes; resolves when it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts one on a port that {@link findFreePort} told, and resolves once it says that it is running. `bundle`: of
 * {@link bundleEndpoint}; without it the sources are run.
 */
export async function startEndpointProcess(
  port: number,
  environment: Readonly<Record<string, string>>,
  bundle: string | null = null,
): Promise<EndpointProcess> {
  const program = bundle === null ? ['--import', 'tsx', MAIN] : [bundle];
  const child = spawn(process.execPath, [...program, '--no-build'], {
    env: { ...process.env, RESIGHT_LOG_LEVEL: 'warn', ...environment, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // A test that ends early leaves no process behind.
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const output = await untilRunning(child);
  return {
    url: `http://127.0.0.1:${port}`,
    pairingCode: /Pairing code: (\S+)/.exec(output)?.[1] ?? null,
    async kill() {
      process.off('exit', killAtExit);
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/**
 * Makes one file of the endpoint's sources: it starts in less than half the time, which counts where it is started again and again. It
 * serves its interface only, no pages. Resolves with its path; `remove` takes it away.
 */
export async function bundleEndpoint(): Promise<{
  readonly path: string;
  remove(): Promise<void>;
}> {
  const { build } = await import('vite');
  const outputs = join(REPOSITORY, 'tests/.out');
  await mkdir(outputs, { recursive: true });
  // Within the repository, where it finds the packages that it leaves outside.
  const folder = await mkdtemp(join(outputs, 'endpoint-'));
  await build({
    configFile: false,
    root: REPOSITORY,
    publicDir: false,
    logLevel: 'error',
    build: { ssr: MAIN, outDir: folder, target: 'node20' },
  });
  await copyFile(DIGEST_THREAD, join(folder, 'digest-thread.js'));
  return {
    path: join(folder, 'main.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What it said until it was running, which ends with how to stop it. */
function untilRunning({ stdout, stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Stop it with Ctrl+C')) resolve(output);
    };
    stdout?.on('data', read);
    stderr?.on('data', read);
    stdout?.once('end', () => reject(new Error(`The endpoint ended: ${output}`)));
  });
}

/** Free when it was asked for. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // It listens on TCP, so that this is no text.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
