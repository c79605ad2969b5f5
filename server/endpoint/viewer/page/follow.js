import { EventStreamParser } from './event-stream.js';

/** The endpoint writes something every 15 s: after this long without a byte the connection is dead, whatever the browser thinks. */
const SILENT_MS = 40_000;
/** Between tries, doubled each time. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
/** Asked again without anything wrong: the camera has not begun yet. */
const NOT_FOUND_RETRY_MS = 10_000;

/**
 * How it stands: `connected`; `waiting` for the next try; `unknown` camera, tried again; `refused`, for good.
 *
 * @typedef {'connected' | 'waiting' | 'unknown' | 'refused'} Connection
 */

/**
 * @typedef {object} Following
 * @property {string} url
 * @property {string} token
 * @property {(event: import('./event-stream.js').StreamEvent) => void} onEvent
 * @property {(connection: Connection) => void} onConnection
 * @property {AbortSignal} signal Ends it.
 */

/**
 * Reads events until it is refused or told to end; comes back by itself after a cut and goes on with the next event.
 *
 * @param {Following} following
 */
export async function follow({ url, token, onEvent, onConnection, signal }) {
  const parser = new EventStreamParser(onEvent);
  let retryMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    const outcome = await readOnce(url, token, parser, signal, () => {
      retryMs = FIRST_RETRY_MS;
      onConnection('connected');
    });
    if (signal.aborted) return;
    onConnection(outcome);
    if (outcome === 'refused') return;
    await pause(outcome === 'unknown' ? NOT_FOUND_RETRY_MS : retryMs, signal);
    retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
  }
}

/**
 * One connection, until it ends.
 *
 * @param {string} url
 * @param {string} token
 * @param {EventStreamParser} parser
 * @param {AbortSignal} signal
 * @param {() => void} onOpen
 * @returns {Promise<Exclude<Connection, 'connected'>>}
 */
async function readOnce(url, token, parser, signal, onOpen) {
  const cut = new AbortController();
  const end = () => cut.abort();
  signal.addEventListener('abort', end, { once: true });
  let silence = setTimeout(end, SILENT_MS);
  try {
    const response = await fetch(url, {
      headers: {
        Authorization: `Bearer ${token}`,
        Accept: 'text/event-stream',
        ...(parser.lastEventId === '' ? {} : { 'Last-Event-ID': parser.lastEventId }),
      },
      cache: 'no-store',
      signal: cut.signal,
    });
    if (!response.ok || response.body === null) return outcomeOf(response.status);
    onOpen();
    parser.reset();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 'waiting';
      clearTimeout(silence);
      silence = setTimeout(end, SILENT_MS);
      parser.push(value);
    }
  } catch {
    // No network, the endpoint is away, or the silence lasted: all are tried again, and said on the page.
    return 'waiting';
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', end);
  }
}

/**
 * @param {number} status
 * @returns {Exclude<Connection, 'connected'>}
 */
function outcomeOf(status) {
  if (status === 404) return 'unknown';
  return status === 401 || status === 403 || status === 400 ? 'refused' : 'waiting';
}

/**
 * Ends early when the network comes back. Half of it is by chance: a thousand pages that lost an endpoint do not come back at once.
 *
 * @param {number} waitMs
 * @param {AbortSignal} signal
 */
function pause(waitMs, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.('online', done);
      signal.removeEventListener('abort', done);
      resolve(undefined);
    };
    const timer = setTimeout(done, waitMs * (0.5 + Math.random() / 2));
    globalThis.addEventListener?.('online', done);
    signal.addEventListener('abort', done);
  });
}
