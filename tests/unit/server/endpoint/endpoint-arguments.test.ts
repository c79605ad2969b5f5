import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../server/arguments';
import { readEndpointArguments } from '../../../../server/endpoint/endpoint-arguments';

describe('the command line of the endpoint', () => {
  it('replaces settings of the environment', () => {
    expect(readEndpointArguments([])).toEqual({
      command: 'serve',
      shouldBuild: true,
      overrides: {},
    });
    expect(
      readEndpointArguments([
        ...['--host', '0.0.0.0', '--port', '443', '--data', '/srv/cars'],
        ...['--allow-plain-http', '--no-build'],
      ]),
    ).toEqual({
      command: 'serve',
      shouldBuild: false,
      overrides: {
        HOST: '0.0.0.0',
        PORT: '443',
        RESIGHT_DATA: '/srv/cars',
        RESIGHT_ALLOW_PLAIN_HTTP: 'yes',
      },
    });
  });

  it('asks for a code, for everything or for what it names', () => {
    expect(readEndpointArguments(['pair'])).toMatchObject({
      command: 'pair',
      scopes: ['upload', 'read', 'publish', 'admin'],
    });
    expect(readEndpointArguments(['pair', '--scopes', 'read, upload,read'])).toMatchObject({
      scopes: ['read', 'upload'],
    });
  });

  it.each([
    [['pair', '--scopes', 'everything'], '--scopes: expected some of upload, read, publish, admin'],
    [['pair', '--scopes', ''], 'found ""'],
    [['--scopes', 'read'], '--scopes is for'],
    [['serve'], 'found "serve"'],
    [['pair', 'again'], 'found "pair again"'],
    [['--wrong'], 'Known:'],
    [['--port'], 'Known:'],
  ])('refuses %s', (args, expected) => {
    expect(() => readEndpointArguments(args)).toThrow(UsageError);
    expect(() => readEndpointArguments(args)).toThrow(expected);
  });
});
