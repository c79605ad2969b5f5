import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StreamEvent } from '../../../server/endpoint/viewer/page/event-stream.js';
import { follow, type Connection } from '../../../server/endpoint/viewer/page/follow.js';
import { askForCode, takeToken } from '../../../server/endpoint/viewer/page/access.js';
import { showCameras } from '../../../server/endpoint/viewer/page/camera-list.js';
import { LiveView } from '../../../server/endpoint/viewer/page/live-view.js';
import shapes from '../../../src/ui/shared/VehicleShape.svelte?raw';
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
  timeUnixMs: Date.now(),
  startUnixMs: Date.now() - 4000,
  vehicleClass,
  vehicleNumber,
  similarity: null as number | null,
});
const present = (counts: object, ageMs = 0) => ({ timeUnixMs: Date.now() - ageMs, counts });
const isOld = () => document.querySelector<HTMLElement>('#present')?.dataset['isOld'];

describe('the page of live results', () => {
  beforeEach(() => vi.useFakeTimers());

  /** As the page does it, once a second. */
  function wait(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      vi.advanceTimersByTime(1000);
      view.tick();
    }
  }

  it('shows how many of each class are there now', () => {
    view.setConnection('connected');
    show('present', present({ car: 3, truck: 1 }));
    const counts = ['car', 'motorcycle', 'bus', 'truck'].map((name) =>
      text(`[data-class="${name}"]`),
    );
    expect(counts).toEqual(['3', '0', '0', '1']);
    expect(text('#status')).toBe('Live');
    expect(isOld()).toBe('false');
  });

  it('says when it is not connected, and that what it shows is old', () => {
    view.setConnection('connected');
    view.setConnection('waiting');
    expect(text('#status')).toContain('Not connected');
    expect(isOld()).toBe('true');
    view.setConnection('connected');
    show('state', { state: 'stopped', timeUnixMs: Date.now() });
    expect(text('#status')).toContain('stopped');
    expect(text('#present-title')).toBe('In view at the last event');
  });

  it('tells how old the last event is, and no longer calls a silent camera live', () => {
    view.setConnection('connected');
    show('present', present({ car: 3 }, 40_000));
    expect(text('#age')).toBe('Last event 40 s ago');
    expect(text('#status')).toBe('Live');
    wait(60);
    expect(text('#age')).toBe('Last event 1 min ago');
    expect(text('#status')).toBe('The camera has fallen silent');
    expect(isOld()).toBe('true');
    // By the clock of a device that is an hour behind.
    show('present', present({ car: 2 }, 3_600_000));
    expect(text('#age')).toBe('Last event just now');
    expect(text('#status')).toBe('Live');
  });

  it('lists the last twenty sightings, the newest first, as text', () => {
    for (let i = 1; i <= 25; i += 1) show('sighting', sighting(i));
    show('sighting', sighting(26, '<img src=x>'));
    const lines = [...document.querySelectorAll('#sightings li')];
    expect(lines).toHaveLength(20);
    expect(lines[0]?.textContent).toContain('<img src=x> 26');
    expect(document.querySelector('#sightings img')).toBeNull();
    expect(lines.at(-1)?.textContent).toContain('Car 7');
  });

  it('says why a vehicle is held for one that was here, and when it was', () => {
    show('sighting', sighting(4));
    show('sighting', { ...sighting(4), similarity: 0.876 });
    show('sighting', { ...sighting(9), similarity: 0.7 });
    const lines = [...document.querySelectorAll('#sightings .evidence')].map(
      (line) => line.textContent,
    );
    expect(lines[2]).toBe('New here');
    expect(lines[1]).toMatch(/^Seen again similarity 0\.88; last seen \d\d:\d\d:\d\d$/);
    expect(lines[0]).toBe('Seen again similarity 0.70');
  });

  it('draws vehicles as the app does', () => {
    const paths = [...shapes.matchAll(/'(M[^']+)'/g)].map(([, path]) => path);
    const drawn = [...document.querySelectorAll('symbol path')].map((path) =>
      path.getAttribute('d'),
    );
    expect(drawn.toSorted()).toEqual(paths.toSorted());
    show('sighting', sighting(1, 'bus'));
    expect(document.querySelector('#sightings use')?.getAttribute('href')).toBe('#shape-bus');
  });

  it('tells a screen reader of many sightings at once, not one by one, and not of old ones', () => {
    view.setConnection('connected');
    show('sighting', sighting(99));
    wait(5);
    expect(text('#announcement')).toBe('Live');
    show('sighting', sighting(1));
    wait(1);
    expect(text('#announcement')).toBe('Car 1');
    for (let i = 2; i <= 8; i += 1) show('sighting', sighting(i, 'bus'));
    show('sighting', { ...sighting(9, 'bus'), similarity: 0.8 });
    wait(15);
    expect(text('#announcement')).toBe('Car 1');
    wait(6);
    expect(text('#announcement')).toBe('Bus 9, seen again, and 7 before');
  });
});

