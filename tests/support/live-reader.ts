import {
  EventStreamParser,
  type StreamEvent,
} from '../../server/endpoint/viewer/page/event-stream.js';

/** A stream of live results, read event by event. */
export interface LiveReader {
  readonly response: Response;
  /** The next ones, in order; throws when the stream ends before. */
  take(count: number): Promise<readonly StreamEvent[]>;
  /** Resolves when the endpoint ends it. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Opens a camera's events at an endpoint. `lastEventId`: resumes after it. */
export async function readLive(
  url: string,
  camera: string,
  token: string,
  lastEventId?: string,
): Promise<LiveReader> {
  const cut = new AbortController();
  const response = await fetch(`${url}/api/live/${camera}/events`, {
    headers: {
      Authorization: `Bearer ${token}`,
      ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }),
    },
    signal: cut.signal,
  });
  const events: StreamEvent[] = [];
  let hasEnded = false;
  let wake: () => void = () => undefined;
  const read = async (): Promise<void> => {
    const parser = new EventStreamParser((event) => events.push(event));
    const decoder = new TextDecoder();
    try {
      for await (const bytes of response.body ?? []) {
        parser.push(decoder.decode(bytes, { stream: true }));
        wake();
      }
    } catch {
      // Closed by the test.
    }
    hasEnded = true;
    wake();
  };
  return {
    response,
    ended: read(),
    close: () => cut.abort(),
    async take(count) {
      while (events.length < count) {
        if (hasEnded) throw new Error(`Expected ${count} events, found ${events.length}, the end.`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
      return events.splice(0, count);
    },
  };
}
