import type { MiddlewareHandler } from 'hono';
import { uniqueSymbol, validator } from 'hono-openapi';
import * as v from 'valibot';
import { Refusal } from '../refusal';
import { byteLimit } from './byte-limit';

/** Enough for every message but those that carry many descriptors or pieces, which say their own limit. */
const DEFAULT_MAX_BYTES = 64 * 1024;

/** One mistake is told; to list those of a body of megabytes would take minutes and gigabytes. */
const UNTIL_FIRST = { abortEarly: true } as const;

/** Any valibot schema without asynchronous parts. */
type Schema = v.GenericSchema;

/**
 * The JSON body as the schema wants it, for `context.req.valid('json')`. Refuses with INVALID_REQUEST, and with TOO_LARGE beyond
 * `maxBytes`. In the endpoint's description, too.
 */
export function body<const S extends Schema>(schema: S, maxBytes = DEFAULT_MAX_BYTES) {
  const validate = validator('json', v.config(schema, UNTIL_FIRST), refuse);
  const validatePlain: MiddlewareHandler = validate;
  const limit = byteLimit(maxBytes);
  const limited: MiddlewareHandler = async (context, next) => {
    let answer: Response | undefined;
    await limit(context, async () => {
      answer = (await validatePlain(context, next)) ?? undefined;
    });
    return answer;
  };
  // hono-openapi finds what it describes on the function itself.
  const description: unknown = Reflect.get(validate, uniqueSymbol);
  // It takes and gives what the validator does.
  return Object.assign(limited, { [uniqueSymbol]: description }) as typeof validate;
}

/** What follows `?`, for `context.req.valid('query')`; all are texts or missing. Refuses with INVALID_REQUEST. */
export function query<const S extends Schema>(schema: S) {
  return validator('query', schema, refuse);
}

/** The parts of the path, for `context.req.valid('param')`. Refuses with INVALID_REQUEST. */
export function parameters<const S extends Schema>(schema: S) {
  return validator('param', schema, refuse);
}

interface Checked {
  readonly success: boolean;
  readonly error?: readonly unknown[];
}

/** Says where and what, not what was found there: it may be a secret, and is the caller's own anyhow. */
function refuse(result: Checked): void {
  if (result.success) return;
  const [issue] = result.error ?? [];
  throw new Refusal('INVALID_REQUEST', describeIssue(issue));
}

function describeIssue(issue: unknown): string {
  // What valibot gives through the common interface of validators are its own issues.
  const { path, expected, type } = issue as v.BaseIssue<unknown>;
  const where = path === undefined ? 'the request' : v.getDotPath(issue as v.BaseIssue<unknown>);
  return `Expected ${where ?? 'the request'} to be ${expected ?? `valid (${type})`}.`;
}
