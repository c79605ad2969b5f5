import { describe, expect, it } from 'vitest';
import { withIsolationHeaders } from '../../../src/core/isolation-headers';

describe('isolation headers', () => {
  it('are added, and status, body and other headers stay', async () => {
    const response = withIsolationHeaders(
      new Response('part', { status: 206, headers: { 'Content-Range': 'bytes 0-3/9' } }),
    );
    expect(response.status).toBe(206);
    expect(response.headers.get('Content-Range')).toBe('bytes 0-3/9');
    expect(response.headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
    expect(response.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
    expect(await response.text()).toBe('part');
  });

  it('replace what a host says about isolation', () => {
    const headers = { 'Cross-Origin-Opener-Policy': 'unsafe-none' };
    const response = withIsolationHeaders(new Response('', { headers }));
    expect(response.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
  });

  it('go without the length of a compressed body, which is not the length of what is read', () => {
    const headers = { 'Content-Encoding': 'br', 'Content-Length': '3' };
    const response = withIsolationHeaders(new Response('decoded', { headers }));
    expect(response.headers.get('Content-Length')).toBeNull();
  });

  it('fit on an answer that may have no body', () => {
    expect(withIsolationHeaders(new Response(null, { status: 304 })).status).toBe(304);
  });

  it('leave a network error alone', () => {
    const error = Response.error();
    expect(withIsolationHeaders(error)).toBe(error);
  });
});
