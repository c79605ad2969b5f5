import { describe, expect, it } from 'vitest';
import {
  META_CONTENT_SECURITY_POLICY,
  SECURITY_HEADERS,
  securityHeadersFor,
} from '../../../server/security-headers';

const policy = SECURITY_HEADERS['Content-Security-Policy'] ?? '';

describe('the security policy', () => {
  it('loads nothing from elsewhere and runs no text as code', () => {
    expect(policy).not.toMatch(/https?:|\*|'unsafe-inline'|'unsafe-eval'/);
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("object-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it('in the page itself leaves out only what a meta element cannot say', () => {
    expect(`${META_CONTENT_SECURITY_POLICY}; frame-ancestors 'none'`).toBe(policy);
  });

  it('lets the worker that speaks with an endpoint reach others, encrypted or on this machine, and no other file', () => {
    const policyOf = (path: string) => securityHeadersFor(path)['Content-Security-Policy'] ?? '';
    const worker = policyOf('/sub/assets/sync.worker-B1x_2.js');
    expect(worker).toContain(
      "connect-src 'self' blob: https: http://localhost:* http://127.0.0.1:*;",
    );
    expect(worker.replace(/connect-src [^;]*/, '')).toBe(policy.replace(/connect-src [^;]*/, ''));
    for (const path of [
      '/',
      '/index.html',
      '/assets/index-B1x.js',
      '/assets/export.worker-B1x.js',
      '/sync.worker-B1x.js',
      '/assets/sync.worker-B1x.js/other',
    ])
      expect(policyOf(path)).toBe(policy);
  });
});
