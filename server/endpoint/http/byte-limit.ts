import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Refusal } from '../refusal';

/** Refuses bodies of more than `maxBytes` with TOO_LARGE, before they are read when they announce their length. */
export function byteLimit(maxBytes: number): MiddlewareHandler {
  return bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new Refusal('TOO_LARGE', `Expected a body of at most ${maxBytes} bytes, found more.`);
    },
  });
}
