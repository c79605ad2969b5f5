import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import * as v from 'valibot';
import { idSchema } from '../../../src/core/sync-api/fields';
import type { EndpointEnvironment } from '../endpoint';
import { describeOther } from '../http/describe-route';
import { parameters } from '../http/validated';
import { Refusal } from '../refusal';

const FOLDER = join(import.meta.dirname, 'page');

/** Everything the page is made of, by name, with its type. */
const ASSET_TYPES: ReadonlyMap<string, string> = new Map([
  ['viewer.css', 'text/css; charset=utf-8'],
  ...['viewer.js', 'live-view.js', 'follow.js', 'event-stream.js'].map(
    (name) => [name, 'text/javascript; charset=utf-8'] as const,
  ),
]);

/** Narrower than the app's: its own script and style, and a connection to this endpoint. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** Asked for anew each time: a page of before an update would not know what the endpoint sends. */
const CACHE_CONTROL = 'no-cache';

/**
 * `/live/:camera`: shows what a camera sends. Without a token, since there is nothing in it: what it shows it asks for with the token of
 * the link that it was opened by.
 */
export function viewerRoutes(): Hono<EndpointEnvironment> {
  const routes = new Hono<EndpointEnvironment>();
  routes.get(
    '/live/:camera',
    describeOther({
      summary: 'A page that shows what a camera sends',
      scopes: [],
      contentType: 'text/html',
      answer: 'The page.',
    }),
    parameters(v.object({ camera: idSchema })),
    async (context) =>
      context.body(await readAsset('viewer.html'), 200, {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': PAGE_POLICY,
        'Cache-Control': CACHE_CONTROL,
      }),
  );
  const describeAsset = describeOther({
    summary: 'Script and style of that page',
    scopes: [],
    contentType: 'text/javascript',
    answer: 'A file of the page.',
    refusals: ['NOT_FOUND'],
  });
  routes.get('/live/assets/:name', describeAsset, async (context) => {
    const name = context.req.param('name');
    const type = ASSET_TYPES.get(name);
    if (type === undefined) throw new Refusal('NOT_FOUND', 'There is nothing at this address.');
    return context.body(await readAsset(name), 200, {
      'Content-Type': type,
      'Cache-Control': CACHE_CONTROL,
    });
  });
  return routes;
}

/** Some kilobytes, which the operating system keeps in memory. */
function readAsset(name: string): Promise<string> {
  return readFile(join(FOLDER, name), 'utf8');
}
