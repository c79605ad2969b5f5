import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { viewerRoutes } from '../../../../../server/endpoint/viewer/viewer-routes';
import { answerErrors } from '../../../../../server/endpoint/http/problem';
import type { Endpoint } from '../../../../../server/endpoint/endpoint';

const PAGE = join(import.meta.dirname, '../../../../../server/endpoint/viewer/page');

const routes = viewerRoutes();
// Of an endpoint these errors need no more than a log, and a refusal not even that.
routes.onError(answerErrors({} as Endpoint));

describe('the page of a camera', () => {
  it('is there for every id and runs nothing but its own files', async () => {
    const response = await routes.request('/live/camera-at-the-gate');
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    const policy = response.headers.get('Content-Security-Policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const html = await response.text();
    expect(html).not.toMatch(/ style=|<style| on\w+=/);
    expect(html.match(/<script[^>]*>[^<]*/g)).toEqual([
      '<script type="module" src="assets/viewer.js">',
    ]);
  });

  it('lists the cameras one level above, with its files at the same address', async () => {
    const response = await routes.request('/live/');
    expect(await response.text()).toBe(await (await routes.request('/live/camera-1')).text());
    const lead = await routes.request('/live');
    expect([lead.status, lead.headers.get('Location')]).toEqual([302, 'live/']);
    expect(await (await routes.request('/live/assets/tokens.css')).text()).toContain('--again');
  });

  it('has each of its files at its address, and no others', async () => {
    for (const name of await readdir(PAGE)) {
      const { status } = await routes.request(`/live/assets/${name}`);
      expect([name, status]).toEqual([name, name === 'viewer.html' ? 404 : 200]);
    }
    for (const name of ['viewer-routes.ts', '..%2Fviewer-routes.ts', '%2e%2e%2f%2e%2e%2fconfig.ts'])
      expect((await routes.request(`/live/assets/${name}`)).status).toBe(404);
  });

  it('is not there for what is no id', async () => {
    expect((await routes.request('/live/..%2f..%2fetc')).status).toBe(400);
  });
});
