import type { ModelManifest } from '../../../src/contracts/model';
import type { DeviceFacts } from '../../../src/runtime/device-facts';
import type { KeyValueStore } from '../../../src/runtime/backend-memory';

/** A detector whose input has no fixed size. Nothing loads it. */
export const TEST_DETECTOR: ModelManifest = {
  id: 'test-detector',
  task: 'detect',
  title: 'Test detector',
  file: 'test-detector.onnx',
  sha256: 'ab'.repeat(32),
  bytes: 10,
  input: {
    name: 'input',
    size: null,
    strideMultiple: 32,
    fit: 'centred',
    layout: 'NCHW',
    channelOrder: 'BGR',
    mean: [0, 0, 0],
    std: [1, 1, 1],
    padValue: 0,
  },
  output: {
    type: 'nanodet-dfl',
    heads: [{ name: 'p8', stride: 8 }],
    classes: ['car'],
    binCount: 11,
  },
  preprocessVersion: 1,
  recommendedThreshold: 0.35,
  licence: 'MIT',
  origin: 'made up',
  providersTried: [],
  card: { trainedOn: 'nothing', accuracy: [], failures: [] },
  golden: null,
};

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
