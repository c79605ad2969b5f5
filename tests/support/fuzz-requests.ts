import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { FastQuestion } from './fast-requests';
import type { JsonSchema, Operation } from './open-api-document';

/** What requests are made of besides the description. */
export interface FuzzWords {
  /** Tokens by what they are good for; none is revoked on the way, unless one of `ids` is a device of them. */
  readonly tokens: readonly string[];
  /** Names that requests use again and again, so that some find what others made. */
  readonly ids: readonly string[];
}

/** A request and the operation that it was made for. */
export interface FuzzedRequest {
  readonly operation: Operation;
  readonly question: FastQuestion;
}

/** Of a thousand values so many are of the wrong kind: a request with several values would otherwise never be right. */
const HOSTILE_OF_1000 = 25;

/** The pattern of ids in the description. */
const ID_PATTERN = /^\^\[0-9a-z\]\[0-9a-z-\]/;

/** What breaks programs: ends of text, quotes, paths, numbers at their borders, other types, depth. */
const HOSTILE_TEXTS: readonly string[] = [
  '',
  '\0',
  'a\0b',
  '\ud800',
  '..',
  '../../../../etc/passwd',
  '..%2f..%2f',
  '%',
  '%00',
  '%c0%ae',
  "'; DROP TABLE devices; --",
  '${jndi:ldap://x}',
  '__proto__',
  'constructor',
  '\u202e\u200b',
  'é'.repeat(300),
  'x'.repeat(5000),
];
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...HOSTILE_TEXTS),
  fc.constantFrom<unknown>(-1, 0, 0.5, 1e308, -1e308, 2 ** 31, 2 ** 53, -(2 ** 63), null, true),
  fc.constantFrom<unknown>([], {}, [[[[[[]]]]]], { __proto__: 1 }, [null], new Array(1000).fill(0)),
);

/** Headers that some route reads, with values that suit it, and others. */
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  Range: ['bytes=0-', 'bytes=5-2', 'bytes=-1', 'bytes=0-99999999999999999999', 'lines=1'],
  'If-Match': ['*', '"x"', '""', 'W/"1"'],
  'If-None-Match': ['*', '"x"', ','],
  'Last-Event-ID': ['0', '1', '99999999999', '-1', 'x'],
  'Tus-Resumable': ['1.0.0', '0.2.2'],
  'Upload-Length': ['0', '10', '-5', '99999999999999999999', 'x'],
  'Upload-Offset': ['0', '10', '-5', '99999999999999999999', 'x'],
  'Upload-Metadata': [
    'session',
    writeMetadata('session-1', '0'),
    writeMetadata('x', '-1'),
    '=,=',
    'é',
  ],
  'Upload-Defer-Length': ['1'],
  'Upload-Concat': ['partial', 'final;/api/uploads/x'],
  'Content-Type': ['text/plain', 'application/offset+octet-stream', 'multipart/form-data', ';'],
  'X-HTTP-Method-Override': ['DELETE', 'PATCH', 'x'],
  'X-Forwarded-For': ['1.2.3.4', "'"],
  Origin: ['http://localhost:1', 'https://evil.example', 'null'],
  Authorization: ['Bearer', 'Basic QTpC', 'Bearer \u00e9'],
};

/** As tus writes it: names, each with its value in base 64. */
function writeMetadata(session: string, piece: string): string {
  const sha256 = createHash('sha256').update('').digest('hex');
  return Object.entries({ session, piece, sha256 })
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}

/** Requests for the operations of a description: mostly right, here and there wrong in every way. */
export function fuzzedRequest(
  operations: readonly Operation[],
  words: FuzzWords,
): fc.Arbitrary<FuzzedRequest> {
  const perOperation = operations.map((operation) => requestFor(operation, words));
  return fc.oneof(...perOperation);
}

function requestFor(operation: Operation, words: FuzzWords): fc.Arbitrary<FuzzedRequest> {
  const parameters = operation.parameters.map((parameter) => {
    const value = valueOf(parameter.schema, words);
    return parameter.isRequired ? value : fc.option(value, { nil: undefined });
  });
  return fc
    .record({
      values: fc.tuple(...parameters),
      body: operation.body === null ? fc.constant(undefined) : bodyOf(operation.body, words),
      token: fc.option(fc.constantFrom(...words.tokens), { nil: null, freq: 20 }),
      headers: fc.option(someHeaders, { nil: {}, freq: 2 }),
      method: rarely(fc.constantFrom('PUT', 'PATCH', 'DELETE', 'HEAD', 'POST'), operation.method),
    })
    .map(({ values, body, token, headers, method }) => ({
      operation,
      question: {
        method: operation.method === 'GET' && method === operation.method ? 'GET' : method,
        path: writePath(operation, values),
        headers: {
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      },
    }));
}

const someHeaders = fc
  .uniqueArray(fc.constantFrom(...Object.keys(HEADERS)), { minLength: 1, maxLength: 4 })
  .chain((names) =>
    fc.record(
      Object.fromEntries(names.map((name) => [name, fc.constantFrom(...(HEADERS[name] ?? []))])),
    ),
  )
  // Node sends Latin-1 only, and refuses the rest itself.
  .map((headers): Record<string, string> => headers);

/** Mostly JSON as the schema says; now and then something that is no JSON. */
function bodyOf(schema: JsonSchema, words: FuzzWords): fc.Arbitrary<string> {
  const good = valueOf(schema, words).map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 40, arbitrary: good },
    { weight: 1, arbitrary: fc.constantFrom('', '{', '[', 'null', '"', '['.repeat(50_000)) },
    { weight: 1, arbitrary: good.map((text) => text.slice(0, -1)) },
  );
}

