import type { OnnxFacts, OnnxTensorFacts } from '../../contracts/shelf';
import { COCO_CLASS_COUNT } from './class-lists';
import { USUAL_INPUTS, type ImportFields, type OutputKind } from './import-fields';

/** What the form begins with, and what about the file gives reason to doubt it. */
export interface FirstGuess {
  readonly fields: ImportFields;
  readonly cautions: readonly string[];
}

type Shape = readonly (number | null)[];

/** Longer vectors are feature maps or class scores; shorter ones cannot tell many vehicles apart. */
const EMBEDDING_DIMENSIONS = { min: 16, max: 4096 } as const;
/** Values of the boxes that detectors with their own suppression give: corners, score, class. */
const SUPPRESSED_VALUE_COUNT = 6;
/** Usual of detectors whose size is free or not told. */
const USUAL_STRIDES: readonly number[] = [8, 16, 32];
/** Sides taken where the file leaves them free. */
const FREE_SIDE_PX = { detect: 416, embed: 224 } as const;

/** Fills in the form from what a file says of itself. Guesses; `cautions` says what did not fit. */
export function draftFromFacts(fileName: string, facts: OnnxFacts): FirstGuess {
  const cautions: string[] = [];
  const input = facts.inputs[0];
  const pixels = readInput(input, cautions);
  if (facts.inputs.length !== 1) {
    cautions.push(`Expected one input, a picture; found ${facts.inputs.length} inputs.`);
  }
  const kind = guessKind(facts.outputs, pixels);
  const usual = USUAL_INPUTS[kind ?? 'boxes-scores'];
  if (kind === null) {
    cautions.push(
      `Its outputs look like none the app can read (${facts.outputs.map(tensorText).join(', ')}): choose the nearest below and try it.`,
    );
  }
  if (hasOwnSuppression(facts.outputs)) {
    cautions.push(
      'Each of its boxes has six values, as in models that suppress overlapping boxes themselves. Export it without that step, or the boxes will be read wrongly.',
    );
  }
  const side = FREE_SIDE_PX[usual.task];
  const fields: ImportFields = {
    ...usual,
    ...outputFields(kind ?? 'boxes-scores', facts.outputs, pixels),
    title: fileName.replace(/\.onnx$/i, ''),
    inputName: input?.name ?? '',
    isFreeSize: usual.task === 'detect' && pixels.isFree,
    widthPx: pixels.widthPx ?? side,
    heightPx: pixels.heightPx ?? side,
    strideMultiple: 32,
    layout: pixels.layout,
    licence: '',
    trainedOn: '',
  };
  return { fields, cautions };
}

/** The form with another kind of output: names, strides and pixels as that kind usually has them. */
export function withOutputKind(
  fields: ImportFields,
  kind: OutputKind,
  facts: OnnxFacts,
): ImportFields {
  const pixels = readInput(facts.inputs[0], []);
  const usual = USUAL_INPUTS[kind];
  return {
    ...fields,
    ...usual,
    ...outputFields(kind, facts.outputs, pixels),
    isFreeSize: usual.task === 'detect' && pixels.isFree,
  };
}

/** A tensor in one line: `images float32 [1, 3, 640, 640]`; a free side is a question mark. */
export function tensorText({ name, type, shape }: OnnxTensorFacts): string {
  return `${name} ${type} [${shape.map((side) => side ?? '?').join(', ')}]`;
}

interface Pixels {
  readonly layout: ImportFields['layout'];
  readonly widthPx: number | null;
  readonly heightPx: number | null;
  readonly isFree: boolean;
}

function readInput(input: OnnxTensorFacts | undefined, cautions: string[]): Pixels {
  const shape = input?.shape ?? [];
  const layout = shape[3] === 3 && shape[1] !== 3 ? 'NHWC' : 'NCHW';
  const [heightPx, widthPx] = layout === 'NCHW' ? [shape[2], shape[3]] : [shape[1], shape[2]];
  const channels = layout === 'NCHW' ? shape[1] : shape[3];
  if (input && (shape.length !== 4 || (channels !== 3 && channels !== null))) {
    cautions.push(
      `Expected a colour picture as input, [1, 3, height, width] or [1, height, width, 3]; found ${tensorText(input)}.`,
    );
  }
  const isFree = typeof heightPx !== 'number' || typeof widthPx !== 'number';
  return { layout, heightPx: heightPx ?? null, widthPx: widthPx ?? null, isFree };
}

function guessKind(outputs: readonly OnnxTensorFacts[], pixels: Pixels): OutputKind | null {
  const shapes = outputs.map(({ shape }) => shape);
  const [only] = shapes;
  if (shapes.length === 1 && only) {
    if (isEmbedding(only)) return 'embedding';
    return only.length === 3 ? guessBoxes(only, pixels) : null;
  }
  if (isBoxesAndScores(shapes)) return 'boxes-scores';
  const isPyramid = shapes.length >= 2 && shapes.every((shape) => shape.length === 4);
  return isPyramid && new Set(shapes.map((shape) => shape[1])).size === 1 ? 'nanodet-dfl' : null;
}

