import type { HttpRequest, HttpResponse, HttpStack, UploadOptions } from 'tus-js-client';
import { AppError } from '../../core/app-error';
import { chunkSignal, politeFetch, readText } from './endpoint-requests';

/**
 * The requests of tus-js-client by fetch, with the same promises as all others: its own go wherever they are redirected to, or an
 * upload's `Location` says.
 */
export class TusRequests implements HttpStack {
  readonly #endpointUrl: string;
  readonly #signal: AbortSignal;

  /** `endpointUrl`: the only place that is asked; `signal` ends them. */
  constructor(endpointUrl: string, signal: AbortSignal) {
    this.#endpointUrl = endpointUrl;
    this.#signal = signal;
  }

  getName(): string {
    return 'TusRequests';
  }

  createRequest(method: string, url: string): HttpRequest {
    return new TusRequest(method, url, this.#endpointUrl, this.#signal);
  }
}

/** How tus-js-client reads what it sends: the same on every thread and in Node, where its own knows no blobs. */
export const BLOB_READER: NonNullable<UploadOptions['fileReader']> = {
  openFile: (blob: Blob) =>
    Promise.resolve({
      size: blob.size,
      slice: (start, end) =>
        Promise.resolve({ value: blob.slice(start, end), done: end >= blob.size }),
      close: () => undefined,
    }),
};

class TusRequest implements HttpRequest {
  readonly #method: string;
  readonly #url: string;
  readonly #endpointUrl: string;
  readonly #headers: Record<string, string> = {};
  readonly #aborting = new AbortController();
  readonly #signal: AbortSignal;

  constructor(method: string, url: string, endpointUrl: string, signal: AbortSignal) {
    this.#method = method;
    this.#url = url;
    this.#endpointUrl = endpointUrl;
    this.#signal = AbortSignal.any([signal, this.#aborting.signal]);
  }

  getMethod(): string {
    return this.#method;
  }

  getURL(): string {
    return this.#url;
  }

  setHeader(header: string, value: string): void {
    this.#headers[header] = value;
  }

  getHeader(header: string): string | undefined {
    return this.#headers[header];
  }

  /** fetch does not tell how much of a body is sent; whole chunks are told by the answers. */
  setProgressHandler(): void {}

  async send(body: Blob | null | undefined): Promise<HttpResponse> {
    if (!this.#url.startsWith(`${this.#endpointUrl}/`))
      throw new AppError(
        'SYNC_NOT_AN_ENDPOINT',
        `Expected an upload at ${this.#endpointUrl}, found it at ${this.#url}`,
      );
    const response = await politeFetch(this.#url, {
      method: this.#method,
      headers: this.#headers,
      ...(body ? { body } : {}),
      signal: chunkSignal(this.#signal),
    });
    return new TusResponse(response, await readText(response));
  }

  abort(): Promise<void> {
    this.#aborting.abort();
    return Promise.resolve();
  }

  getUnderlyingObject(): null {
    return null;
  }
}

class TusResponse implements HttpResponse {
  readonly #response: Response;
  readonly #body: string;

  constructor(response: Response, body: string) {
    this.#response = response;
    this.#body = body;
  }

  getStatus(): number {
    return this.#response.status;
  }

  getHeader(header: string): string | undefined {
    return this.#response.headers.get(header) ?? undefined;
  }

  getBody(): string {
    return this.#body;
  }

  getUnderlyingObject(): Response {
    return this.#response;
  }
}
