import { Hono } from 'hono';
import { generateSpecs } from 'hono-openapi';
import * as v from 'valibot';
import type { EndpointEnvironment } from '../endpoint';
import { VERSION } from '../version';
import { describeJson } from './describe-route';

/** The endpoint's description, made of the routes of `app` when it is first asked for. */
export function openApiRoutes(app: Hono<EndpointEnvironment>) {
  let document: Promise<object> | null = null;
  return new Hono<EndpointEnvironment>().get(
    '/api/openapi.json',
    describeJson({ summary: 'This description', scopes: [], answer: v.looseObject({}) }),
    async (context) => context.json(await (document ??= describeApp(app))),
  );
}

function describeApp(app: Hono<EndpointEnvironment>): Promise<object> {
  return generateSpecs(app, {
    excludeStaticFile: false,
    defaultValidationErrorResponse: false,
    documentation: {
      info: {
        title: 'Resight endpoint',
        version: VERSION,
        description:
          'Keeps sessions that are encrypted on the devices of who uses it, and what they publish.',
      },
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      },
    },
  });
}
