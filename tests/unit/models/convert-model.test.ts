import { describe, expect, test } from 'vitest';
import { convertModel } from '../../../models/tools/convert/convert-model';
import { runOnnx } from './run-onnx';
import {
  integers,
  LAYOUT_CONSTANTS,
  placeholder,
  text,
  tinyModel,
  type TinyConstant,
  type TinyNode,
} from './tiny-graph';

const UNIT_STRIDES = { strides: integers(1, 1, 1, 1), padding: text('VALID') };

/** Half-precision patterns of 1, 2 and -0.5. */
const HALF_ONE = 0x3c00;
const HALF_TWO = 0x4000;
const HALF_MINUS_HALF = 0xb800;

/** A 1x1 convolution to two channels: red plus bias 10, and twice blue minus half of green plus bias 20. */
const MIX_NODES: readonly TinyNode[] = [
  placeholder(2, 2),
  { name: 'last', op: 'Transpose', input: ['picture', 'toLast'] },
  { name: 'mix', op: 'Conv2D', input: ['last', 'kernel'], attr: UNIT_STRIDES },
  { name: 'mixed', op: 'Add', input: ['mix', 'bias'] },
];
const MIX_CONSTANTS: readonly TinyConstant[] = [
  ...LAYOUT_CONSTANTS,
  {
    name: 'kernel',
    shape: [1, 1, 3, 2],
    type: 'half',
    values: [HALF_ONE, 0, 0, HALF_MINUS_HALF, 0, HALF_TWO],
  },
  { name: 'bias', shape: [2], type: 'float32', values: [10, 20] },
];

function convert(
  nodes: readonly TinyNode[],
  constants: readonly TinyConstant[],
  node: string,
  channels?: readonly number[],
): Uint8Array {
  const { model, weights } = tinyModel(nodes, constants);
  const outputs = [channels ? { name: 'out', node, channels } : { name: 'out', node }];
  return convertModel(model, weights, { name: 'tiny', inputName: 'in', outputs });
}

const RED = [1, 2, 3, 4];
const GREEN = [2, 4, 6, 8];
const BLUE = [5, 6, 7, 8];
const PICTURE = Float32Array.from([...RED, ...GREEN, ...BLUE]);

describe('convertModel', () => {
  test('turns a convolution and the sum behind it into one operator with half-precision weights', async () => {
    const { out } = await runOnnx(
      convert(MIX_NODES, MIX_CONSTANTS, 'mixed'),
      'in',
      [1, 3, 2, 2],
      PICTURE,
    );
    expect(out?.shape).toEqual([1, 2, 2, 2]);
    const second = BLUE.map((blue, i) => 2 * blue - (GREEN[i] ?? NaN) / 2 + 20);
    expect([...(out?.values ?? [])]).toEqual([...RED.map((red) => red + 10), ...second]);
  });

  test('keeps the channels asked for, in the order asked', async () => {
    const bytes = convert(MIX_NODES, MIX_CONSTANTS, 'mixed', [1, 0, 1]);
    const { out } = await runOnnx(bytes, 'in', [1, 3, 2, 2], PICTURE);
    expect(out?.shape).toEqual([1, 3, 2, 2]);
    expect([...(out?.values.slice(4, 8) ?? [])]).toEqual(RED.map((red) => red + 10));
    expect(out?.values.slice(0, 4)).toEqual(out?.values.slice(8, 12));
  });

  test('gives a model that runs at sizes other than the exported one', async () => {
    const bytes = convert(MIX_NODES, MIX_CONSTANTS, 'mixed');
    const { out } = await runOnnx(bytes, 'in', [1, 3, 1, 3], new Float32Array(9).fill(1));
    expect(out?.shape).toEqual([1, 2, 1, 3]);
  });

  test('takes a pad into the max pooling after it, with minus infinity outside the picture', async () => {
    const nodes: TinyNode[] = [
      placeholder(2, 2),
      { name: 'padded', op: 'PadV2', input: ['picture', 'border', 'low'] },
      { name: 'last', op: 'Transpose', input: ['padded', 'toLast'] },
      {
        name: 'pool',
        op: 'MaxPool',
        input: ['last'],
        attr: {
          ksize: integers(1, 3, 3, 1),
          strides: integers(1, 2, 2, 1),
          padding: text('VALID'),
        },
      },
    ];
    const low: TinyConstant = { name: 'low', shape: [], type: 'half', values: [0xfc00] };
    const bytes = convert(nodes, [...LAYOUT_CONSTANTS, low], 'pool');
    const { out } = await runOnnx(
      bytes,
      'in',
      [1, 3, 2, 2],
      PICTURE.map((value) => -value),
    );
    expect(out?.shape).toEqual([1, 3, 1, 1]);
    expect([...(out?.values ?? [])]).toEqual([-1, -2, -5]);
  });

  test('translates leaky ReLU, concatenation and doubling with half-pixel centres', async () => {
    const nodes: TinyNode[] = [
      placeholder(1, 2),
      { name: 'leaky', op: 'LeakyRelu', input: ['picture'], attr: { alpha: { f: 0.5 } } },
      { name: 'both', op: 'ConcatV2', input: ['leaky', 'picture', 'axis'] },
      { name: 'last', op: 'Transpose', input: ['both', 'toLast'] },
      {
        name: 'wide',
        op: 'ResizeBilinear',
        input: ['last', 'size'],
        attr: { half_pixel_centers: { b: true } },
      },
    ];
    const axis: TinyConstant = { name: 'axis', shape: [], type: 'int32', values: [1] };
    const size: TinyConstant = { name: 'size', shape: [2], type: 'int32', values: [1, 4] };
    const bytes = convert(nodes, [...LAYOUT_CONSTANTS, axis, size], 'wide');
    const { out } = await runOnnx(bytes, 'in', [1, 3, 1, 2], Float32Array.of(-4, 4, 0, 0, 0, 0));
    expect(out?.shape).toEqual([1, 6, 1, 4]);
    expect([...(out?.values.slice(0, 4) ?? [])]).toEqual([-2, -0.5, 2.5, 4]);
    expect([...(out?.values.slice(12, 16) ?? [])]).toEqual([-4, -2, 2, 4]);
  });

  test('writes the same bytes every time', () => {
    const first = convert(MIX_NODES, MIX_CONSTANTS, 'mixed');
    expect(Buffer.from(convert(MIX_NODES, MIX_CONSTANTS, 'mixed')).equals(first)).toBe(true);
  });
});

