import { describe, expect, it } from 'vitest';
import { META_CONTENT_SECURITY_POLICY, SECURITY_HEADERS } from '../../../server/security-headers';

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
});
