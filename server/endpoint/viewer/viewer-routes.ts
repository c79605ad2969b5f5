import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import * as v from 'valibot';
import { idSchema } from '../../../src/core/sync-api/fields';
import type { EndpointEnvironment } from '../endpoint';
import { describeOther } from '../http/describe-route';
import { parameters } from '../http/validated';
import { Refusal } from '../refusal';

const FOLDER = join(import.meta.dirname, 'page');

/** The app's colours and type. */
const TOKENS = join(import.meta.dirname, '../../../src/ui/styles/tokens.css');

/** Everything the page is made of besides itself and {@link TOKENS}. */
const ASSETS: ReadonlySet<string> = new Set([
  'viewer.css',
  ...['viewer', 'access', 'camera-list', 'live-view', 'sighting-row', 'age-text'].map(toScript),
  ...['follow', 'event-stream', 'screen-lock'].map(toScript),
]);

/** Narrower than the app's: its own script, style and icon, and a connection to this endpoint. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** Asked for anew each time: a page of before an update would not know what the endpoint sends. */
const CACHE_CONTROL = 'no-cache';

/**
 * `/live/:camera`: shows what a camera sends; `/live/`: which cameras there are. Without a token, since there is nothing in it: it asks
 * for a pairing code once, or is opened with a token in the part of the address that is not sent (`#token=`).
 */
export function viewerRoutes(): Hono<EndpointEnvironment> {
  const routes = new Hono<EndpointEnvironment>();
  // Its files stand at `assets/`, seen from where it is.
  routes.get('/live', describePage('Leads to the list of cameras', 302), (context) =>
    context.redirect('live/'),
  );
  routes.get('/live/', describePage('A page that lists cameras with live results'), sendPage);
  routes.get(
    '/live/:camera',
    describePage('A page that shows what a camera sends'),
    parameters(v.object({ camera: idSchema })),
    sendPage,
  );
  const describeAsset = describeOther({
    summary: 'Script and style of these pages',
    scopes: [],
    contentType: 'text/javascript',
    answer: 'A file of the page.',
    refusals: ['NOT_FOUND'],
  });
  routes.get('/live/assets/:name', describeAsset, async (context) => {
    const name = context.req.param('name');
    const path = name === 'tokens.css' ? TOKENS : ASSETS.has(name) ? join(FOLDER, name) : null;
    if (path === null) throw new Refusal('NOT_FOUND', 'There is nothing at this address.');
    const type = name.endsWith('.css') ? 'text/css' : 'text/javascript';
    return context.body(await readFile(path, 'utf8'), 200, {
      'Content-Type': `${type}; charset=utf-8`,
      'Cache-Control': CACHE_CONTROL,
    });
  });
  return routes;
}

function describePage(summary: string, status = 200): MiddlewareHandler {
  return describeOther({
    summary,
    scopes: [],
    status,
    contentType: 'text/html',
    answer: 'The page.',
  });
}

/** Some kilobytes, which the operating system keeps in memory. */
async function sendPage(context: Context<EndpointEnvironment>): Promise<Response> {
  return context.body(await readFile(join(FOLDER, 'viewer.html'), 'utf8'), 200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': PAGE_POLICY,
    'Cache-Control': CACHE_CONTROL,
  });
}

function toScript(name: string): string {
  return `${name}.js`;
}
