import type { StoredEvent } from './live-store';

/* Server-sent events as the HTML standard writes them, section 9.2. */

/** Milliseconds until a browser's EventSource comes back after a cut. */
const RETRY_MS = 2000;

const encoder = new TextEncoder();

/** The first thing of every stream. */
export const OPENING: Uint8Array = encoder.encode(`retry: ${RETRY_MS}\n\n`);

/** A comment: keeps proxies from closing what is silent, and tells us that a reader is gone. */
export const HEARTBEAT: Uint8Array = encoder.encode(': still here\n\n');

/** Events as they are sent, with what a reader knows after them. */
export interface Batch {
  /** Number of the last one. */
  readonly lastSequence: number;
  readonly bytes: Uint8Array;
}

/**
 * `events`: at least one, in order, all above `position`, the number of the last one the reader has. Where they do not follow on it,
 * what lies between was removed, and a `missed` comes first.
 */
export function writeBatch(position: number, events: readonly StoredEvent[]): Batch {
  const first = events[0]?.sequence ?? position + 1;
  const missed = first === position + 1 ? '' : missedText(position, first);
  return {
    lastSequence: events.at(-1)?.sequence ?? position,
    bytes: encoder.encode(missed + events.map(eventText).join('')),
  };
}

/** Says that a reader who had `afterSequence` goes on with `nextSequence`, and that what lies between is gone. */
export function writeMissed(afterSequence: number, nextSequence: number): Uint8Array {
  return encoder.encode(missedText(afterSequence, nextSequence));
}

function missedText(afterSequence: number, nextSequence: number): string {
  const data = JSON.stringify({ afterSequence, nextSequence });
  return `id: ${nextSequence - 1}\nevent: missed\ndata: ${data}\n\n`;
}

function eventText({ sequence, type, data }: StoredEvent): string {
  return `id: ${sequence}\nevent: ${type}\ndata: ${data}\n\n`;
}
