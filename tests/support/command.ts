import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Root of the repository: every command below runs there. */
export const REPOSITORY = join(import.meta.dirname, '../..');

/** What a finished command left behind. */
export interface CommandResult {
  /** 127 when the program was not found. */
  readonly exitCode: number;
  /** Both of its streams; empty when they went to the terminal. */
  readonly output: string;
}

export interface CommandOptions {
  /** `show`: straight to the terminal. `keep`: collected in `output`. */
  readonly streams: 'show' | 'keep';
  readonly environment?: Readonly<Record<string, string>>;
  /** Ended after so long: exit code 124, as `timeout` has it. */
  readonly timeoutMs?: number;
}

/** Runs a program to its end. Never rejects: what went wrong is in the exit code and the output. */
export function runCommand(
  program: string,
  arguments_: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(program, arguments_, {
      cwd: REPOSITORY,
      env: { ...process.env, ...options.environment },
      stdio:
        options.streams === 'show' ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    let isLate = false;
    const timer = setTimeout(
      () => {
        isLate = true;
        child.kill('SIGKILL');
      },
      options.timeoutMs ?? 2 ** 31 - 1,
    );
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ exitCode: 127, output: `${output}${error.message}\n` });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ exitCode: isLate ? 124 : (code ?? 1), output });
    });
  });
}

/** Runs the command line of an installed package with this Node. */
export function runTool(
  scriptInNodeModules: string,
  arguments_: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const script = join(REPOSITORY, 'node_modules', scriptInNodeModules);
  return runCommand(process.execPath, [script, ...arguments_], options);
}

/** Writes one line for a person. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
