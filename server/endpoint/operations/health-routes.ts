import { Hono } from 'hono';
import * as v from 'valibot';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { describeJson } from '../http/describe-route';
import { Refusal } from '../refusal';

/** The database answers in milliseconds; a balancer asks again anyhow. */
const DATABASE_TIMEOUT_MS = 3000;

const healthSchema = v.object({ status: v.literal('ok') });

/** For who watches over the process: `/healthz` (it runs) and `/readyz` (it can work: send it requests). */
export function healthRoutes({ database, stopping }: Endpoint) {
  return new Hono<EndpointEnvironment>()
    .get(
      '/healthz',
      describeJson({ summary: 'Whether the process runs', scopes: [], answer: healthSchema }),
      (context) => context.json({ status: 'ok' }),
    )
    .get(
      '/readyz',
      describeJson({
        summary:
          'Whether requests can be sent here: the database answers, and it is not being stopped',
        scopes: [],
        answer: healthSchema,
        refusals: ['UNAVAILABLE'],
      }),
      async (context) => {
        const isReady = !stopping.aborted && (await answers(database.query('SELECT 1')));
        if (!isReady) throw new Refusal('UNAVAILABLE', 'The database does not answer.', 5);
        return context.json({ status: 'ok' });
      },
    );
}

/** False when it fails, or takes too long. */
async function answers(question: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), DATABASE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([
      question.then(
        () => true,
        () => false,
      ),
      timeout,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
