import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../../../server/endpoint/describe-failure';

const failure = (fields: object) => Object.assign(new Error('as Node says it'), fields);

describe('why the endpoint cannot start', () => {
  it('names the port and another one to take', () => {
    expect(describeFailure(failure({ code: 'EADDRINUSE', port: 8480 }))).toMatch(
      /^Port 8480 is used by another program.*--port/,
    );
    expect(describeFailure(failure({ code: 'EACCES', syscall: 'listen', port: 443 }))).toMatch(
      /^Port 443 is not for this user.*--port/,
    );
  });

  it('names the settings of servers that cannot be reached, and of keys that are missing', () => {
    for (const code of ['ECONNREFUSED', 'ENOTFOUND']) {
      const text = describeFailure(failure({ code }));
      expect(text).toMatch(/DATABASE_URL or RESIGHT_S3_ADDRESS.*as Node says it/);
    }
    expect(describeFailure(failure({ name: 'CredentialsProviderError' }))).toContain(
      'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  });

  it('is told as it was thrown otherwise', () => {
    expect(describeFailure(failure({ code: 'EACCES', syscall: 'mkdir' }))).toBe('as Node says it');
    expect(describeFailure('no error')).toBe('no error');
  });
});
