import * as v from 'valibot';
import { VEHICLE_CLASSES } from '../src/contracts/detection';
import type { InstalledModel, ModelListing, ModelManifest } from '../src/contracts/model';

/*
 * The message of each schema is what was expected, in words: `refuse` puts the field before it and what was found after it.
 */

const text = v.pipe(v.string('text'), v.nonEmpty('text'));
const finite = v.pipe(v.number('a number'), v.finite('a number'));
const count = v.pipe(
  v.number('a whole number from 1'),
  v.safeInteger('a whole number from 1'),
  v.minValue(1, 'a whole number from 1'),
);
const positive = v.pipe(
  finite,
  v.check((value) => value > 0, 'a number above 0'),
);
/** Without a folder: it is put under the app's own `models/` and nowhere else. */
const fileName = v.pipe(text, v.regex(/^(?!\.)[^/\\]+$/, 'a file name without a folder'));
const hexDigits = (digitCount: number) =>
  v.pipe(
    v.string(`${digitCount} hexadecimal digits`),
    v.regex(new RegExp(`^[0-9a-f]{${digitCount}}$`), `${digitCount} hexadecimal digits`),
  );
const choice = <const T extends readonly string[]>(options: T) =>
  v.picklist(options, options.join(' or '));
const listOf = <T extends v.GenericSchema>(item: T) =>
  v.pipe(v.array(item, 'a list'), v.nonEmpty('a list that is not empty'));
const three = <T extends v.GenericSchema>(item: T) =>
  v.strictTuple([item, item, item], 'three numbers');

const sizeSchema = v.object({ widthPx: count, heightPx: count }, 'an object');

const inputSchema = v.object(
  {
    name: text,
    size: v.nullable(sizeSchema),
    strideMultiple: count,
    fit: choice(['centred', 'top-left', 'stretched']),
    layout: choice(['NCHW', 'NHWC']),
    channelOrder: choice(['RGB', 'BGR']),
    mean: three(finite),
    std: three(positive),
    padValue: v.pipe(
      finite,
      v.minValue(0, 'a grey level 0-255'),
      v.maxValue(255, 'a grey level 0-255'),
    ),
  },
  'an object',
);

const classes = v.pipe(
  listOf(v.nullable(v.picklist(VEHICLE_CLASSES, `one of ${VEHICLE_CLASSES.join(', ')} or null`))),
  v.check((all) => all.some((one) => one !== null), 'a list with at least one vehicle class'),
);

/** Of the classes, one that no vehicle has. */
const personIndex = v.exactOptional(
  v.pipe(
    v.number('a whole number from 0'),
    v.safeInteger('a whole number from 0'),
    v.minValue(0, 'a whole number from 0'),
  ),
);

const outputSchema = v.variant(
  'type',
  [
    v.object({
      type: v.literal('nanodet-dfl'),
      classes,
      personIndex,
      heads: listOf(v.object({ name: text, stride: count }, 'an object')),
      binCount: count,
    }),
    v.object({
      type: v.literal('yolox'),
      classes,
      personIndex,
      name: text,
      strides: listOf(count),
    }),
    v.object({
      type: v.literal('yolo'),
      classes,
      personIndex,
      name: text,
      order: choice(['rows', 'columns']),
      hasObjectness: v.boolean('true or false'),
    }),
    v.object({
      type: v.literal('boxes-scores'),
      classes,
      personIndex,
      boxesName: text,
      scoresName: text,
      areFractions: v.boolean('true or false'),
    }),
    v.object({ type: v.literal('embedding'), name: text, dimension: count }),
  ],
  'an object of type nanodet-dfl, yolox, yolo, boxes-scores or embedding',
);

const cardSchema = v.object(
  {
    trainedOn: text,
    accuracy: v.array(
      v.object({ measure: text, value: finite, command: v.nullable(text) }, 'an object'),
      'a list',
    ),
    failures: v.array(text, 'a list'),
  },
  'an object',
);

