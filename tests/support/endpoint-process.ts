import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../server/endpoint/main.ts');

/** An endpoint as `npm run endpoint` starts it, in a process of its own. */
export interface EndpointProcess {
  readonly url: string;
  /** Told at the start while no device is paired; null: there is one. */
  readonly pairingCode: string | null;
  /** As when the power goes; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts one on a port that {@link findFreePort} told, and resolves once it says that it is running. */
export async function startEndpointProcess(
  port: number,
  environment: Readonly<Record<string, string>>,
): Promise<EndpointProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, '--no-build'], {
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
