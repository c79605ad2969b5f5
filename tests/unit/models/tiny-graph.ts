/** One operator of a {@link tinyModel}: its inputs name operators and constants. */
export interface TinyNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

/** One constant: `half` stores a value list as its 16-bit patterns. */
export interface TinyConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: 'int32' | 'float32' | 'half';
  readonly values: readonly number[];
}

/** Writes the operators and constants the way the TensorFlow.js converter does: parsed JSON and weights. */
export function tinyModel(
  nodes: readonly TinyNode[],
  constants: readonly TinyConstant[],
): { model: unknown; weights: Uint8Array } {
  const manifest = constants.map(({ name, shape, type }) => ({
    name,
    shape,
    dtype: type === 'int32' ? 'int32' : 'float32',
    ...(type === 'half' ? { quantization: { dtype: 'float16' } } : {}),
  }));
  const parts = constants.map(({ type, values }) => {
    if (type === 'int32') return Buffer.from(Int32Array.from(values).buffer);
    if (type === 'half') return Buffer.from(Uint16Array.from(values).buffer);
    return Buffer.from(Float32Array.from(values).buffer);
  });
  const constantNodes = constants.map(({ name }) => ({ name, op: 'Const' }));
  const model = {
    format: 'graph-model',
    modelTopology: { node: [...nodes, ...constantNodes] },
    weightsManifest: [{ weights: manifest }],
  };
  return { model, weights: new Uint8Array(Buffer.concat(parts)) };
}

/** A [1, 3, height, width] input called `picture`. */
export function placeholder(heightPx: number, widthPx: number): TinyNode {
  const dim = [1, 3, heightPx, widthPx].map((size) => ({ size: String(size) }));
  return { name: 'picture', op: 'Placeholder', attr: { shape: { shape: { dim } } } };
}

/** String attributes are base64 in these files. */
export function text(value: string): { s: string } {
  return { s: Buffer.from(value).toString('base64') };
}

/** Integer lists are text in these files. */
export function integers(...values: number[]): { list: { i: string[] } } {
  return { list: { i: values.map(String) } };
}

/** The permutations between the two layouts, and the border of one pixel, as constants. */
export const LAYOUT_CONSTANTS: readonly TinyConstant[] = [
  { name: 'toLast', shape: [4], type: 'int32', values: [0, 2, 3, 1] },
  { name: 'toFirst', shape: [4], type: 'int32', values: [0, 3, 1, 2] },
  { name: 'border', shape: [4, 2], type: 'int32', values: [0, 0, 0, 0, 1, 1, 1, 1] },
];