const goldenSchema = v.object(
  {
    seed: v.pipe(
      v.number('a whole number 0-4294967295'),
      v.check((seed) => seed >>> 0 === seed, 'a whole number 0-4294967295'),
    ),
    size: sizeSchema,
    outputs: listOf(v.object({ name: text, length: count, values: listOf(finite) }, 'an object')),
    tolerance: positive,
  },
  'an object',
);

const checksumSchema = v.variant(
  'algorithm',
  [
    v.object({ algorithm: v.literal('sha256'), hex: hexDigits(64) }),
    v.object({ algorithm: v.literal('sha384'), hex: hexDigits(96) }),
  ],
  'an object with the algorithm sha256 or sha384',
);

const downloadSchema = v.object(
  {
    url: v.pipe(text, v.regex(/^https:\/\/[^/]+\/./, 'an address that begins with https://')),
    checksum: v.nullable(checksumSchema),
    bytes: v.nullable(count),
  },
  'an object',
);

/** What every listing has. */
const listingSchema = v.object(
  {
    id: text,
    task: choice(['detect', 'embed']),
    title: text,
    file: fileName,
    input: inputSchema,
    output: outputSchema,
    preprocessVersion: count,
    recommendedThreshold: v.nullable(
      v.pipe(
        finite,
        v.minValue(-1, 'a number from -1 to 1'),
        v.maxValue(1, 'a number from -1 to 1'),
      ),
    ),
    licence: text,
    origin: text,
    providersTried: v.array(choice(['webgpu', 'wasm']), 'a list'),
    card: cardSchema,
    golden: v.nullable(goldenSchema),
    download: v.optional(v.nullable(downloadSchema), null),
  },
  'an object',
);

/** What is known of a file once it is there. */
const fileSchema = v.object({ sha256: hexDigits(64), bytes: count }, 'an object');

const installedSchema = v.object({ id: text, file: fileName, sha256: hexDigits(64), bytes: count });

/**
 * Reads a parsed `manifest.json`; one without `download` comes with the app, and must say its SHA-256 and length. Fields that
 * are not known are left out. Throws a TypeError that names the field, what was expected and what was found: a manifest is
 * written by hand.
 */
export function readListing(json: unknown): ModelListing {
  const { download, ...listing } = parse(listingSchema, json);
  const isEmbedding = listing.output.type === 'embedding';
  if ((listing.task === 'embed') !== isEmbedding) {
    throw refusal(
      'output.type',
      `an output a model that ${listing.task}s has`,
      listing.output.type,
    );
  }
  if (download !== null) return { ...listing, download };
  return { ...listing, ...parse(fileSchema, json), download };
}

/** Reads the `manifest.json` of a model that comes with the app. Throws a TypeError as {@link readListing} does. */
export function readManifest(json: unknown): ModelManifest {
  const listing = readListing(json);
  if (listing.download === null) return listing;
  throw refusal('download', 'null for a model that comes with the app', listing.download);
}

/**
 * Reads a parsed `models/installed.json`. A damaged row is left out, and so is the second of two for one model: what is left
 * can still be used.
 */
export function readInstalled(json: unknown): readonly InstalledModel[] {
  if (!Array.isArray(json)) return [];
  const rows = new Map<string, InstalledModel>();
  for (const row of json) {
    const read = v.safeParse(installedSchema, row);
    if (read.success && !rows.has(read.output.id)) rows.set(read.output.id, read.output);
  }
  return [...rows.values()];
}

function parse<T extends v.GenericSchema>(schema: T, json: unknown): v.InferOutput<T> {
  const read = v.safeParse(schema, json, { abortEarly: true });
  if (read.success) return read.output;
  const [issue] = read.issues;
  const field = v.getDotPath(issue) ?? 'manifest';
  // An absent key is reported by the object it is missing from, in words about that object.
  const isAbsent = issue.received === 'undefined';
  throw refusal(field, isAbsent ? 'a value' : issue.message, isAbsent ? undefined : issue.input);
}

function refusal(field: string, expected: string, found: unknown): TypeError {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found);
  return new TypeError(`Model manifest, "${field}": expected ${expected}, found ${shown}`);
}
