import { fork, spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../..');
/** Nobody is limited: the bench is fifty devices and five hundred readers at one address. */
const NO_LIMIT = '10000000';

/** The endpoint as users start it, in a process of its own. */
export interface EndpointProcess {
  readonly url: string;
  /** Good once; null: it has devices already. */
  readonly pairingCode: string | null;
  /** Megabytes (10^6 bytes) that it had resident at most since its start; null: this system does not tell. */
  peakMegabytes(): Promise<number | null>;
  stop(): Promise<void>;
}

/** Starts an endpoint with its embedded database in `dataFolder`. */
export async function startEndpointProcess(dataFolder: string): Promise<EndpointProcess> {
  const main = join(REPOSITORY, 'server/endpoint/main.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--no-build', '--port', '0'], {
    cwd: REPOSITORY,
    env: {
      ...process.env,
      DATABASE_URL: '',
      RESIGHT_DATA: dataFolder,
      RESIGHT_DEVICE_REQUESTS_PER_MINUTE: NO_LIMIT,
      RESIGHT_ADDRESS_REQUESTS_PER_MINUTE: NO_LIMIT,
      RESIGHT_LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // The last line of its greeting.
  const [greeting] = await findInOutput(child, /^[^]*Stop it with/);
  const url = /running at (\S+)/.exec(greeting)?.[1] ?? '';
  const pairingCode = /Pairing code: (\S+)/.exec(greeting)?.[1] ?? null;
  return {
    url,
    pairingCode,
    peakMegabytes: () => peakMegabytesOf(child.pid ?? 0),
    stop: () => end(child, () => child.kill('SIGTERM')),
  };
}

/** The server that uploads are compared with; see `endpoint-plain-server.ts`. */
export async function startPlainServer(
  folder: string,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const child = forkScript(new URL('./endpoint-plain-server.ts', import.meta.url), [folder]);
  const port = await new Promise<number>((resolve, reject) => {
    // Its only message.
    child.once('message', (message) => resolve((message as { port: number }).port));
    child.once('exit', () => reject(new Error('The plain server ended before it listened.')));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => end(child, () => child.disconnect()),
  };
}

/** A script in a process of its own, with a channel to it. */
export function forkScript(script: URL, parameters: readonly string[] = []): ChildProcess {
  return fork(script, parameters, { execArgv: ['--import', 'tsx'] });
}

function findInOutput(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const found = pattern.exec(output);
      if (found !== null) resolve(found);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`The endpoint ended before it ran: ${output}`)));
  });
}

/** `VmHWM` of proc_pid_status(5), in KiB. */
async function peakMegabytesOf(processId: number): Promise<number | null> {
  const status = await readFile(`/proc/${processId}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : (Number(kibibytes) * 1024) / 1e6;
}

async function end(child: ChildProcess, ask: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  ask();
  await exited;
}
