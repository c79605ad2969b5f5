import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';

/** A network with one float32 image input and one float32 output, on ONNX Runtime's WASM build in this process. */
export class OnnxNetwork {
  readonly #session: ort.InferenceSession;

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
  }

  static async open(path: string): Promise<OnnxNetwork> {
    ort.env.wasm.numThreads = 1;
    const options = { executionProviders: ['wasm'] };
    return new OnnxNetwork(await ort.InferenceSession.create(await readFile(path), options));
  }

  /** The first output's values. `shape`: batch, channels, height, width. */
  async run(values: Float32Array, shape: readonly number[]): Promise<Float32Array> {
    const [input = '', output = ''] = [this.#session.inputNames[0], this.#session.outputNames[0]];
    const results = await this.#session.run({ [input]: new ort.Tensor('float32', values, shape) });
    const data = results[output]?.data;
    if (!(data instanceof Float32Array))
      throw new TypeError(`Expected output ${output} of float32`);
    return data;
  }

  close(): Promise<void> {
    return this.#session.release();
  }
}
