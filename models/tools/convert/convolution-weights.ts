import { ONNX_FLOAT, ONNX_FLOAT16, type OnnxGraph } from './onnx-graph';
import { constantValues, type TensorConstant } from './tfjs-graph';

/** A TensorFlow kernel's shape, `[height, width, inputs, outputs]`. */
export interface KernelShape {
  readonly height: number;
  readonly width: number;
  readonly inputCount: number;
  readonly outputCount: number;
}

/** Reads the shape of a kernel constant; throws when it is not a four-dimensional float tensor. */
export function kernelShapeOf(kernel: TensorConstant): KernelShape {
  const [height, width, inputCount, outputCount] = kernel.shape;
  if (
    kernel.type === 'int32' ||
    kernel.shape.length !== 4 ||
    height === undefined ||
    width === undefined ||
    inputCount === undefined ||
    outputCount === undefined
  ) {
    throw new Error(
      `Expected a float kernel of four dimensions in "${kernel.name}", found ${kernel.type} [${kernel.shape.join(', ')}]`,
    );
  }
  return { height, width, inputCount, outputCount };
}

/**
 * Adds a kernel as `[outputs, inputs, height, width]` with only the wanted output channels, and returns
 * the float32 tensor. Half-precision weights stay half in the file, which halves the download: ONNX
 * Runtime folds the Cast away when it loads the model.
 */
export function addKernel(
  onnx: OnnxGraph,
  kernel: TensorConstant,
  outputChannels: readonly number[],
  name: string,
): string {
  const { height, width, inputCount } = kernelShapeOf(kernel);
  const shape = [outputChannels.length, inputCount, height, width];
  const values = reorderKernel(kernel, outputChannels);
  if (values instanceof Float32Array) {
    return onnx.addConstant(name, ONNX_FLOAT, shape, bytesOf(values));
  }
  const half = onnx.addConstant(`${name}/half`, ONNX_FLOAT16, shape, bytesOf(values));
  const attributes = { to: { type: 'int', value: ONNX_FLOAT } } as const;
  return onnx.addNode({ op: 'Cast', inputs: [half], output: name, attributes });
}

/** Adds the wanted channels of a bias vector as float32 and returns its tensor. */
export function addBias(
  onnx: OnnxGraph,
  bias: TensorConstant,
  outputChannels: readonly number[],
  name: string,
): string {
  const all = constantValues(bias);
  const values = Float32Array.from(outputChannels, (channel) => all[channel] ?? NaN);
  if (values.some(Number.isNaN)) {
    throw new Error(`Bias "${bias.name}" has ${all.length} values; a wanted channel is not there`);
  }
  return onnx.addConstant(name, ONNX_FLOAT, [values.length], bytesOf(values));
}

/** Moves `[height, width, input, output]` values to `[output, input, height, width]`, bit for bit. */
function reorderKernel(
  kernel: TensorConstant,
  outputChannels: readonly number[],
): Float32Array | Uint16Array {
  const { height, width, inputCount, outputCount } = kernelShapeOf(kernel);
  const tapCount = height * width;
  const valueCount = outputChannels.length * inputCount * tapCount;
  const result =
    kernel.type === 'float16' ? new Uint16Array(valueCount) : new Float32Array(valueCount);
  let target = 0;
  for (const output of outputChannels) {
    if (output >= outputCount) {
      throw new Error(
        `Channel ${output} was asked for, but "${kernel.name}" makes ${outputCount} channels`,
      );
    }
    for (let input = 0; input < inputCount; input++) {
      for (let tap = 0; tap < tapCount; tap++) {
        // the index is inside the kernel: output < outputCount was just checked
        result[target++] = kernel.data[(tap * inputCount + input) * outputCount + output] ?? 0;
      }
    }
  }
  return result;
}

function bytesOf(values: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
