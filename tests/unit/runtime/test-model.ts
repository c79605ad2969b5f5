import type { ModelManifest } from '../../../src/contracts/model';
import type { DeviceFacts } from '../../../src/runtime/device-facts';
import type { KeyValueStore } from '../../../src/runtime/backend-memory';
import { TEST_DETECTOR } from '../../support/test-detector';

/** An embedder with a space of its own for each `name`. */
export function testEmbedder(name: string, recommendedThreshold: number | null): ModelManifest {
  return {
    ...TEST_DETECTOR,
    id: name,
    task: 'embed',
    sha256: Buffer.from(name.padEnd(32, '.')).toString('hex').slice(0, 64),
    input: { ...TEST_DETECTOR.input, size: { widthPx: 128, heightPx: 128 } },
    output: { type: 'embedding', name: 'z', dimension: 4 },
    recommendedThreshold,
  };
}

export const FOUR_CORES: DeviceFacts = {
  hardwareConcurrency: 4,
  isCrossOriginIsolated: true,
  isIos: false,
  gpuName: 'acme/one',
  browser: 'Browser 1',
};

export class MemoryStore implements KeyValueStore {
  readonly values = new Map<string, string>();
  get(key: string): string | null {
    return this.values.get(key) ?? null;
  }
  set(key: string, value: string): void {
    this.values.set(key, value);
  }
  remove(key: string): void {
    this.values.delete(key);
  }
}
