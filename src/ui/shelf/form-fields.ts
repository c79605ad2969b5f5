import type { OnnxFacts } from '../../contracts/shelf';
import { classesOf, classesText } from './class-lists';
import { OUTPUT_KINDS, type ImportFields, type OutputKind } from './import-fields';

/** One question of the import form; `name` is where the answer goes. */
export type FormField = {
  readonly label: string;
  readonly hint?: string;
} & (
  | { readonly control: 'text'; readonly name: TextName; readonly rowCount?: number }
  | { readonly control: 'number'; readonly name: NumberName }
  | { readonly control: 'select'; readonly name: keyof ImportFields; readonly options: Options }
);

type NamesOf<Value> = {
  [Name in keyof ImportFields]: ImportFields[Name] extends Value ? Name : never;
}[keyof ImportFields];
type TextName = NamesOf<string>;
type NumberName = NamesOf<number | null>;
/** Answer and what it is called. */
type Options<Name extends keyof ImportFields = keyof ImportFields> = readonly (readonly [
  ImportFields[Name],
  string,
])[];

/** What a person should know of it before using it. */
export const ABOUT_FIELDS: readonly FormField[] = [
  { control: 'text', name: 'title', label: 'Name' },
  {
    control: 'text',
    name: 'licence',
    label: 'Licence',
    hint: 'An SPDX name where it has one, such as Apache-2.0.',
  },
  {
    control: 'text',
    name: 'trainedOn',
    label: 'Trained on',
    hint: 'Which pictures it learned from, if you know.',
  },
];

/** How to read what comes out of it. */
export function outputQuestions(fields: ImportFields, facts: OnnxFacts): readonly FormField[] {
  const names = facts.outputs.map(({ name }) => [name, name] as const);
  return [
    choice('task', 'Task', [
      ['detect', 'Detector: finds vehicles'],
      ['embed', 'Embedder: tells vehicles apart'],
    ]),
    kindQuestion(fields),
    ...(fields.outputKind === 'nanodet-dfl' ? [] : [outputName(fields.outputKind, names)]),
    ...kindQuestions(fields.outputKind, names),
    ...(fields.task === 'detect' ? classQuestions(fields) : []),
  ];
}

/** What to put into it. */
export function inputQuestions(fields: ImportFields): readonly FormField[] {
  return [
    ...sizeQuestions(fields),
    choice('layout', 'Layout', [
      ['NCHW', 'Channels first (NCHW)'],
      ['NHWC', 'Channels last (NHWC)'],
    ]),
    choice('channelOrder', 'Colour order', [
      ['RGB', 'RGB'],
      ['BGR', 'BGR'],
    ]),
    choice('normalisation', 'Pixel values', [
      ['range-255', '0 to 255, as they are'],
      ['range-1', '0 to 1'],
      ['range-plus-minus-1', '-1 to 1'],
      ['imagenet', 'ImageNet’s mean and spread'],
      ['custom', 'Other mean and spread'],
    ]),
    ...(fields.normalisation === 'custom' ? SCALE_QUESTIONS : []),
    choice('fit', 'Fit of the picture', [
      ['centred', 'Proportions kept, centred'],
      ['top-left', 'Proportions kept, top left'],
      ['stretched', 'Stretched to fill'],
    ]),
    ...(fields.fit === 'stretched' ? [] : [PAD_QUESTION]),
  ];
}

const SCALE_QUESTIONS: readonly FormField[] = (
  [
    ['mean', 'Mean'],
    ['std', 'Standard deviation'],
  ] as const
).map(([name, label]) => ({
  control: 'text',
  name,
  label,
  hint: 'Of values 0 to 255, in the order of the channels.',
}));

const PAD_QUESTION: FormField = {
  control: 'number',
  name: 'padValue',
  label: 'Grey of the bars',
  hint: '0 is black, 114 is usual for YOLO.',
};

/** With the type checker's eye on the answers. */
function choice<Name extends keyof ImportFields>(
  name: Name,
  label: string,
  options: Options<Name>,
  hint?: string,
): FormField {
  return { control: 'select', name, label, options, ...(hint === undefined ? {} : { hint }) };
}

function kindQuestion({ task, outputKind }: ImportFields): FormField {
  const kinds = OUTPUT_KINDS.filter((kind) => kind.task === task);
  const chosen = kinds.find(({ kind }) => kind === outputKind);
  return choice(
    'outputKind',
    'Kind of output',
    kinds.map(({ kind, title }) => [kind, title]),
    `${chosen ? `${chosen.text} ` : ''}Another kind sets the input below as it usually is.`,
  );
}

function outputName(kind: OutputKind, names: Options<'outputName'>): FormField {
  return choice('outputName', kind === 'boxes-scores' ? 'Output with the boxes' : 'Output', names);
}

function kindQuestions(kind: OutputKind, names: Options<'scoresName'>): readonly FormField[] {
  switch (kind) {
    case 'boxes-scores':
      return [
        choice('scoresName', 'Output with the scores', names),
        choice('areFractions', 'Box corners are', [
          [true, 'Fractions of the input'],
          [false, 'Pixels of the input'],
        ]),
      ];
    case 'yolo':
      return [
        choice('order', 'Order', [
          ['rows', 'A box a row (v5, v7)'],
          ['columns', 'A box a column (v8 on)'],
        ]),
        choice(
          'hasObjectness',
          'Objectness beside the classes',
          [
            [true, 'Yes'],
            [false, 'No'],
          ],
          'v5 to v7 and YOLOX have it; v8 and later do not.',
        ),
      ];
    case 'embedding':
      return [{ control: 'number', name: 'dimension', label: 'Values of a descriptor' }];
    case 'yolox':
      return [STRIDES_QUESTION];
    case 'nanodet-dfl':
      return [
        STRIDES_QUESTION,
        {
          control: 'number',
          name: 'binCount',
          label: 'Bins for each side of a box',
          hint: 'One more than “reg_max” of its makers.',
        },
      ];
  }
}

const STRIDES_QUESTION: FormField = { control: 'text', name: 'strides', label: 'Strides' };

function classQuestions({ classPreset, ownClasses }: ImportFields): readonly FormField[] {
  const list: FormField = {
    control: 'text',
    name: 'ownClasses',
    label: 'List of classes',
    rowCount: 5,
    hint: 'One a line, in the model’s order. Only car, motorcycle, bus and truck are followed; write “van = truck” to count one as another.',
  };
  const preset = choice(
    'classPreset',
    'Classes',
    [
      ['coco-80', 'COCO, 80 classes'],
      ['app', 'Car, motorcycle, bus, truck'],
      ['own', 'A list of my own'],
    ],
    classesText(classesOf(classPreset, ownClasses)),
  );
  return classPreset === 'own' ? [preset, list] : [preset];
}

function sizeQuestions({ task, isFreeSize }: ImportFields): readonly FormField[] {
  const sides: readonly FormField[] = [
    { control: 'number', name: 'widthPx', label: 'Width, pixels' },
    { control: 'number', name: 'heightPx', label: 'Height, pixels' },
  ];
  if (task === 'embed') return sides;
  const step: FormField = {
    control: 'number',
    name: 'strideMultiple',
    label: 'Step, pixels',
    hint: 'Width and height must be multiples of this.',
  };
  const size = choice('isFreeSize', 'Size', [
    [false, 'One size'],
    [true, 'Any size, in steps'],
  ]);
  return isFreeSize ? [size, step] : [size, ...sides];
}
