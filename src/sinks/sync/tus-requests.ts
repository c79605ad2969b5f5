import type { HttpRequest, HttpResponse, HttpStack, UploadOptions } from 'tus-js-client';
import { chunkSignal, politeFetch } from './endpoint-requests';

/** The requests of tus-js-client by fetch, with the same promises as all others: its own go wherever they are redirected to. */
export class TusRequests implements HttpStack {
  readonly #signal: AbortSignal;

  /** `signal` ends them. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  getName(): string {
    return 'TusRequests';
  }

  createRequest(method: string, url: string): HttpRequest {
    return new TusRequest(method, url, this.#signal);
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
  readonly #headers: Record<string, string> = {};
  readonly #aborting = new AbortController();
  readonly #signal: AbortSignal;

  constructor(method: string, url: string, signal: AbortSignal) {
    this.#method = method;
    this.#url = url;
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
    const response = await politeFetch(this.#url, {
      method: this.#method,
      headers: this.#headers,
      ...(body ? { body } : {}),
      signal: chunkSignal(this.#signal),
    });
    return new TusResponse(response, await response.text());
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