/** Frames go on. */
const fakeTimers = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });

/** Seconds of timers pass at every frame: what waits for streams and answers is not on a test's clock. */
async function passTimeUntil(isDone: () => boolean): Promise<void> {
  while (!isDone()) {
    await vi.advanceTimersByTimeAsync(1000);
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

describe('who may watch', () => {
  afterEach(() => localStorage.clear());

  const answers = (...list: readonly (readonly [number, unknown])[]) => {
    const asked: unknown[] = [];
    vi.stubGlobal('fetch', (url: string, options: RequestInit) => {
      const [status, body] = list[asked.length] ?? list.at(-1)!;
      asked.push([url, options.body]);
      return Promise.resolve(Response.json(body, { status }));
    });
    return asked;
  };
  const form = () => document.querySelector<HTMLFormElement>('#pairing')!;

  it('is asked for a code until one lets it read, and is not asked again', async () => {
    const asked = answers(
      [401, { message: 'The code is not known.' }],
      [200, { token: 'upload-only', scopes: ['upload'] }],
      [200, { token: 'secret', scopes: ['read'] }],
    );
    const token = askForCode(form(), '');
    const input = document.querySelector<HTMLInputElement>('#code')!;
    expect(document.activeElement).toBe(input);
    const enter = async (code: string, problem: string) => {
      input.value = code;
      form().requestSubmit();
      await expect.poll(() => text('#pairing-problem')).toContain(problem);
    };
    await enter('wrong', 'not known');
    await enter('other', 'not let anybody read');
    await enter('right', '');
    expect(await token).toBe('secret');
    expect(form().hidden).toBe(true);
    expect(asked[2]).toEqual(['../api/pair', '{"code":"right","deviceName":"Live page"}']);
    expect(takeToken()).toBe('secret');
  });

  it('finds the cameras there are, and ends when it is refused', async () => {
    fakeTimers();
    const gate = { id: 'camera-gate', label: 'Gate', deviceName: 'Laptop', lastEventUnixMs: 0 };
    answers([200, { cameras: [] }], [200, { cameras: [gate] }], [403, {}]);
    const section = document.querySelector<HTMLElement>('#cameras')!;
    const end = showCameras(section, 'secret');
    await passTimeUntil(() => text('#cameras-note')?.startsWith('No camera') === true);
    await passTimeUntil(() => text('#cameras li')?.includes('by Laptop') === true);
    expect(section.querySelector('a')?.getAttribute('href')).toBe('camera-gate');
    await passTimeUntil(() => section.hidden === true);
    await end;
    expect(section.hidden).toBe(true);
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
    fakeTimers();
    const end = follow({
      url: '/api/live/camera/events',
      token: 'secret',
      onEvent: (event) => events.push(event),
      onConnection: (connection) => connections.push(connection),
      signal: new AbortController().signal,
    });
    await passTimeUntil(() => connections.at(-1) === 'refused');
    await end;
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
