import { GraphLowering } from './lowering';
import { OnnxGraph } from './onnx-graph';
import { readTfjsGraph } from './tfjs-graph';

/** One output of the converted model. */
export interface OutputRequest {
  /** Its name in the ONNX file. */
  readonly name: string;
  /** The TensorFlow node that makes it: the Add of a convolution's bias when channels are picked. */
  readonly node: string;
  /** Channels to keep, in this order; all of them when absent. */
  readonly channels?: readonly number[];
}

/**
 * Converts a TensorFlow.js graph model to ONNX with a free height and width: input `[1, 3, H, W]`, each
 * output `[1, channels, H / stride, W / stride]`. The same files give the same bytes every time.
 *
 * @throws Error that names operator and node, when the graph holds something that is not translated.
 */
export function convertModel(
  model: unknown,
  weights: Uint8Array,
  options: { name: string; inputName: string; outputs: readonly OutputRequest[] },
): Uint8Array {
  const onnx = new OnnxGraph();
  const picks = new Map(
    options.outputs.flatMap(({ node, channels }) => (channels ? [[node, channels]] : [])),
  );
  const graph = readTfjsGraph(model, weights);
  const lowering = new GraphLowering(graph, onnx, options.inputName, picks);
  for (const { name, node } of options.outputs) {
    const value = lowering.lower(node);
    if (value.pendingPad) throw new Error(`Output "${name}" is a pad; ask for the node after it`);
    onnx.addNode({ op: 'Identity', inputs: [value.tensor], output: name });
    onnx.addOutput(name, [1, value.channelCount, `${name}_height`, `${name}_width`]);
  }
  return onnx.toBytes(options.name);
}
