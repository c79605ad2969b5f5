import type { Context, ErrorHandler, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Problem } from '../../../src/core/sync-api/fields';
import { diskFullRefusal, isDiskFull } from '../disk-full';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { Refusal } from '../refusal';

/** RFC 9457. */
export const PROBLEM_TYPE = 'application/problem+json';

/** A refusal as its answer. */
export function answerRefusal(
  context: Context<EndpointEnvironment>,
  { code, message, status, retryAfterS }: Refusal,
): Response {
  const problem: Problem = { code, message };
  return context.body(
    JSON.stringify(problem),
    // PROBLEM_STATUS holds numbers of answers that have a body, and one that is tus's own (460).
    status as ContentfulStatusCode,
    {
      'Content-Type': PROBLEM_TYPE,
      'Cache-Control': 'no-store',
      ...(code === 'UNAUTHORISED' ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...(retryAfterS === null ? {} : { 'Retry-After': String(Math.ceil(retryAfterS)) }),
    },
  );
}

/** Refusals as they are, a full disk as one; anything else as INTERNAL with the number of the request, which the log has with the reason. */
export function answerErrors({ log }: Endpoint): ErrorHandler<EndpointEnvironment> {
  return (error, context) => {
    if (error instanceof Refusal) return answerRefusal(context, error);
    // Hono's own, for a body that is not JSON.
    if (error instanceof HTTPException && error.status < 500) {
      return answerRefusal(context, new Refusal('INVALID_REQUEST', error.message));
    }
    const requestId = context.get('requestId');
    if (isDiskFull(error)) {
      log.error({ requestId, err: error }, 'the disk is full');
      return answerRefusal(context, diskFullRefusal());
    }
    log.error({ requestId, err: error }, 'request failed');
    return answerRefusal(
      context,
      new Refusal('INTERNAL', `Something failed here. The endpoint's log has it as ${requestId}.`),
    );
  };
}

/** Nothing is at this address. */
export const answerNotFound: NotFoundHandler<EndpointEnvironment> = (context) =>
  answerRefusal(context, new Refusal('NOT_FOUND', 'There is nothing at this address.'));
