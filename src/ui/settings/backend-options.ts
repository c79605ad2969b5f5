import type { Settings } from '../../contracts/app';

type Override = Settings['backendOverride'];

export interface BackendOption {
  readonly key: string;
  readonly title: string;
  readonly choice: Override;
}

/** A longer list helps nobody: past eight threads the detector's small layers do not get faster. */
const MAX_OFFERED_THREADS = 8;

/** A stable name of a choice, for a select element. */
export function keyOfBackend(choice: Override): string {
  if (!choice) return 'automatic';
  return choice.provider === 'webgpu' ? 'webgpu' : `wasm-${choice.threadCount}`;
}

/** What can be chosen on this device. */
export function backendOptions(coreCount: number, hasWebGpu: boolean): readonly BackendOption[] {
  const choices: { title: string; choice: Override }[] = [
    { title: 'Automatic (measured)', choice: null },
  ];
  if (hasWebGpu) {
    choices.push({
      title: 'WebGPU (graphics card)',
      choice: { provider: 'webgpu', threadCount: 1 },
    });
  }
  const threadLimit = Math.max(1, Math.min(coreCount, MAX_OFFERED_THREADS));
  for (let threadCount = 1; threadCount <= threadLimit; threadCount += 1) {
    const threads = threadCount === 1 ? '1 thread' : `${threadCount} threads`;
    choices.push({ title: `WebAssembly, ${threads}`, choice: { provider: 'wasm', threadCount } });
  }
  return choices.map((option) => ({ key: keyOfBackend(option.choice), ...option }));
}
