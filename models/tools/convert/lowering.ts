import { addBias, addKernel, kernelShapeOf } from './convolution-weights';
import { axesOf, describe, type FeatureMap } from './feature-map';
import { ONNX_FLOAT, type OnnxGraph } from './onnx-graph';
import { refusal } from './refusal';
import { padded, slidingWindow, transposed } from './size-free';
import {
  constantValues,
  integersOf,
  nodeNameOf,
  type TensorConstant,
  type TfjsGraph,
  type TfjsNode,
} from './tfjs-graph';

type OperatorLowering = (node: TfjsNode) => FeatureMap;

/**
 * Translates TensorFlow operators to ONNX ones, from the outputs asked for back to the input.
 *
 * The file that comes out takes any height and width the strides divide. Nothing of the exported size may
 * therefore reach it: convolutions and pooling must have explicit symmetric padding (TensorFlow's SAME
 * padding depends on the size), and a resize must be by a power of two. Anything else is refused by name.
 */
export class GraphLowering {
  readonly #graph: TfjsGraph;
  readonly #onnx: OnnxGraph;
  readonly #inputName: string;
  /** Output channels to keep, by the name of the Add that ends a convolution. */
  readonly #channelPicks: ReadonlyMap<string, readonly number[]>;
  readonly #done = new Map<string, FeatureMap>();
  readonly #operators: Readonly<Record<string, OperatorLowering>> = {
    Placeholder: (node) => this.#placeholder(node),
    Identity: (node) => this.#input(node, 0),
    Transpose: (node) => this.#transpose(node),
    Pad: (node) => this.#pad(node, 0),
    PadV2: (node) => this.#pad(node, this.#scalar(node, 2)),
    Conv2D: (node) => this.#convolution(node, null, node.name),
    Add: (node) => this.#add(node),
    AddV2: (node) => this.#add(node),
    LeakyRelu: (node) => this.#leakyRelu(node),
    MaxPool: (node) => this.#maxPool(node),
    ConcatV2: (node) => this.#concat(node),
    ResizeBilinear: (node) => this.#resize(node),
  };

  constructor(
    graph: TfjsGraph,
    onnx: OnnxGraph,
    inputName: string,
    channelPicks: ReadonlyMap<string, readonly number[]>,
  ) {
    this.#graph = graph;
    this.#onnx = onnx;
    this.#inputName = inputName;
    this.#channelPicks = channelPicks;
  }

  /** The tensor a TensorFlow node makes, translated with everything it needs. */
  lower(nodeName: string): FeatureMap {
    const finished = this.#done.get(nodeName);
    if (finished) return finished;
    const node = this.#graph.nodes.get(nodeName);
    if (!node) throw new Error(`The graph has no node "${nodeName}"`);
    const operator = this.#operators[node.op];
    if (!operator) throw refusal(node, 'no translation for this operator');
    const result = operator(node);
    this.#done.set(nodeName, result);
    return result;
  }

  #placeholder(node: TfjsNode): FeatureMap {
    const shape = (node.attr?.['shape']?.shape?.dim ?? []).map((length) => Number(length.size));
    const [batch, channelCount, heightPx, widthPx] = shape;
    if (batch !== 1 || channelCount !== 3 || !heightPx || !widthPx) {
      throw refusal(node, `expected the input shape [1, 3, H, W], found [${shape.join(', ')}]`);
    }
    this.#onnx.addInput(this.#inputName, [1, 3, 'height', 'width']);
    const tensor = this.#inputName;
    return { tensor, layout: 'NCHW', channelCount, heightPx, widthPx, pendingPad: null };
  }

  #transpose(node: TfjsNode): FeatureMap {
    const value = this.#input(node, 0);
    return transposed(node, value, constantValues(this.#constantInput(node, 1)));
  }

  #pad(node: TfjsNode, fill: number): FeatureMap {
    const value = this.#unpaddedInput(node, 0);
    return padded(node, value, constantValues(this.#constantInput(node, 1)), fill);
  }

  /** `outputNode` names the result: the convolution itself, or the Add that holds its bias. */
  #convolution(node: TfjsNode, bias: TensorConstant | null, outputNode: string): FeatureMap {
    const value = this.#input(node, 0);
    const kernel = this.#constantInput(node, 1);
    const { height, width, inputCount, outputCount } = kernelShapeOf(kernel);
    if (value.layout !== 'NHWC' || inputCount !== value.channelCount) {
      throw refusal(
        node,
        `expected ${inputCount} channels last, found ${value.channelCount} ${value.layout}`,
      );
    }
    if (integersOf(node, 'dilations').some((dilation) => dilation !== 1)) {
      throw refusal(node, 'a dilated convolution');
    }
    const channels = this.#channelPicks.get(outputNode) ?? range(outputCount);
    const inputs = [value.tensor, addKernel(this.#onnx, kernel, channels, `${outputNode}/kernel`)];
    if (bias) inputs.push(addBias(this.#onnx, bias, channels, `${outputNode}/bias`));
    const window = slidingWindow(node, value, [height, width], 0);
    const tensor = this.#onnx.addNode({
      op: 'Conv',
      inputs,
      output: outputNode,
      attributes: window.attributes,
    });
    return { ...value, ...window.size, tensor, channelCount: channels.length, pendingPad: null };
  }

  /** A convolution's bias, or the sum of two feature maps. */
  #add(node: TfjsNode): FeatureMap {
    const names = (node.input ?? []).map(nodeNameOf);
    const bias = names.map((name) => this.#graph.constants.get(name)).find(Boolean);
    const convolution = names.map((name) => this.#graph.nodes.get(name)).find(isConvolution);
    if (bias && convolution) return this.#convolution(convolution, bias, node.name);
    if (bias) throw refusal(node, 'the sum of a constant and something other than a convolution');
    const left = this.#unpaddedInput(node, 0);
    const right = this.#unpaddedInput(node, 1);
    if (describe(left) !== describe(right)) {
      throw refusal(node, `the sum of ${describe(left)} and ${describe(right)}`);
    }
    const inputs = [left.tensor, right.tensor];
    return { ...left, tensor: this.#onnx.addNode({ op: 'Add', inputs, output: node.name }) };
  }

  #leakyRelu(node: TfjsNode): FeatureMap {
    const value = this.#unpaddedInput(node, 0);
    const slope = node.attr?.['alpha']?.f;
    if (slope === undefined) throw refusal(node, 'no "alpha" attribute');
    const tensor = this.#onnx.addNode({
      op: 'LeakyRelu',
      inputs: [value.tensor],
      output: node.name,
      attributes: { alpha: { type: 'float', value: slope } },
    });
    return { ...value, tensor };
  }

  #maxPool(node: TfjsNode): FeatureMap {
    const value = this.#input(node, 0);
    if (value.layout !== 'NHWC') throw refusal(node, `expected NHWC, found ${value.layout}`);
    const [, height = 0, width = 0] = integersOf(node, 'ksize');
    const window = slidingWindow(node, value, [height, width], -Infinity);
    const tensor = this.#onnx.addNode({
      op: 'MaxPool',
      inputs: [value.tensor],
      output: node.name,
      attributes: window.attributes,
    });
    return { ...value, ...window.size, tensor, pendingPad: null };
  }

  #concat(node: TfjsNode): FeatureMap {
    const parts = range((node.input?.length ?? 0) - 1).map((i) => this.#unpaddedInput(node, i));
    const [first] = parts;
    const axis = this.#scalar(node, parts.length);
    if (!first || axis !== axesOf(first.layout).channel) {
      throw refusal(node, `concatenation along axis ${axis}, which is not the channels`);
    }
    const places = new Set(parts.map((part) => describe({ ...part, channelCount: 0 })));
    if (places.size !== 1) {
      throw refusal(node, `concatenation of ${parts.map(describe).join(' and ')}`);
    }
    const tensor = this.#onnx.addNode({
      op: 'Concat',
      inputs: parts.map((part) => part.tensor),
      output: node.name,
      attributes: { axis: { type: 'int', value: axesOf('NCHW').channel } },
    });
    return { ...first, tensor, channelCount: parts.reduce((sum, p) => sum + p.channelCount, 0) };
  }

  #resize(node: TfjsNode): FeatureMap {
    const value = this.#unpaddedInput(node, 0);
    if (value.layout !== 'NHWC') throw refusal(node, `expected NHWC, found ${value.layout}`);
    if (node.attr?.['half_pixel_centers']?.b !== true || node.attr['align_corners']?.b === true) {
      throw refusal(node, 'a resize without half-pixel centres');
    }
    const [heightPx = 0, widthPx = 0] = constantValues(this.#constantInput(node, 1));
    const scales = [heightPx / value.heightPx, widthPx / value.widthPx];
    if (scales.some((scale) => !Number.isInteger(Math.log2(scale)))) {
      throw refusal(node, `a resize by ${scales.join(' x ')}, which is not a power of two`);
    }
    const data = new Uint8Array(Float32Array.of(1, 1, ...scales).buffer);
    const scaleTensor = this.#onnx.addConstant(`${node.name}/scales`, ONNX_FLOAT, [4], data);
    const tensor = this.#onnx.addNode({
      op: 'Resize',
      inputs: [value.tensor, '', scaleTensor],
      output: node.name,
      attributes: {
        mode: { type: 'string', value: 'linear' },
        coordinate_transformation_mode: { type: 'string', value: 'half_pixel' },
      },
    });
    return { ...value, tensor, heightPx, widthPx };
  }

  #input(node: TfjsNode, index: number): FeatureMap {
    const name = nodeNameOf(node.input?.[index] ?? '');
    if (this.#channelPicks.has(name)) {
      throw refusal(node, `its input "${name}" keeps only some channels, so it must be an output`);
    }
    return this.lower(name);
  }

  #unpaddedInput(node: TfjsNode, index: number): FeatureMap {
    const value = this.#input(node, index);
    if (value.pendingPad) throw refusal(node, 'a pad before it that no convolution or pool takes');
    return value;
  }

  #constantInput(node: TfjsNode, index: number): TensorConstant {
    const name = nodeNameOf(node.input?.[index] ?? '');
    const constant = this.#graph.constants.get(name);
    if (!constant) throw refusal(node, `input ${index} "${name}" is not a constant`);
    return constant;
  }

  #scalar(node: TfjsNode, index: number): number {
    const values = constantValues(this.#constantInput(node, index));
    const [value] = values;
    if (value === undefined || values.length !== 1) {
      throw refusal(node, `expected one number as input ${index}, found ${values.length}`);
    }
    return value;
  }
}

function isConvolution(node: TfjsNode | undefined): node is TfjsNode {
  return node?.op === 'Conv2D';
}

function range(count: number): number[] {
  return Array.from({ length: Math.max(0, count) }, (_, index) => index);
}