function isEmbedding(shape: Shape): boolean {
  const dimension = shape[1] ?? 0;
  const { min, max } = EMBEDDING_DIMENSIONS;
  return shape.length === 2 && dimension >= min && dimension <= max;
}

/** YOLOX has one box a cell, in rows; everything else that gives rows or columns of boxes is read as YOLO. */
function guessBoxes(shape: Shape, pixels: Pixels): OutputKind {
  const isYolox = orderOf(shape) === 'rows' && cellCount(pixels) === shape[1];
  return isYolox ? 'yolox' : 'yolo';
}

/** All cells of the usual strides; null when the size is free. */
function cellCount({ widthPx, heightPx }: Pixels): number | null {
  if (widthPx === null || heightPx === null) return null;
  return USUAL_STRIDES.reduce(
    (sum, stride) => sum + Math.ceil(widthPx / stride) * Math.ceil(heightPx / stride),
    0,
  );
}

/** There are more boxes than values of one; where one of the two is free, the free one counts the boxes. */
function orderOf(shape: Shape): 'rows' | 'columns' {
  const rows = shape[1] ?? Infinity;
  const columns = shape[2] ?? Infinity;
  return rows < columns ? 'columns' : 'rows';
}

function isBoxesAndScores(shapes: readonly Shape[]): boolean {
  const [first, second] = shapes;
  if (shapes.length !== 2 || first?.length !== 3 || second?.length !== 3) return false;
  return (first[2] === 4) !== (second[2] === 4) && first[1] === second[1];
}

function hasOwnSuppression(outputs: readonly OnnxTensorFacts[]): boolean {
  const shape = outputs[0]?.shape;
  return outputs.length === 1 && shape?.length === 3 && shape[2] === SUPPRESSED_VALUE_COUNT;
}

type OutputFields = Pick<
  ImportFields,
  | 'outputKind'
  | 'outputName'
  | 'scoresName'
  | 'order'
  | 'hasObjectness'
  | 'areFractions'
  | 'strides'
  | 'binCount'
  | 'classPreset'
  | 'ownClasses'
  | 'dimension'
>;

function outputFields(
  outputKind: OutputKind,
  outputs: readonly OnnxTensorFacts[],
  pixels: Pixels,
): OutputFields {
  const isPair = outputKind === 'boxes-scores';
  const boxes = (isPair ? outputs.find(({ shape }) => shape[2] === 4) : null) ?? outputs[0];
  const scores = isPair ? outputs.find((output) => output !== boxes) : undefined;
  const shape = boxes?.shape ?? [];
  const order = outputKind === 'yolo' ? orderOf(shape) : 'rows';
  const guessed = {
    outputKind,
    order,
    hasObjectness: order === 'rows',
    binCount: binCountOf(shape[1]),
  } as const;
  const classCount = classCountIn(guessed, shape, scores?.shape ?? []);
  const isCoco = classCount === null || classCount === COCO_CLASS_COUNT;
  return {
    ...guessed,
    outputName: boxes?.name ?? '',
    scoresName: scores?.name ?? '',
    areFractions: true,
    strides: stridesOf(outputKind, outputs, pixels).join(', '),
    classPreset: isCoco ? 'coco-80' : 'own',
    ownClasses: isCoco ? '' : numbered(classCount),
    dimension: outputKind === 'embedding' ? (shape[1] ?? null) : null,
  };
}

/** What the number of classes follows from. */
type Reading = Pick<ImportFields, 'outputKind' | 'order' | 'hasObjectness' | 'binCount'>;

/** Classes that an output of this shape has when it is read this way; null where the file leaves it free. */
export function classCountIn(reading: Reading, shape: Shape, scoresShape: Shape): number | null {
  const { outputKind, order, hasObjectness, binCount } = reading;
  const boxValueCount = hasObjectness ? 5 : 4;
  switch (outputKind) {
    case 'embedding':
      return null;
    case 'boxes-scores':
      return scoresShape[2] ?? null;
    case 'yolox':
      return less(shape[2], 5);
    case 'yolo':
      return less(order === 'rows' ? shape[2] : shape[1], boxValueCount);
    case 'nanodet-dfl':
      return less(shape[1], 4 * (binCount ?? 0));
  }
}

function less(total: number | null | undefined, part: number): number | null {
  return typeof total === 'number' && total > part ? total - part : null;
}

/** NanoDet's bins: as many as leave the classes of COCO; 8 as in its makers' own settings where none does. */
function binCountOf(channels: number | null | undefined): number {
  const left = (channels ?? 0) - COCO_CLASS_COUNT;
  return left > 0 && left % 4 === 0 ? left / 4 : 8;
}

function stridesOf(
  outputKind: OutputKind,
  outputs: readonly OnnxTensorFacts[],
  { heightPx }: Pixels,
): readonly number[] {
  if (outputKind !== 'nanodet-dfl') return USUAL_STRIDES;
  return outputs.map(({ shape }, index) => {
    const rows = shape[2];
    return heightPx !== null && rows ? Math.round(heightPx / rows) : 8 * 2 ** index;
  });
}

function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `class ${index}`).join('\n');
}
