import { Hono } from 'hono';
import { expect, it } from 'vitest';
import * as v from 'valibot';
import { answerRefusal } from '../../../../../server/endpoint/http/problem';
import { body } from '../../../../../server/endpoint/http/validated';
import { Refusal } from '../../../../../server/endpoint/refusal';
import type { EndpointEnvironment } from '../../../../../server/endpoint/endpoint';

it('a body is refused by its first mistake: millions of them took gigabytes to list', async () => {
  let checkCount = 0;
  const wrong = v.check<unknown, string>(() => {
    checkCount += 1;
    return false;
  }, 'never right');
  const schema = v.object({ all: v.array(v.pipe(v.unknown(), wrong)) });
  const app = new Hono<EndpointEnvironment>();
  app.onError((error, context) => {
    if (error instanceof Refusal) return answerRefusal(context, error);
    throw error;
  });
  app.post('/', body(schema), (context) => context.json(context.req.valid('json')));
  const answer = await app.request('/', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ all: Array.from({ length: 1000 }, () => 0) }),
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'INVALID_REQUEST' });
  expect(checkCount).toBe(1);
});
