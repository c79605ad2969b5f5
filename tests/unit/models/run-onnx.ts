import * as ort from 'onnxruntime-web';

/** What a model answered: each output's shape and values, by name. */
export type OnnxOutputs = Record<string, { shape: readonly number[]; values: Float32Array }>;

/** Runs an ONNX file with one float32 input on ONNX Runtime's WASM build, one thread. */
export async function runOnnx(
  bytes: Uint8Array,
  inputName: string,
  shape: readonly number[],
  values: Float32Array,
): Promise<OnnxOutputs> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  try {
    const results = await session.run({ [inputName]: new ort.Tensor('float32', values, shape) });
    const outputs: OnnxOutputs = {};
    for (const [name, tensor] of Object.entries(results)) {
      if (!(tensor.data instanceof Float32Array)) throw new Error(`Output ${name} is not float32`);
      outputs[name] = { shape: tensor.dims, values: tensor.data };
    }
    return outputs;
  } finally {
    await session.release();
  }
}
