import { readdir, readFile } from 'node:fs/promises';

/** How often memory is looked at. */
const SAMPLE_MS = 50;

/**
 * Watches the memory of a process and all that it started, as Linux counts what is theirs alone and their share of the rest
 * (`Pss` of proc_pid_smaps_rollup(5)).
 */
export class MemoryWatch {
  readonly #processIds: readonly number[];
  readonly #before: number | null;
  #most: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  private constructor(processIds: readonly number[], before: number | null) {
    this.#processIds = processIds;
    this.#before = before;
    this.#most = before ?? 0;
  }

  /** `mark`: words that only the command line of the first process has. */
  static async start(mark: string): Promise<MemoryWatch> {
    const processIds = await processTree(mark);
    const watch = new MemoryWatch(processIds, await megabytesOf(processIds));
    watch.#sampleLater();
    return watch;
  }

  /** Megabytes: the most since the start over what there was then; null: this system does not tell. */
  async stop(): Promise<number | null> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#sample();
    return this.#before === null ? null : this.#most - this.#before;
  }

  #sampleLater(): void {
    this.#timer = setTimeout(() => {
      void this.#sample().then(() => {
        // It may have been stopped in the meantime.
        if (!this.#isStopped) this.#sampleLater();
      });
    }, SAMPLE_MS);
  }

  async #sample(): Promise<void> {
    this.#most = Math.max(this.#most, (await megabytesOf(this.#processIds)) ?? 0);
  }
}

/** Null: not Linux, or not allowed. */
async function megabytesOf(processIds: readonly number[]): Promise<number | null> {
  if (processIds.length === 0) return null;
  const sizes = await Promise.all(processIds.map(kilobytesOf));
  return sizes.reduce((sum, size) => sum + size, 0) / 1000;
}

async function kilobytesOf(processId: number): Promise<number> {
  // A process that ended in the meantime has none.
  const text = await readFile(`/proc/${processId}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/mu.exec(text)?.[1] ?? 0) * 1.024;
}

/** The marked process and its descendants; none where there is no /proc. */
async function processTree(mark: string): Promise<readonly number[]> {
  const names = await readdir('/proc').catch(() => []);
  const processes = await Promise.all(
    names.filter((name) => /^\d+$/u.test(name)).map((name) => readProcess(Number(name))),
  );
  const tree = new Set<number>();
  const marked = processes.filter(({ command }) => command.includes(mark));
  for (const { id, parentId } of marked) {
    // Children may carry the words as well: the first is the one whose parent does not.
    if (!marked.some((other) => other.id === parentId)) tree.add(id);
  }
  for (let size = -1; size !== tree.size;) {
    size = tree.size;
    for (const { id, parentId } of processes) if (tree.has(parentId)) tree.add(id);
  }
  return [...tree];
}

interface Process {
  readonly id: number;
  readonly parentId: number;
  readonly command: string;
}

async function readProcess(id: number): Promise<Process> {
  const [stat, command] = await Promise.all(
    ['stat', 'cmdline'].map((name) => readFile(`/proc/${id}/${name}`, 'utf8').catch(() => '')),
  );
  // The second field is a name in brackets, which may hold anything; state and parent follow.
  const parentId = Number(/\) \S+ (\d+) [^)]*$/u.exec(stat ?? '')?.[1] ?? 0);
  return { id, parentId, command: command ?? '' };
}
