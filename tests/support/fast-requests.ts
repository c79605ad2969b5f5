import { Agent, request } from 'node:http';

/** An answer as far as tests by the thousand look at it. */
export interface FastAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What to ask; the path is sent as it is, tricks and all. */
export interface FastQuestion {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Asks a server over connections that are kept open: a quarter of the time that `fetch` takes, for tests with thousands of requests. */
export class FastRequests {
  readonly #agent: Agent;
  readonly #port: number;

  constructor(port: number, connectionCount: number) {
    this.#port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connectionCount });
  }

  /** Rejects when the connection breaks. A stream of events is cut after its first bytes. */
  ask({ method, path, headers = {}, body }: FastQuestion): Promise<FastAnswer> {
    const agent = this.#agent;
    return new Promise((resolve, reject) => {
      const asked = request(
        { agent, host: '127.0.0.1', port: this.#port, method, path, headers },
        (response) => {
          const chunks: Buffer[] = [];
          const finish = () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(chunks),
            });
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk);
            if (response.headers['content-type']?.startsWith('text/event-stream') !== true) return;
            finish();
            response.destroy();
          });
          response.on('end', finish);
          response.on('error', reject);
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
