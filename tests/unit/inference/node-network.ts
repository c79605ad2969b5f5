import * as ort from 'onnxruntime-web';
import type { GoldenNetwork } from '../../../src/inference/golden-test';

/** A golden test's network on ONNX Runtime's WASM build, one thread, in this process. */
export interface NodeNetwork extends GoldenNetwork {
  close(): Promise<void>;
}

/** Loads an ONNX file with one float32 input and float32 outputs. */
export async function openNodeNetwork(bytes: Uint8Array): Promise<NodeNetwork> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  return {
    provider: 'wasm',
    run: async (input) => {
      if (input.location !== 'cpu') throw new RangeError('Expected a tensor on the CPU');
      const tensor = new ort.Tensor('float32', input.data, input.shape);
      const results = await session.run({ [session.inputNames[0] ?? '']: tensor });
      return Object.fromEntries(
        Object.entries(results).map(([name, { data, dims }]) => {
          if (!(data instanceof Float32Array)) throw new TypeError(`Output ${name}: not float32`);
          return [name, { data, shape: dims }];
        }),
      );
    },
    close: () => session.release(),
  };
}
