import * as v from 'valibot';
import { AppError } from '../../core/app-error';
import { readRefusal, unreachable } from './endpoint-error';

/** A small answer takes no longer than this, or something is wrong on the way. */
const ANSWER_MS = 30_000;
/** A chunk of an upload may take as long as this: 4 MiB at 14 kB/s. */
const CHUNK_MS = 300_000;
/** An endpoint that is busy is asked again so often, when it says when, and that is soon. */
const MAX_WAITS = 3;
const MAX_WAIT_S = 60;
/** A page of the catalogue with the longest envelopes and the most pieces is 9 MB. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** Where it does not say when. */
const USUAL_WAIT_S = 2;

/** What a request has besides its address. */
export interface RequestOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Requests to one endpoint as one device. All methods throw AppError SYNC_*; AbortError. */
export class EndpointRequests {
  readonly url: string;
  readonly #token: string | null;

  /** `token` null: before pairing. */
  constructor(url: string, token: string | null) {
    this.url = url;
    this.#token = token;
  }

  /** `Authorization`, for who makes requests itself. */
  get headers(): Readonly<Record<string, string>> {
    return this.#token === null ? {} : { Authorization: `Bearer ${this.#token}` };
  }

  /** Asks for JSON, which must be what the schema says. */
  async json<Schema extends v.GenericSchema>(
    schema: Schema,
    path: string,
    options: RequestOptions = {},
  ): Promise<v.InferOutput<Schema>> {
    const response = await this.ask(path, options);
    // One mistake is told; those of a long answer would take minutes to list.
    const read = v.safeParse(schema, await bodyOf(response), { abortEarly: true });
    if (read.success) return read.output;
    throw new AppError(
      'SYNC_NOT_AN_ENDPOINT',
      `Expected ${path} to answer as this version knows it, found: ${read.issues[0].message}`,
    );
  }

  /** The answer, when it is no refusal. */
  async ask(path: string, options: RequestOptions = {}): Promise<Response> {
    const { method = 'GET', body, headers, signal } = options;
    const timeout = AbortSignal.timeout(ANSWER_MS);
    const response = await politeFetch(`${this.url}${path}`, {
      method,
      headers: {
        ...this.headers,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    if (response.ok) return response;
    throw readRefusal(response.status, await readText(response));
  }
}

/**
 * A request that tells nothing about who asks but its headers, and goes nowhere else than it was sent. Where the endpoint asks for patience it
 * waits. Throws AppError SYNC_UNREACHABLE; AbortError when the caller's own signal ended it.
 */
export async function politeFetch(
  url: string,
  init: RequestInit & { readonly signal: AbortSignal },
): Promise<Response> {
  for (let waitCount = 0; ; waitCount += 1) {
    const response = await fetchPlainly(url, init);
    const isBusy = response.status === 429 || response.status === 503;
    if (!isBusy || waitCount >= MAX_WAITS) return response;
    const waitS = Number(response.headers.get('Retry-After') ?? USUAL_WAIT_S);
    if (!(waitS >= 0 && waitS <= MAX_WAIT_S)) return response;
    await response.body?.cancel();
    await sleep(waitS * 1000, init.signal);
  }
}

/** A signal for one chunk of an upload. */
export function chunkSignal(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(CHUNK_MS)]);
}

/** An answer that is no piece. Throws AppError SYNC_UNREACHABLE, SYNC_NOT_AN_ENDPOINT for more than memory is for; AbortError. */
export async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let byteCount = 0;
  try {
    // Not in every browser's own loop over a stream.
    const reader = response.body?.getReader();
    for (;;) {
      const { done = true, value } = (await reader?.read()) ?? {};
      if (done) return text + decoder.decode();
      byteCount += value?.length ?? 0;
      if (byteCount > MAX_ANSWER_BYTES) {
        await reader?.cancel();
        break;
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    throw asUnreachable(error);
  }
  throw new AppError(
    'SYNC_NOT_AN_ENDPOINT',
    `Expected an answer of at most ${MAX_ANSWER_BYTES} bytes, found more`,
  );
}

async function fetchPlainly(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, {
      ...init,
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
    });
  } catch (error) {
    throw asUnreachable(error);
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await readText(response);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text; // no JSON: the schema says so
  }
}

/** A caller's abort stays one; a timeout is a network that does not answer. */
function asUnreachable(error: unknown): Error {
  return error instanceof Error && error.name === 'AbortError' ? error : unreachable(error);
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(asUnreachable(signal.reason));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, ms);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
