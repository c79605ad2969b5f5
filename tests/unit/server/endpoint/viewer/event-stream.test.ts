import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  EventStreamParser,
  type StreamEvent,
} from '../../../../../server/endpoint/viewer/page/event-stream.js';

function read(...pieces: readonly string[]): StreamEvent[] {
  const events: StreamEvent[] = [];
  const parser = new EventStreamParser((event) => events.push(event));
  for (const piece of pieces) parser.push(piece);
  return events;
}

const STREAM =
  'retry: 2000\n\n: still here\n\nid: 7\nevent: state\ndata: {"state":"running"}\n\r\n' +
  'id: 8\r\nevent: present\r\ndata: one\r\ndata:two\r\ndata:  three\r\n\r\ndata\n\nid\ndata: last\n\n';

const EVENTS: readonly StreamEvent[] = [
  { type: 'state', id: '7', data: '{"state":"running"}' },
  { type: 'present', id: '8', data: 'one\ntwo\n three' },
  { type: 'message', id: '8', data: '' },
  { type: 'message', id: '', data: 'last' },
];

describe('the reader of event streams', () => {
  it('reads fields, comments and all three ends of lines', () => {
    expect(read(STREAM)).toEqual(EVENTS);
    expect(read(STREAM.replaceAll(/\r?\n/g, '\r') + ':\n')).toEqual(EVENTS);
  });

  it('reads the same however the text is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 20 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
        const pieces = places.slice(1).map((end, i) => STREAM.slice(places[i], end));
        expect(read(...pieces)).toEqual(EVENTS);
      }),
    );
  });

  it('forgets half an event after a cut, and keeps the number of the last whole one', () => {
    const events: StreamEvent[] = [];
    const parser = new EventStreamParser((event) => events.push(event));
    parser.push('id: 1\ndata: whole\n\nid: 2\ndata: ha');
    expect(parser.lastEventId).toBe('1');
    parser.reset();
    parser.push('data: next\n\n');
    expect(events.map(({ id, data }) => [id, data])).toEqual([
      ['1', 'whole'],
      ['1', 'next'],
    ]);
  });
});