describe('convertModel refuses', () => {
  test('an operator it does not know, naming operator and node', () => {
    const nodes: TinyNode[] = [
      placeholder(2, 2),
      { name: 'block/softmax', op: 'Softmax', input: ['picture'] },
    ];
    expect(() => convert(nodes, [], 'block/softmax')).toThrow(
      'Cannot convert Softmax "block/softmax": no translation for this operator',
    );
  });

  test('an output that is not there', () => {
    expect(() => convert(MIX_NODES, MIX_CONSTANTS, 'nowhere')).toThrow('no node "nowhere"');
  });

  test('a channel that is not there', () => {
    expect(() => convert(MIX_NODES, MIX_CONSTANTS, 'mixed', [2])).toThrow(
      'Channel 2 was asked for, but "kernel" makes 2 channels',
    );
  });

  test('padding that depends on the input size', () => {
    const nodes = MIX_NODES.map((node) =>
      node.op === 'Conv2D' ? { ...node, attr: { ...node.attr, padding: text('SAME') } } : node,
    );
    expect(() => convert(nodes, MIX_CONSTANTS, 'mixed')).toThrow(
      'Cannot convert Conv2D "mix": padding SAME, which depends on the input size',
    );
  });

  test('a zero border before max pooling, which pads with minus infinity', () => {
    const nodes: TinyNode[] = [
      placeholder(2, 2),
      { name: 'padded', op: 'Pad', input: ['picture', 'border'] },
      { name: 'last', op: 'Transpose', input: ['padded', 'toLast'] },
      {
        name: 'pool',
        op: 'MaxPool',
        input: ['last'],
        attr: { ...UNIT_STRIDES, ksize: integers(1, 3, 3, 1) },
      },
    ];
    expect(() => convert(nodes, LAYOUT_CONSTANTS, 'pool')).toThrow(
      'Cannot convert MaxPool "pool": a border of 0; this operator pads with -Infinity',
    );
  });

  test('a resize that is no power of two, because it would not fit other sizes', () => {
    const nodes: TinyNode[] = [
      placeholder(2, 2),
      { name: 'last', op: 'Transpose', input: ['picture', 'toLast'] },
      {
        name: 'wide',
        op: 'ResizeBilinear',
        input: ['last', 'size'],
        attr: { half_pixel_centers: { b: true } },
      },
    ];
    const size: TinyConstant = { name: 'size', shape: [2], type: 'int32', values: [3, 4] };
    expect(() => convert(nodes, [...LAYOUT_CONSTANTS, size], 'wide')).toThrow(
      'Cannot convert ResizeBilinear "wide": a resize by 1.5 x 2',
    );
  });

  test('weights that are shorter or longer than the model says', () => {
    const { model, weights } = tinyModel(MIX_NODES, MIX_CONSTANTS);
    const options = { name: 'tiny', inputName: 'in', outputs: [{ name: 'out', node: 'mixed' }] };
    expect(() => convertModel(model, weights.subarray(1), options)).toThrow('Weights end inside');
    const longer = new Uint8Array(weights.byteLength + 1);
    expect(() => convertModel(model, longer, options)).toThrow(
      `Expected ${weights.byteLength} bytes of weights, found ${longer.byteLength}`,
    );
  });

  test('a file that is no TensorFlow.js graph model', () => {
    const options = { name: 'tiny', inputName: 'in', outputs: [] };
    expect(() => convertModel({ format: 'layers-model' }, new Uint8Array(), options)).toThrow(
      'Expected a TensorFlow.js graph model',
    );
  });
});
