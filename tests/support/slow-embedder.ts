import { ONNX_FLOAT, OnnxGraph } from '../../models/tools/convert/onnx-graph';

/** Side of its input. */
const SIDE_PX = 128;
/** Channels of every layer, and values of what it answers. */
const DIMENSION = 64;

/**
 * Convolutions one after another, 600 million multiplications each: some seconds for a picture on one busy core, one on
 * a fast one.
 */
const LAYER_COUNT = 12;

/** An embedder of seeded weights, so slow that what is done while it works can be seen. Its input is 0 to 1. */
export function slowEmbedder(): Uint8Array {
  const graph = new OnnxGraph();
  graph.addInput('x', [1, 3, SIDE_PX, SIDE_PX]);
  graph.addConstant('first', ONNX_FLOAT, [DIMENSION, 3, 3, 3], weights(DIMENSION, 3));
  graph.addConstant(
    'next',
    ONNX_FLOAT,
    [DIMENSION, DIMENSION, 3, 3],
    weights(DIMENSION, DIMENSION),
  );
  let last = convolution(graph, 'x', 'first', 'layer0');
  for (let layer = 1; layer <= LAYER_COUNT; layer += 1) {
    last = convolution(graph, last, 'next', `layer${layer}`);
  }
  graph.addNode({
    op: 'ReduceMean',
    inputs: [last],
    output: 'z',
    attributes: {
      axes: { type: 'ints', value: [2, 3] },
      keepdims: { type: 'int', value: 0 },
    },
  });
  graph.addOutput('z', [1, DIMENSION]);
  return graph.toBytes('slow embedder');
}

function convolution(graph: OnnxGraph, input: string, kernel: string, output: string): string {
  return graph.addNode({
    op: 'Conv',
    inputs: [input, kernel],
    output,
    attributes: {
      kernel_shape: { type: 'ints', value: [3, 3] },
      pads: { type: 'ints', value: [1, 1, 1, 1] },
    },
  });
}

/** Spread so that a layer's output is about as large as its input. */
function weights(outputCount: number, inputCount: number): Uint8Array {
  const fanIn = inputCount * 9;
  const scale = Math.sqrt(3 / fanIn);
  const values = new Float32Array(outputCount * fanIn);
  // Numerical Recipes' linear congruential generator: good enough for weights that mean nothing.
  let state = 1;
  for (let index = 0; index < values.length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    values[index] = ((state / 2 ** 32) * 2 - 1) * scale;
  }
  return new Uint8Array(values.buffer);
}
