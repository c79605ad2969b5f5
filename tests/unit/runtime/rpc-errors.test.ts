import { expose, releaseProxy, wrap, type Remote } from 'comlink';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/app-error';
import { installErrorTransfer } from '../../../src/runtime/rpc-errors';

interface FailingApi {
  fail(kind: 'app' | 'plain' | 'abort' | 'string'): void;
}

const failing: FailingApi = {
  fail(kind) {
    if (kind === 'app') throw new AppError('MODEL_CORRUPT', 'Expected 5 bytes, found 4');
    if (kind === 'abort') throw new DOMException('stopped', 'AbortError');
    if (kind === 'string') throw 'just words'; // eslint-disable-line @typescript-eslint/only-throw-error -- foreign code does
    throw new TypeError('not a function');
  },
};

describe('errors that cross a thread', () => {
  let remote: Remote<FailingApi>;
  let endpoints: MessagePort[] = [];

  beforeAll(() => {
    installErrorTransfer();
    installErrorTransfer();
  });

  function connect(): Remote<FailingApi> {
    const { port1, port2 } = new MessageChannel();
    endpoints = [port1, port2];
    expose(failing, port1);
    return wrap<FailingApi>(port2);
  }

  afterEach(() => {
    remote[releaseProxy]();
    for (const endpoint of endpoints) endpoint.close();
  });

  it('keep their code and message', async () => {
    remote = connect();
    const error = await remote.fail('app').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'MODEL_CORRUPT', message: 'Expected 5 bytes, found 4' });
  });

  it('become INTERNAL when they had no code, and keep the stack of where they happened', async () => {
    remote = connect();
    const error = await remote.fail('plain').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'INTERNAL', message: 'TypeError: not a function' });
    expect((error as Error).stack).toContain('rpc-errors.test');
  });

  it('stay aborts when they were', async () => {
    remote = connect();
    const error = await remote.fail('abort').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'AbortError', message: 'stopped' });
  });

  it('arrive as INTERNAL when something other than an error was thrown', async () => {
    remote = connect();
    const error = await remote.fail('string').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'INTERNAL', message: 'just words' });
  });
});
