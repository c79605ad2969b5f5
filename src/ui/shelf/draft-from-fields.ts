import type {
  ClassMap,
  DetectorOutputSpec,
  ModelInputSpec,
  ModelOutputSpec,
} from '../../contracts/model';
import type { ModelDraft, OnnxFacts, OnnxTensorFacts } from '../../contracts/shelf';
import { classesOf } from './class-lists';
import { classCountIn } from './draft-from-facts';
import { numbersOf, scaleOf, type ImportFields } from './import-fields';

/** What is wrong with which field, in words that say what to enter. */
export type FieldErrors = Readonly<Partial<Record<keyof ImportFields, string>>>;

/** A draft, or why there is none. */
export type FormReading =
  | { readonly isComplete: true; readonly draft: ModelDraft }
  | { readonly isComplete: false; readonly errors: FieldErrors };

type Errors = Partial<Record<keyof ImportFields, string>>;
type Three = readonly [number, number, number];

/** Larger inputs need more memory than a browser gives. */
const MAX_SIDE_PX = 4096;

/** Reads the form. Says everything that is wrong at once. */
export function draftFromFields(fields: ImportFields, facts: OnnxFacts): FormReading {
  const errors: Errors = {};
  if (fields.title.trim() === '') errors.title = 'Give it a name.';
  if (fields.licence.trim() === '') {
    errors.licence = 'Say under which licence you have it; “unknown” if you do not know.';
  }
  const input = readInput(fields, errors);
  const output =
    fields.task === 'embed'
      ? readEmbedding(fields, facts, errors)
      : readDetector(fields, facts, errors);
  if (Object.keys(errors).length > 0) return { isComplete: false, errors };
  return {
    isComplete: true,
    draft: {
      title: fields.title.trim(),
      task: fields.task,
      input,
      output,
      licence: fields.licence.trim(),
      trainedOn: fields.trainedOn.trim() || 'Not known',
    },
  };
}

function readInput(fields: ImportFields, errors: Errors): ModelInputSpec {
  const isFree = fields.isFreeSize && fields.task === 'detect';
  const strideMultiple = isFree
    ? wholeNumber(fields, 'strideMultiple', { min: 1, max: 256 }, errors)
    : 1;
  const sides = { min: 8, max: MAX_SIDE_PX };
  const size = isFree
    ? null
    : {
        widthPx: wholeNumber(fields, 'widthPx', sides, errors),
        heightPx: wholeNumber(fields, 'heightPx', sides, errors),
      };
  const { mean, std } =
    fields.normalisation === 'custom'
      ? { mean: three(fields, 'mean', errors), std: three(fields, 'std', errors) }
      : scaleOf(fields.normalisation, fields.channelOrder);
  if (std.includes(0)) errors.std ??= 'None of the three can be 0: values are divided by them.';
  return {
    name: fields.inputName,
    size,
    strideMultiple,
    fit: fields.fit,
    layout: fields.layout,
    channelOrder: fields.channelOrder,
    mean,
    std,
    padValue:
      fields.fit === 'stretched'
        ? 0
        : wholeNumber(fields, 'padValue', { min: 0, max: 255 }, errors),
  };
}

function readEmbedding(fields: ImportFields, facts: OnnxFacts, errors: Errors): ModelOutputSpec {
  const dimension = wholeNumber(fields, 'dimension', { min: 2, max: 8192 }, errors);
  const found = outputNamed(facts, fields.outputName)?.shape[1];
  if (typeof found === 'number' && found !== dimension) {
    errors.dimension ??= `The output “${fields.outputName}” has ${found} values.`;
  }
  return { type: 'embedding', name: fields.outputName, dimension };
}

function readDetector(fields: ImportFields, facts: OnnxFacts, errors: Errors): DetectorOutputSpec {
  const classes = readClasses(fields, facts, errors);
  const name = fields.outputName;
  switch (fields.outputKind) {
    case 'yolox':
      return { type: 'yolox', classes, name, strides: readStrides(fields, errors) };
    case 'nanodet-dfl':
      return {
        type: 'nanodet-dfl',
        classes,
        heads: readHeads(fields, facts, errors),
        binCount: wholeNumber(fields, 'binCount', { min: 2, max: 64 }, errors),
      };
    case 'boxes-scores':
      if (fields.scoresName === name) {
        errors.scoresName = 'Boxes and scores are two outputs: choose another.';
      }
      return {
        type: 'boxes-scores',
        classes,
        boxesName: name,
        scoresName: fields.scoresName,
        areFractions: fields.areFractions,
      };
    case 'yolo':
    case 'embedding':
      return {
        type: 'yolo',
        classes,
        name,
        order: fields.order,
        hasObjectness: fields.hasObjectness,
      };
  }
}

function readClasses(fields: ImportFields, facts: OnnxFacts, errors: Errors): ClassMap {
  const classes = classesOf(fields.classPreset, fields.ownClasses);
  const field = fields.classPreset === 'own' ? 'ownClasses' : 'classPreset';
  const shape = outputNamed(facts, fields.outputName)?.shape ?? [];
  const scores = outputNamed(facts, fields.scoresName)?.shape ?? [];
  const expectedCount = classCountIn(fields, shape, scores);
  if (expectedCount !== null && expectedCount !== classes.length) {
    errors[field] = `The output has ${expectedCount} classes, this list has ${classes.length}.`;
  } else if (!classes.some((vehicleClass) => vehicleClass !== null)) {
    errors[field] = 'Name at least one class car, motorcycle, bus or truck.';
  }
  return classes;
}

function readStrides(fields: ImportFields, errors: Errors): readonly number[] {
  const strides = numbersOf(fields.strides) ?? [];
  const isGood = strides.every((stride) => Number.isInteger(stride) && stride > 0);
  if (strides.length === 0 || !isGood) {
    errors.strides = 'Enter whole numbers, such as 8, 16, 32.';
  }
  return strides;
}

function readHeads(
  fields: ImportFields,
  facts: OnnxFacts,
  errors: Errors,
): readonly { readonly name: string; readonly stride: number }[] {
  const strides = readStrides(fields, errors);
  if (strides.length !== facts.outputs.length) {
    errors.strides ??= `The model has ${facts.outputs.length} outputs: enter a stride for each, in their order.`;
  }
  return facts.outputs.map(({ name }, index) => ({ name, stride: strides[index] ?? 0 }));
}

function outputNamed(facts: OnnxFacts, name: string): OnnxTensorFacts | undefined {
  return facts.outputs.find((output) => output.name === name);
}

type NumberField =
  'widthPx' | 'heightPx' | 'strideMultiple' | 'padValue' | 'binCount' | 'dimension';

function wholeNumber(
  fields: ImportFields,
  name: NumberField,
  { min, max }: { readonly min: number; readonly max: number },
  errors: Errors,
): number {
  const value = fields[name];
  if (value !== null && Number.isInteger(value) && value >= min && value <= max) return value;
  errors[name] = `Enter a whole number from ${min} to ${max}.`;
  return min;
}

function three(fields: ImportFields, name: 'mean' | 'std', errors: Errors): Three {
  const [first, second, third, ...more] = numbersOf(fields[name]) ?? [];
  if (first !== undefined && second !== undefined && third !== undefined && more.length === 0) {
    return [first, second, third];
  }
  errors[name] = 'Enter three numbers, in the order of the channels.';
  return [1, 1, 1];
}
