import { describe, expect, it } from 'vitest';
import { readServeArguments, UsageError } from '../../../server/arguments';

describe('the arguments of npm start', () => {
  it('serve this machine only, on a port still to be chosen', () => {
    expect(readServeArguments([], {})).toEqual({
      host: '127.0.0.1',
      port: null,
      shouldBuild: false,
      isPublic: false,
    });
  });

  it('take the port from the environment, and the command line before that', () => {
    expect(readServeArguments([], { PORT: '8080' }).port).toBe(8080);
    expect(readServeArguments(['--port', '9090'], { PORT: '8080' }).port).toBe(9090);
  });

  it.each(['0', '65536', '80.5', '-1', 'http'])('refuse %s as a port', (port) => {
    expect(() => readServeArguments([], { PORT: port })).toThrow(UsageError);
  });

  it('refuse to open up to other machines on the word of the environment alone', () => {
    expect(() => readServeArguments([], { HOST: '0.0.0.0' })).toThrow('--host 0.0.0.0');
  });

  it('open up when the command line says so', () => {
    const wanted = readServeArguments(['--host', '0.0.0.0'], {});
    expect(wanted).toMatchObject({ host: '0.0.0.0', isPublic: true });
  });

  it.each(['127.0.0.1', '127.0.0.9', 'localhost', '::1'])('know %s as this machine', (host) => {
    expect(readServeArguments([], { HOST: host }).isPublic).toBe(false);
  });

  it('name the known flags when they meet an unknown one', () => {
    expect(() => readServeArguments(['--hots', 'x'], {})).toThrow('--host <address>');
  });
});
