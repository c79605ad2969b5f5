import { describeRoute, resolver } from 'hono-openapi';
import type { MiddlewareHandler } from 'hono';
import type * as v from 'valibot';
import type { Scope } from '../../../src/core/sync-api/access';
import { problemSchema } from '../../../src/core/sync-api/fields';
import { PROBLEM_STATUS, type ProblemCode } from '../../../src/core/sync-api/problem-codes';
import { PROBLEM_TYPE } from './problem';

/** What is true of every route of the endpoint, whatever it answers. */
interface RouteDescription {
  /** A few words for people. */
  readonly summary: string;
  /** Any one of them is enough; empty: no token is needed. */
  readonly scopes: readonly Scope[];
  /** Besides those that every route with a token, a body or parameters has. */
  readonly refusals?: readonly ProblemCode[];
  /** Of a good answer; 200 unless said otherwise. */
  readonly status?: number;
}

/** A route that answers JSON; `answer` null: nothing (204). */
export interface JsonRouteDescription extends RouteDescription {
  readonly answer: v.GenericSchema | null;
}

/** A route that answers bytes, text or events. */
export interface OtherRouteDescription extends RouteDescription {
  readonly contentType: string;
  /** What the answer is, for people. */
  readonly answer: string;
}

/** Puts a route into the endpoint's description. Stands first among the route's handlers. */
export function describeJson(description: JsonRouteDescription): MiddlewareHandler {
  const { answer, status = answer === null ? 204 : 200 } = description;
  return describe(description, status, {
    description: answer === null ? 'Done.' : 'The answer.',
    ...(answer === null ? {} : { content: { 'application/json': { schema: resolver(answer) } } }),
  });
}

/** As {@link describeJson}, for what is not JSON. */
export function describeOther(description: OtherRouteDescription): MiddlewareHandler {
  const { contentType, answer, status = 200 } = description;
  return describe(description, status, {
    description: answer,
    content: { [contentType]: { schema: { type: 'string' } } },
  });
}

type GoodAnswer = NonNullable<Parameters<typeof describeRoute>[0]['responses']>[string];

function describe(
  { summary, scopes, refusals = [] }: RouteDescription,
  status: number,
  good: GoodAnswer,
): MiddlewareHandler {
  const ofAccess: readonly ProblemCode[] =
    scopes.length === 0 ? ['RATE_LIMITED'] : ['UNAUTHORISED', 'FORBIDDEN', 'RATE_LIMITED'];
  return describeRoute({
    summary,
    security: scopes.length === 0 ? [] : [{ token: [...scopes] }],
    responses: {
      [status]: good,
      ...Object.fromEntries(
        byStatus(['INVALID_REQUEST', ...ofAccess, ...refusals]).map(([code, names]) => [
          code,
          {
            description: names.join(', '),
            content: { [PROBLEM_TYPE]: { schema: resolver(problemSchema) } },
          },
        ]),
      ),
    },
  });
}

function byStatus(codes: readonly ProblemCode[]): [number, ProblemCode[]][] {
  const found = new Map<number, ProblemCode[]>();
  for (const code of new Set(codes)) {
    const status = PROBLEM_STATUS[code];
    found.set(status, [...(found.get(status) ?? []), code]);
  }
  return [...found];
}
