import { expose } from 'comlink';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/app-error';
import { installErrorTransfer } from '../../../src/runtime/rpc-errors';
import { WorkerHost } from '../../../src/runtime/worker-host';

interface EchoApi {
  echo(text: string): string;
  fail(): never;
  breakOff(): never;
  hang(): Promise<never>;
}

const api: EchoApi = {
  echo: (text) => text,
  fail: () => {
    throw new AppError('MODEL_CORRUPT', 'Expected 10 bytes, found 7');
  },
  breakOff: () => {
    throw new DOMException('The run is over', 'AbortError');
  },
  hang: () => new Promise<never>(() => undefined),
};

/** A worker whose thread is this one: messages go through a real channel. */
class LocalWorker extends EventTarget {
  readonly #ports = new MessageChannel();
  isTerminated = false;

  constructor() {
    super();
    installErrorTransfer();
    // Node's port has the same calls as the DOM's; its types differ in event names only.
    expose(api, this.#ports.port2);
    this.#ports.port1.onmessage = (event: { data: unknown }) => {
      this.dispatchEvent(new MessageEvent('message', { data: event.data }));
    };
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.#ports.port1.postMessage(message, transfer as never); // see above
  }

  terminate(): void {
    this.isTerminated = true;
    this.#ports.port1.close();
  }
}

function makeHost(): { host: WorkerHost<EchoApi>; worker: LocalWorker } {
  const worker = new LocalWorker();
  // Everything the host uses of a Worker is there.
  return { worker, host: new WorkerHost<EchoApi>(worker as unknown as Worker, 'echo') };
}

describe('WorkerHost', () => {
  let opened: WorkerHost<EchoApi>[] = [];
  const open = (): ReturnType<typeof makeHost> => {
    const made = makeHost();
    opened.push(made.host);
    return made;
  };

  afterEach(() => {
    for (const host of opened) host.terminate();
    opened = [];
    vi.useRealTimers();
  });

  it('answers calls', async () => {
    await expect(open().host.call((remote) => remote.echo('hello'))).resolves.toBe('hello');
  });

  it('keeps the code of an error thrown in the worker', async () => {
    await expect(open().host.call((remote) => remote.fail())).rejects.toMatchObject({
      name: 'AppError',
      code: 'MODEL_CORRUPT',
      message: 'Expected 10 bytes, found 7',
    });
  });

  it('lets an abort of the worker be one', async () => {
    await expect(open().host.call((remote) => remote.breakOff())).rejects.toMatchObject({
      name: 'AbortError',
      message: 'The run is over',
    });
  });

  it('rejects pending calls when it is terminated', async () => {
    const { host, worker } = open();
    const pending = host.call((remote) => remote.hang());
    host.terminate();
    await expect(pending).rejects.toMatchObject({ code: 'WORKER_GONE' });
    expect(worker.isTerminated).toBe(true);
  });

  it('rejects pending and later calls when the worker fails, and says so once', async () => {
    const { host, worker } = open();
    const gone = vi.fn();
    host.onGone = gone;
    const pending = host.call((remote) => remote.hang());
    worker.dispatchEvent(new Event('error'));
    worker.dispatchEvent(new Event('error'));
    await expect(pending).rejects.toMatchObject({ code: 'WORKER_GONE' });
    await expect(host.call((remote) => remote.echo('x'))).rejects.toMatchObject({
      code: 'WORKER_GONE',
    });
    expect(gone).toHaveBeenCalledTimes(1);
  });

  it('gives up on a worker that does not answer in time', async () => {
    const { host } = open();
    await expect(host.call((remote) => remote.hang(), 20)).rejects.toMatchObject({
      code: 'WORKER_GONE',
      message: 'The echo worker did not answer within 0.02 s',
    });
    expect(host.isGone).toBe(true);
  });
});