function writePath(operation: Operation, values: readonly unknown[]): string {
  let path = operation.path;
  const query = new URLSearchParams();
  for (const [index, parameter] of operation.parameters.entries()) {
    const value = values[index];
    if (value === undefined) continue;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (parameter.in === 'query') query.append(parameter.name, text);
    if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, () => escapePath(text));
  }
  const search = query.toString();
  return search === '' ? path : `${path}?${search}`;
}

/** Tricks with percent signs stay as they are. */
function escapePath(text: string): string {
  if (text.includes('%') && HOSTILE_TEXTS.includes(text)) return text;
  // Half a pair has no place in an address: as the character that stands for what is not one.
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '\ufffd'));
}

function rarely<T>(strange: fc.Arbitrary<T>, usual: T): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: HOSTILE_OF_1000, arbitrary: strange },
    { weight: 1000 - HOSTILE_OF_1000, arbitrary: fc.constant(usual) },
  );
}

/** Values that a schema allows, and some that it does not. */
function valueOf(schema: JsonSchema, words: FuzzWords): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 1000 - HOSTILE_OF_1000, arbitrary: goodValueOf(schema, words) },
    { weight: HOSTILE_OF_1000, arbitrary: hostile },
  );
}

function goodValueOf(schema: JsonSchema, words: FuzzWords): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((one) => valueOf(one, words)));
  switch (schema.type) {
    case 'object':
      return objectOf(schema, words);
    case 'array': {
      const { minItems = 0, maxItems = minItems + 3 } = schema;
      return fc.array(valueOf(schema.items ?? {}, words), {
        minLength: minItems,
        maxLength: Math.min(maxItems, minItems + 3),
      });
    }
    case 'string':
      return textOf(schema, words);
    case 'integer':
      return integerOf(schema);
    case 'number':
      return fc.double({ min: schema.minimum ?? -1, max: schema.maximum ?? 1, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return hostile;
  }
}

/** Small ones more often than others: numbers that must follow each other begin there. */
function integerOf({
  minimum = Number.MIN_SAFE_INTEGER,
  maximum = Number.MAX_SAFE_INTEGER,
}: JsonSchema): fc.Arbitrary<number> {
  const any = fc.integer({ min: minimum, max: maximum });
  return minimum < -1 ? any : fc.oneof(fc.integer({ min: minimum, max: minimum + 2 }), any);
}

function objectOf(schema: JsonSchema, words: FuzzWords): fc.Arbitrary<unknown> {
  const { properties, additionalProperties, propertyNames } = schema;
  if (properties === undefined) {
    const names = goodValueOf(propertyNames ?? { type: 'string' }, words).map(String);
    const values = typeof additionalProperties === 'object' ? additionalProperties : {};
    return fc.dictionary(names, valueOf(values, words), { maxKeys: 3 });
  }
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, one]) => [name, valueOf(one, words)]),
  );
  return fc.record(fields, { requiredKeys: [...(schema.required ?? [])] });
}

function textOf(schema: JsonSchema, words: FuzzWords): fc.Arbitrary<unknown> {
  const { pattern, format, minLength = 0, maxLength = 40 } = schema;
  if (pattern !== undefined && ID_PATTERN.test(pattern)) return fc.constantFrom(...words.ids);
  if (format === 'date') {
    return fc
      .integer({ min: 0, max: 20_000 })
      .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
  }
  // Nothing is said of it: names of things, and of their parts.
  if (pattern === undefined && schema.maxLength === undefined) {
    return fc.constantFrom(...words.ids.flatMap((id) => [id, `${id}.0`]));
  }
  // Names for people: the pattern speaks of categories of Unicode, which the generator does not know.
  if (pattern === undefined || pattern.includes('\\p{')) {
    return fc.string({
      unit: 'grapheme',
      minLength,
      maxLength: Math.min(maxLength, minLength + 20),
    });
  }
  // Base 64 comes in groups; long ones tell nothing that short ones do not.
  return fc.stringMatching(new RegExp(pattern), { size: 'small' });
}
