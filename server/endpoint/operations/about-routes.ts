import { Hono } from 'hono';
import { aboutSchema, type About } from '../../../src/core/sync-api/access';
import { MAX_PIECE_BYTES } from '../../../src/core/sync-api/catalogue';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { describeJson } from '../http/describe-route';
import { VERSION } from '../version';

/** What this endpoint is, for an app that is given its address. */
export function aboutRoutes({ config, receiptKey }: Endpoint) {
  const about: About = {
    service: 'resight-endpoint',
    version: VERSION,
    receiptKey: receiptKey.publicKey,
    maxPieceBytes: MAX_PIECE_BYTES,
    maxSessionBytes: config.maxSessionBytes,
    quotaBytes: config.quotaBytesPerDevice,
  };
  return new Hono<EndpointEnvironment>().get(
    '/api/about',
    describeJson({ summary: 'What this endpoint is', scopes: [], answer: aboutSchema }),
    (context) => context.json(about),
  );
}
