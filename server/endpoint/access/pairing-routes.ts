import { Hono } from 'hono';
import {
  codeAnswerSchema,
  newCodeSchema,
  pairAnswerSchema,
  pairRequestSchema,
  type PairAnswer,
} from '../../../src/core/sync-api/access';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { describeJson } from '../http/describe-route';
import { body } from '../http/validated';
import { Refusal } from '../refusal';
import { takeInCodes } from './code-inbox';
import { makePairingCode, redeemPairingCode } from './pairing-codes';
import type { RateLimits } from './rate-limits';
import { requireScope } from './require-scope';

/** Codes that let devices in; see `core/sync-api/access.ts`. */
export function pairingRoutes(endpoint: Endpoint, limits: RateLimits) {
  const { database, now } = endpoint;
  return new Hono<EndpointEnvironment>()
    .post(
      '/api/pair',
      describeJson({
        summary: 'Trade a pairing code for a token',
        scopes: [],
        answer: pairAnswerSchema,
        refusals: ['UNAUTHORISED'],
      }),
      body(pairRequestSchema),
      async (context) => {
        const { code, deviceName } = context.req.valid('json');
        const takeFromCount = await limits.countCode(context.get('clientAddress'));
        await takeInCodes(endpoint);
        const paired = await redeemPairingCode(database, code, deviceName, now());
        if (paired === null) {
          throw new Refusal(
            'UNAUTHORISED',
            'The code is not known, was used, or has run out. Codes are good once, for ten minutes.',
          );
        }
        await takeFromCount();
        context.header('Cache-Control', 'no-store');
        return context.json({
          ...paired,
          scopes: [...paired.scopes],
        } satisfies PairAnswer);
      },
    )
    .post(
      '/api/pairing-codes',
      describeJson({
        summary: 'Make a pairing code',
        scopes: ['admin'],
        answer: codeAnswerSchema,
      }),
      requireScope('admin'),
      body(newCodeSchema),
      async (context) => {
        const { scopes } = context.req.valid('json');
        context.header('Cache-Control', 'no-store');
        return context.json(await makePairingCode(database, scopes, now()));
      },
    );
}
