import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../../../..');

interface Run {
  readonly child: ChildProcess;
  /** All that it has said. */
  output(): string;
  /** Resolves when it has said this; rejects when it ends before. */
  says(text: string): Promise<void>;
  readonly exited: Promise<number | null>;
}

/** Runs `npm run endpoint -- ...`, without npm between us and its signals. */
function runEndpoint(...args: readonly string[]): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/endpoint/main.ts', ...args], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  let look: () => void = () => undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      look();
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    exited,
    output: () => output,
    says: (text) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (output.includes(text)) resolve();
        };
        look();
        void exited.then(() => reject(new Error(`It ended: ${output}`)));
      }),
  };
}

function codeIn(output: string): string {
  return /Pairing code: ([0-9A-Z]{5}-[0-9A-Z]{5})/.exec(output)?.[1] ?? '';
}

it('npm run endpoint tells a code, is alone on its folder, makes more codes, and stops at a signal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'resight-main-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const serve = ['--no-build', '--data', folder, '--port', '0'];
  const first = runEndpoint(...serve);
  await first.says('Stop it with');
  const url = /http:\/\/localhost:\d+/.exec(first.output())?.[0] ?? '';
  const pair = async (code: string) => {
    const answer = await fetch(`${url}/api/pair`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ code, deviceName: 'A phone' }),
    });
    return [answer.status, ((await answer.json()) as { scopes?: unknown }).scopes];
  };
  expect(await pair(codeIn(first.output()))).toEqual([200, ['upload', 'read', 'publish', 'admin']]);

  const second = runEndpoint(...serve);
  expect(await second.exited).toBe(1);
  expect(second.output()).toContain(`in use by the endpoint with process id ${first.child.pid}`);

  const beside = runEndpoint('pair', '--data', folder, '--scopes', 'read');
  expect(await beside.exited).toBe(0);
  expect(await pair(codeIn(beside.output()))).toEqual([200, ['read']]);

  first.child.kill('SIGTERM');
  expect(await first.exited).toBe(0);
  expect(first.output()).toContain('Stopped.');

  const again = runEndpoint(...serve);
  await again.says('Stop it with');
  expect(again.output()).not.toContain('Pairing code');
  again.child.kill('SIGINT');
  expect(await again.exited).toBe(0);
}, 240_000);

it('npm run endpoint says what is wrong with its settings, and does not start', async () => {
  const run = runEndpoint('--host', '0.0.0.0');
  expect(await run.exited).toBe(1);
  expect(run.output()).toContain('HOST: expected an address of this machine only');
}, 60_000);
