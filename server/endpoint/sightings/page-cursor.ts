import * as v from 'valibot';
import { idSchema, unixMsSchema } from '../../../src/core/sync-api/fields';
import { Refusal } from '../refusal';
import type { PageEnd } from './sighting-store';

const cursorSchema = v.tuple([unixMsSchema, idSchema, idSchema]);

/** Where the next page begins, as a text that means nothing to whoever gets it. */
export function writeCursor({ startUnixMs, deviceId, id }: PageEnd): string {
  return Buffer.from(JSON.stringify([startUnixMs, deviceId, id])).toString('base64url');
}

/** Throws {@link Refusal} INVALID_REQUEST for what {@link writeCursor} never wrote. */
export function readCursor(cursor: string): PageEnd {
  const parsed = v.safeParse(cursorSchema, parse(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success)
    throw new Refusal('INVALID_REQUEST', 'Expected the cursor of the page before, found another.');
  const [startUnixMs, deviceId, id] = parsed.output;
  return { startUnixMs, deviceId, id };
}

/** Undefined for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
