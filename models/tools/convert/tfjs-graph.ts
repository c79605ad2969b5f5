import { halfToFloat } from './half';

/** A stored tensor. Half-precision weights keep their raw bits: ONNX stores the same. */
export type TensorConstant =
  | {
      readonly type: 'int32';
      readonly name: string;
      readonly shape: readonly number[];
      readonly data: Int32Array;
    }
  | {
      readonly type: 'float32';
      readonly name: string;
      readonly shape: readonly number[];
      readonly data: Float32Array;
    }
  | {
      readonly type: 'float16';
      readonly name: string;
      readonly shape: readonly number[];
      readonly data: Uint16Array;
    };

/** An operator's attribute as TensorFlow.js writes it; integers arrive as text, strings as base64. */
interface TfjsAttribute {
  readonly s?: string;
  readonly f?: number;
  readonly b?: boolean;
  readonly list?: { readonly i?: readonly string[] };
  readonly shape?: { readonly dim?: readonly { readonly size: string }[] };
}

export interface TfjsNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, TfjsAttribute>>;
}

export interface TfjsGraph {
  readonly nodes: ReadonlyMap<string, TfjsNode>;
  readonly constants: ReadonlyMap<string, TensorConstant>;
}

interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string };
}

interface GraphModelFile {
  readonly format: string;
  readonly modelTopology: { readonly node: readonly TfjsNode[] };
  readonly weightsManifest: readonly { readonly weights: readonly WeightEntry[] }[];
}

/**
 * Reads a TensorFlow.js graph model: the parsed JSON and its one weights file. Throws when it is
 * something else, or when the weights are longer or shorter than the JSON says.
 */
export function readTfjsGraph(model: unknown, weights: Uint8Array): TfjsGraph {
  if (!isGraphModel(model)) {
    throw new Error('Expected a TensorFlow.js graph model with one weights group');
  }
  const constants = new Map<string, TensorConstant>();
  let offset = 0;
  for (const entry of model.weightsManifest[0]?.weights ?? []) {
    const valueCount = entry.shape.reduce((product, length) => product * length, 1);
    const byteCount = valueCount * bytesPerValue(entry);
    if (offset + byteCount > weights.byteLength) {
      throw new Error(
        `Weights end inside "${entry.name}": expected at least ${offset + byteCount} bytes, found ${weights.byteLength}`,
      );
    }
    // a copy, because a typed array must start on an aligned address (a Buffer's own slice copies nothing)
    const bytes = new Uint8Array(weights.subarray(offset, offset + byteCount));
    constants.set(entry.name, readConstant(entry, bytes));
    offset += byteCount;
  }
  if (offset !== weights.byteLength) {
    throw new Error(`Expected ${offset} bytes of weights, found ${weights.byteLength}`);
  }
  const nodes = new Map(model.modelTopology.node.map((node) => [node.name, node]));
  return { nodes, constants };
}

/** The constant's values as plain numbers. */
export function constantValues(constant: TensorConstant): number[] {
  return constant.type === 'float16'
    ? Array.from(constant.data, halfToFloat)
    : Array.from(constant.data);
}

/** TensorFlow names an input `node`, `node:0` or `^node`; this is the node's name. */
export function nodeNameOf(input: string): string {
  return input.replace(/^\^/, '').replace(/:0$/, '');
}

/** The integers of a list attribute such as `strides`; empty when it is absent. */
export function integersOf(node: TfjsNode, attribute: string): number[] {
  return (node.attr?.[attribute]?.list?.i ?? []).map(Number);
}

/** The text of a string attribute such as `padding`; empty when it is absent. */
export function textOf(node: TfjsNode, attribute: string): string {
  return Buffer.from(node.attr?.[attribute]?.s ?? '', 'base64').toString();
}

function bytesPerValue(entry: WeightEntry): number {
  if (entry.quantization === undefined) return 4;
  if (entry.quantization.dtype === 'float16') return 2;
  throw new Error(
    `Weights "${entry.name}" are stored as ${entry.quantization.dtype}; only float16 and unquantised are read`,
  );
}

/** Weights files are little-endian, as is every machine Node 20 is built for but s390x. */
function readConstant(entry: WeightEntry, bytes: Uint8Array): TensorConstant {
  const { name, shape } = entry;
  const { buffer } = bytes;
  if (entry.dtype === 'int32') return { type: 'int32', name, shape, data: new Int32Array(buffer) };
  if (entry.dtype !== 'float32') throw new Error(`Weights "${name}" have type ${entry.dtype}`);
  return entry.quantization === undefined
    ? { type: 'float32', name, shape, data: new Float32Array(buffer) }
    : { type: 'float16', name, shape, data: new Uint16Array(buffer) };
}

function isGraphModel(model: unknown): model is GraphModelFile {
  if (typeof model !== 'object' || model === null) return false;
  // any object may be asked for its keys
  const { format, modelTopology, weightsManifest } = model as Partial<GraphModelFile>;
  return (
    format === 'graph-model' &&
    Array.isArray(modelTopology?.node) &&
    Array.isArray(weightsManifest) &&
    weightsManifest.length === 1
  );
}
