import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StreamEvent } from '../../../server/endpoint/viewer/page/event-stream.js';
import { follow, type Connection } from '../../../server/endpoint/viewer/page/follow.js';
import { LiveView } from '../../../server/endpoint/viewer/page/live-view.js';
import html from '../../../server/endpoint/viewer/page/viewer.html?raw';

let view: LiveView;

beforeEach(() => {
  document.body.innerHTML = new DOMParser().parseFromString(html, 'text/html').body.innerHTML;
  view = new LiveView(document);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const text = (selector: string) => document.querySelector(selector)?.textContent?.trim();
const show = (type: string, data: object) =>
  view.show({ type, id: '1', data: JSON.stringify(data) });
const sighting = (vehicleNumber: number, vehicleClass = 'car') => ({
  startUnixMs: 1_800_000_000_000,
  vehicleClass,
  vehicleNumber,
  similarity: null,
});

describe('the page of live results', () => {
  it('shows how many of each class are there now', () => {
    view.setConnection('connected');
    show('present', { timeUnixMs: 1_800_000_000_000, counts: { car: 3, truck: 1 } });
    const counts = ['car', 'motorcycle', 'bus', 'truck'].map((name) =>
      text(`[data-class="${name}"]`),
    );
    expect(counts).toEqual(['3', '0', '0', '1']);
    expect(text('#status')).toBe('Live');
  });

  it('says when it is not connected, and that what it shows is old', () => {
    view.setConnection('connected');
    view.setConnection('waiting');
    expect(text('#status')).toContain('Not connected');
    expect(document.querySelector<HTMLElement>('#present')?.dataset['isOld']).toBe('true');
    view.setConnection('connected');
    show('state', { state: 'stopped' });
    expect(text('#status')).toContain('stopped');
  });

  it('lists the last twenty sightings, the newest first, as text', () => {
    for (let i = 1; i <= 25; i += 1) show('sighting', sighting(i));
    show('sighting', sighting(26, '<img src=x>'));
    const lines = [...document.querySelectorAll('#sightings li')];
    expect(lines).toHaveLength(20);
    expect(lines[0]?.textContent).toContain('<img src=x>, vehicle 26');
    expect(document.querySelector('#sightings img')).toBeNull();
    expect(lines.at(-1)?.textContent).toContain('vehicle 7');
  });

  it('tells a screen reader of many sightings at once, and not one by one', () => {
    vi.useFakeTimers();
    show('sighting', sighting(1));
    vi.advanceTimersByTime(1);
    expect(text('[role="status"]')).toBe('Car, vehicle 1');
    for (let i = 2; i <= 9; i += 1) show('sighting', sighting(i, 'bus'));
    vi.advanceTimersByTime(15_000);
    expect(text('[role="status"]')).toBe('Car, vehicle 1');
    vi.advanceTimersByTime(6000);
    expect(text('[role="status"]')).toBe('Bus, vehicle 9, and 7 before');
  });
});

describe('following events', () => {
  /** Answers one request after another; the last one for ever. */
  function answerWith(...answers: readonly (() => Response)[]): RequestInit[] {
    const calls: RequestInit[] = [];
    vi.stubGlobal('fetch', (_: string, options: RequestInit) => {
      calls.push(options);
      return Promise.resolve((answers[calls.length - 1] ?? answers.at(-1)!)());
    });
    return calls;
  }

  async function run(): Promise<{ events: StreamEvent[]; connections: Connection[] }> {
    const events: StreamEvent[] = [];
    const connections: Connection[] = [];
    vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 500 });
    await follow({
      url: '/api/live/camera/events',
      token: 'secret',
      onEvent: (event) => events.push(event),
      onConnection: (connection) => connections.push(connection),
      signal: new AbortController().signal,
    });
    return { events, connections };
  }

  it('comes back after a cut with the number of the last event, until it is refused', async () => {
    const calls = answerWith(
      () => new Response('id: 7\ndata: one\n\nid: 8\ndata: hal'),
      () => new Response('', { status: 503 }),
      () => new Response('', { status: 404 }),
      () => new Response('id: 8\ndata: two\n\n'),
      () => new Response('', { status: 401 }),
    );
    const { events, connections } = await run();
    expect(events.map(({ data }) => data)).toEqual(['one', 'two']);
    expect(connections).toEqual([
      'connected',
      'waiting',
      'waiting',
      'unknown',
      'connected',
      'waiting',
      'refused',
    ]);
    const headers = calls.map((call) => new Headers(call.headers));
    expect(headers.map((one) => one.get('Last-Event-ID'))).toEqual([null, '7', '7', '7', '8']);
    expect(headers.every((one) => one.get('Authorization') === 'Bearer secret')).toBe(true);
  });
});
