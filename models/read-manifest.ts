import { VEHICLE_CLASSES, type VehicleClass } from '../src/contracts/detection';
import type {
  ModelInputSpec,
  ModelManifest,
  ModelOutputSpec,
  SizePx,
} from '../src/contracts/model';

/** A parsed JSON object before anything is known about its fields. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a parsed `manifest.json`. Throws a TypeError that names the field, what was expected and what was
 * found: a manifest is written by hand.
 */
export function readManifest(json: unknown): ModelManifest {
  const fields = objectOf(json, 'manifest');
  const task = fields['task'];
  if (task !== 'detect' && task !== 'embed') throw wrong('task', '"detect" or "embed"', task);
  const output = readOutput(objectOf(fields['output'], 'output'));
  if ((task === 'embed') !== (output.type === 'embedding')) {
    throw wrong('output.type', `an output a model that ${task}s has`, output.type);
  }
  return {
    id: textOf(fields, 'id'),
    task,
    title: textOf(fields, 'title'),
    file: textOf(fields, 'file'),
    sha256: sha256Of(fields),
    bytes: countOf(fields, 'bytes'),
    input: readInput(objectOf(fields['input'], 'input')),
    output,
    preprocessVersion: countOf(fields, 'preprocessVersion'),
    licence: textOf(fields, 'licence'),
    origin: textOf(fields, 'origin'),
    recommendedThreshold:
      fields['recommendedThreshold'] === null ? null : numberOf(fields, 'recommendedThreshold'),
    providersTried: [],
    card: { trainedOn: '', accuracy: [], failures: [] },
    golden: null,
  };
}

function readInput(fields: Fields): ModelInputSpec {
  const channelOrder = fields['channelOrder'];
  if (channelOrder !== 'RGB' && channelOrder !== 'BGR') {
    throw wrong('channelOrder', '"RGB" or "BGR"', channelOrder);
  }
  return {
    name: textOf(fields, 'name'),
    size: fields['size'] === null ? null : readSize(objectOf(fields['size'], 'size')),
    strideMultiple: countOf(fields, 'strideMultiple'),
    fit: oneOf(fields, 'fit', ['centred', 'top-left', 'stretched']),
    layout: oneOf(fields, 'layout', ['NCHW', 'NHWC']),
    channelOrder,
    mean: tripleOf(fields, 'mean'),
    std: tripleOf(fields, 'std'),
    padValue: numberOf(fields, 'padValue'),
  };
}

function readOutput(fields: Fields): ModelOutputSpec {
  const type = fields['type'];
  if (type === 'embedding') {
    return { type, name: textOf(fields, 'name'), dimension: countOf(fields, 'dimension') };
  }
  if (type !== 'nanodet-dfl') {
    throw wrong('output.type', '"nanodet-dfl" or "embedding"', type);
  }
  const heads = listOf(fields, 'heads').map((item) => {
    const head = objectOf(item, 'heads');
    return { name: textOf(head, 'name'), stride: countOf(head, 'stride') };
  });
  const classes = listOf(fields, 'classes').map(classOf);
  return { type, heads, classes, binCount: countOf(fields, 'binCount') };
}

function readSize(fields: Fields): SizePx {
  return { widthPx: countOf(fields, 'widthPx'), heightPx: countOf(fields, 'heightPx') };
}

function oneOf<T extends string>(fields: Fields, name: string, known: readonly T[]): T {
  const found = known.find((one) => one === fields[name]);
  if (found === undefined) throw wrong(name, known.join(' or '), fields[name]);
  return found;
}

function classOf(value: unknown): VehicleClass {
  const known = VEHICLE_CLASSES.find((vehicleClass) => vehicleClass === value);
  if (!known) throw wrong('classes', `one of ${VEHICLE_CLASSES.join(', ')}`, value);
  return known;
}

function objectOf(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null) throw wrong(name, 'an object', value);
  return value as Fields; // any object may be asked for its keys
}

function listOf(fields: Fields, name: string): unknown[] {
  const value = fields[name];
  if (!Array.isArray(value) || value.length === 0) throw wrong(name, 'a list', value);
  return value;
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw wrong(name, 'text', value);
  return value;
}

function numberOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(name, 'a number', value);
  return value;
}

function countOf(fields: Fields, name: string): number {
  const value = numberOf(fields, name);
  if (!Number.isInteger(value) || value < 1) throw wrong(name, 'a whole number from 1', value);
  return value;
}

function tripleOf(fields: Fields, name: string): [number, number, number] {
  const [first, second, third, ...rest] = listOf(fields, name);
  if (
    typeof first !== 'number' ||
    typeof second !== 'number' ||
    typeof third !== 'number' ||
    rest.length > 0
  ) {
    throw wrong(name, 'three numbers', fields[name]);
  }
  return [first, second, third];
}

function sha256Of(fields: Fields): string {
  const value = textOf(fields, 'sha256');
  if (!/^[0-9a-f]{64}$/.test(value)) throw wrong('sha256', '64 hexadecimal digits', value);
  return value;
}

function wrong(field: string, expected: string, found: unknown): TypeError {
  return new TypeError(
    `Model manifest, "${field}": expected ${expected}, found ${JSON.stringify(found)}`,
  );
}
