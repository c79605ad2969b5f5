import type { ModelInputSpec, ModelOutputSpec, ModelTask } from '../../contracts/model';
import type { ClassPreset } from './class-lists';

/** How pixel values are scaled before the model sees them. */
export type Normalisation = 'range-255' | 'range-1' | 'range-plus-minus-1' | 'imagenet' | 'custom';

/** What the form calls the kinds of output. */
export type OutputKind = ModelOutputSpec['type'];

type Three = readonly [number, number, number];

/** Everything the import form asks, as its controls hold it; null: a number field that is empty or no number. */
export interface ImportFields {
  title: string;
  task: ModelTask;
  inputName: string;
  /** Any size that is a multiple of `strideMultiple`. */
  isFreeSize: boolean;
  widthPx: number | null;
  heightPx: number | null;
  strideMultiple: number | null;
  layout: ModelInputSpec['layout'];
  channelOrder: ModelInputSpec['channelOrder'];
  normalisation: Normalisation;
  /** Three numbers, for `custom`. */
  mean: string;
  std: string;
  fit: ModelInputSpec['fit'];
  padValue: number | null;
  outputKind: OutputKind;
  /** The only output, or that of the boxes. */
  outputName: string;
  scoresName: string;
  order: 'rows' | 'columns';
  hasObjectness: boolean;
  areFractions: boolean;
  /** Whole numbers, smallest first: `8, 16, 32`. */
  strides: string;
  binCount: number | null;
  classPreset: ClassPreset;
  ownClasses: string;
  dimension: number | null;
  licence: string;
  trainedOn: string;
}

/** Mean and standard deviation of ImageNet's pictures on 0-255, red first (torchvision's documentation of its weights). */
const IMAGENET: { readonly mean: Three; readonly std: Three } = {
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
};

/** (value - mean) / std on values of 0-255, in the model's order of channels. */
export function scaleOf(
  normalisation: Exclude<Normalisation, 'custom'>,
  channelOrder: ModelInputSpec['channelOrder'],
): { readonly mean: Three; readonly std: Three } {
  switch (normalisation) {
    case 'range-255':
      return { mean: [0, 0, 0], std: [1, 1, 1] };
    case 'range-1':
      return { mean: [0, 0, 0], std: [255, 255, 255] };
    case 'range-plus-minus-1':
      return { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] };
    case 'imagenet':
      if (channelOrder === 'RGB') return IMAGENET;
      return { mean: reversed(IMAGENET.mean), std: reversed(IMAGENET.std) };
  }
}

function reversed([first, second, third]: Three): Three {
  return [third, second, first];
}

/** The numbers of a text such as `8, 16 32`; null when there is anything else in it. */
export function numbersOf(text: string): readonly number[] | null {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const numbers = parts.map(Number);
  return numbers.every(Number.isFinite) ? numbers : null;
}

/** Kinds of output there are for a task, with the names the form gives them and what each is. */
export const OUTPUT_KINDS: readonly {
  readonly kind: OutputKind;
  readonly task: ModelTask;
  readonly title: string;
  readonly text: string;
}[] = [
  { kind: 'yolox', task: 'detect', title: 'YOLOX', text: 'One output of offsets in a grid.' },
  { kind: 'yolo', task: 'detect', title: 'YOLO, v5 and later', text: 'One output of ready boxes.' },
  {
    kind: 'nanodet-dfl',
    task: 'detect',
    title: 'DFL (NanoDet)',
    text: 'One output for each stride.',
  },
  { kind: 'boxes-scores', task: 'detect', title: 'Boxes and scores', text: 'Two outputs.' },
  { kind: 'embedding', task: 'embed', title: 'Embedding', text: 'One vector for each picture.' },
];

type Usual = Pick<
  ImportFields,
  'task' | 'channelOrder' | 'normalisation' | 'mean' | 'std' | 'fit' | 'padValue'
>;

/**
 * What models with this output usually want of their pixels: as their makers' own scripts export them. A guess to begin
 * with; the trial on a picture shows whether it holds.
 */
export const USUAL_INPUTS: Readonly<Record<OutputKind, Usual>> = {
  yolox: usualDetector('BGR', 'range-255', 'top-left', 114),
  yolo: usualDetector('RGB', 'range-1', 'centred', 114),
  'nanodet-dfl': {
    ...usualDetector('BGR', 'custom', 'centred', 0),
    mean: '103.53, 116.28, 123.675',
    std: '57.375, 57.12, 58.395',
  },
  'boxes-scores': usualDetector('BGR', 'range-255', 'stretched', 114),
  embedding: { ...usualDetector('RGB', 'imagenet', 'centred', 114), task: 'embed' },
};

function usualDetector(
  channelOrder: Usual['channelOrder'],
  normalisation: Normalisation,
  fit: Usual['fit'],
  padValue: number,
): Usual {
  return {
    task: 'detect',
    channelOrder,
    normalisation,
    mean: '0, 0, 0',
    std: '1, 1, 1',
    fit,
    padValue,
  };
}
