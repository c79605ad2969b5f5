import {
  ONNX_FLOAT,
  OnnxGraph,
  type OnnxDimension,
} from '../../../models/tools/convert/onnx-graph';
import type { ModelInputSpec, ModelManifest, ModelOutputSpec } from '../../../src/contracts/model';

/** A manifest of a network made here. Its input is called `x`. */
export function tinyManifest(
  task: ModelManifest['task'],
  output: ModelOutputSpec,
  input: Partial<ModelInputSpec> = {},
): ModelManifest {
  return {
    id: 'tiny',
    task,
    title: 'Tiny',
    file: 'tiny.onnx',
    sha256: '0'.repeat(64),
    bytes: 0,
    input: {
      name: 'x',
      size: { widthPx: 32, heightPx: 32 },
      strideMultiple: 32,
      fit: 'stretched',
      layout: 'NCHW',
      channelOrder: 'RGB',
      mean: [0, 0, 0],
      std: [255, 255, 255],
      padValue: 0,
      ...input,
    },
    output,
    preprocessVersion: 1,
    recommendedThreshold: null,
    licence: 'MIT',
    origin: 'made by a test',
    providersTried: [],
    card: { trainedOn: 'nothing', accuracy: [], failures: [] },
    golden: null,
  };
}

/** One operator from input `x` to output `y`. */
export function oneOperator(
  op: string,
  inputShape: readonly OnnxDimension[],
  outputShape: readonly OnnxDimension[],
): Blob {
  const graph = new OnnxGraph();
  graph.addInput('x', inputShape);
  graph.addNode({ op, inputs: ['x'], output: 'y' });
  graph.addOutput('y', outputShape);
  return asFile(graph);
}

/** The mean of each channel over the picture, as an embedding of three numbers. */
export function meanColour(layout: 'NCHW' | 'NHWC'): Blob {
  const graph = new OnnxGraph();
  const isPlanar = layout === 'NCHW';
  graph.addInput('x', isPlanar ? [1, 3, 32, 32] : [1, 32, 32, 3]);
  graph.addNode({
    op: 'ReduceMean',
    inputs: ['x'],
    output: 'y',
    attributes: {
      axes: { type: 'ints', value: isPlanar ? [2, 3] : [1, 2] },
      keepdims: { type: 'int', value: 0 },
    },
  });
  graph.addOutput('y', [1, 3]);
  return asFile(graph);
}

/** Answers the same rows whatever it sees: `[1, rows, values]`. */
export function constantRows(rows: readonly (readonly number[])[]): Blob {
  const graph = new OnnxGraph();
  const shape = [1, rows.length, rows[0]?.length ?? 0];
  const floats = (values: readonly number[]): Uint8Array =>
    new Uint8Array(Float32Array.from(values).buffer);
  graph.addInput('x', [1, 3, 32, 32]);
  graph.addNode({
    op: 'ReduceMean',
    inputs: ['x'],
    output: 'mean',
    attributes: {
      axes: { type: 'ints', value: [1, 2, 3] },
      keepdims: { type: 'int', value: 0 },
    },
  });
  graph.addConstant('zero', ONNX_FLOAT, [1], floats([0]));
  graph.addNode({ op: 'Mul', inputs: ['mean', 'zero'], output: 'nothing' });
  graph.addConstant('rows', ONNX_FLOAT, shape, floats(rows.flat()));
  graph.addNode({ op: 'Add', inputs: ['rows', 'nothing'], output: 'y' });
  graph.addOutput('y', shape);
  return asFile(graph);
}

function asFile(graph: OnnxGraph): Blob {
  return new Blob([Uint8Array.from(graph.toBytes('tiny'))]);
}
