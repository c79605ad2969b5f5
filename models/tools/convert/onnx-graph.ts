import { ProtobufWriter } from './protobuf-writer';

/** `TensorProto.DataType` of the ONNX schema. */
export const ONNX_FLOAT = 1;
/** Half precision, stored as its raw 16 bits. */
export const ONNX_FLOAT16 = 10;

/** `AttributeProto.AttributeType` of the ONNX schema. */
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;

/** Opset 14 knows every operator written here, and every ONNX Runtime Web release reads it. */
const OPSET_VERSION = 14;
/** The file format version that belongs to opset 14. */
const IR_VERSION = 8;

/** An operator's attribute: a list is always of integers, a bare number needs its type said. */
export type OnnxAttribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly number[] };

export interface OnnxNode {
  readonly op: string;
  /** Tensor names; an empty name is an optional input left out. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** One length of a tensor: a number, or the name of a length only known when the model runs. */
export type OnnxDimension = number | string;

/** Collects operators and constants in order and writes them as an ONNX file. Equal calls, equal bytes. */
export class OnnxGraph {
  readonly #nodes: ProtobufWriter[] = [];
  readonly #initializers: ProtobufWriter[] = [];
  readonly #inputs: ProtobufWriter[] = [];
  readonly #outputs: ProtobufWriter[] = [];

  /** Appends an operator and returns the name of its output. */
  addNode(node: OnnxNode): string {
    const message = new ProtobufWriter();
    for (const input of node.inputs) message.text(1, input);
    message.text(2, node.output).text(3, node.output).text(4, node.op);
    for (const [name, attribute] of Object.entries(node.attributes ?? {})) {
      message.message(5, encodeAttribute(name, attribute));
    }
    this.#nodes.push(message);
    return node.output;
  }

  /** Adds a constant from its little-endian bytes and returns its name. */
  addConstant(name: string, dataType: number, shape: readonly number[], data: Uint8Array): string {
    const message = new ProtobufWriter();
    for (const length of shape) message.integer(1, length);
    this.#initializers.push(message.integer(2, dataType).text(8, name).bytes(9, data));
    return name;
  }

  addInput(name: string, shape: readonly OnnxDimension[]): void {
    this.#inputs.push(encodeValueInfo(name, shape));
  }

  addOutput(name: string, shape: readonly OnnxDimension[]): void {
    this.#outputs.push(encodeValueInfo(name, shape));
  }

  /** The whole file. `name` is shown by tools that draw the graph. */
  toBytes(name: string): Uint8Array {
    const graph = new ProtobufWriter();
    for (const node of this.#nodes) graph.message(1, node);
    graph.text(2, name);
    for (const initializer of this.#initializers) graph.message(5, initializer);
    for (const input of this.#inputs) graph.message(11, input);
    for (const output of this.#outputs) graph.message(12, output);
    return new ProtobufWriter()
      .integer(1, IR_VERSION)
      .text(2, 'resight')
      .message(7, graph)
      .message(8, new ProtobufWriter().text(1, '').integer(2, OPSET_VERSION))
      .finish();
  }
}

function encodeAttribute(name: string, attribute: OnnxAttribute): ProtobufWriter {
  const message = new ProtobufWriter().text(1, name);
  switch (attribute.type) {
    case 'float':
      return message.float(2, attribute.value).integer(20, ATTRIBUTE_FLOAT);
    case 'int':
      return message.integer(3, attribute.value).integer(20, ATTRIBUTE_INT);
    case 'string':
      return message.text(4, attribute.value).integer(20, ATTRIBUTE_STRING);
    case 'ints':
      for (const value of attribute.value) message.integer(8, value);
      return message.integer(20, ATTRIBUTE_INTS);
  }
}

/** A float32 tensor of the given shape, as the graph's inputs and outputs are declared. */
function encodeValueInfo(name: string, shape: readonly OnnxDimension[]): ProtobufWriter {
  const dimensions = new ProtobufWriter();
  for (const length of shape) {
    const dimension = new ProtobufWriter();
    dimensions.message(
      1,
      typeof length === 'number' ? dimension.integer(1, length) : dimension.text(2, length),
    );
  }
  const tensorType = new ProtobufWriter().integer(1, ONNX_FLOAT).message(2, dimensions);
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensorType));
}
