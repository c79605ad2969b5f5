import type { IncomingMessage } from 'node:http';
import { Refusal } from '../refusal';

/**
 * The bytes of a request, as they come: to their end, until the connection breaks, or until `signal` is aborted; what came until then is to be
 * kept. The request itself is left open, for its answer. Refusal TOO_LARGE: more than `maxBytes`.
 *
 * Not by Node's conversion into the web's streams and back, by which the library reads: that copies every byte, twice through queues of its
 * own (`npm run bench -- endpoint` tells what it costs).
 */
export async function* receiveBody(
  request: IncomingMessage,
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const change = watchChanges(request, signal);
  let leftBytes = maxBytes;
  try {
    while (!signal.aborted) {
      // Without an encoding it gives bytes.
      const chunk = request.read() as Buffer | null;
      if (chunk !== null) {
        leftBytes -= chunk.byteLength;
        if (leftBytes < 0)
          throw new Refusal('TOO_LARGE', 'Expected no more than the piece, found more.');
        yield chunk;
      } else if (request.readableEnded || request.destroyed) return;
      else await change.next();
    }
  } finally {
    change.stop();
  }
}

interface Changes {
  /** Resolves when something happened since it resolved last. */
  next(): Promise<void>;
  stop(): void;
}

function watchChanges(request: IncomingMessage, signal: AbortSignal): Changes {
  let hasChanged = false;
  let wake: (() => void) | null = null;
  const onChange = (): void => {
    hasChanged = true;
    wake?.();
  };
  const events = ['readable', 'end', 'close', 'error'] as const;
  for (const event of events) request.on(event, onChange);
  signal.addEventListener('abort', onChange);
  return {
    async next() {
      if (!hasChanged) await new Promise<void>((resolve) => (wake = resolve));
      hasChanged = false;
      wake = null;
    },
    stop() {
      for (const event of events) request.off(event, onChange);
      signal.removeEventListener('abort', onChange);
    },
  };
}
