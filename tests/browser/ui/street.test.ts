import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { FakeController, FakeOptions } from './fake-controller';
import { mountedApp } from './mounted-app';
import { button, expectAccessible, expectTouchTargets, nameOf } from './screen';

const TOUR_KEY = 'resight.tour-seen';
const { show } = mountedApp();

beforeEach(() => {
  localStorage.setItem(TOUR_KEY, 'said');
});

afterEach(() => {
  vi.useRealTimers();
  localStorage.removeItem(TOUR_KEY);
});

/** The street, `seconds` after its beginning. */
async function street(seconds = 6, options: FakeOptions = {}): Promise<FakeController> {
  const controller = show(options);
  button(/Demo street/).click();
  await vi.waitFor(() => expect(controller.status.state).toBe('running'));
  flushSync();
  playTo(controller, seconds);
  return controller;
}

function playTo(controller: FakeController, seconds: number): void {
  while (controller.seconds < seconds) controller.tick(0.5);
}

function pictures(): HTMLCanvasElement[] {
  return [...document.querySelectorAll<HTMLCanvasElement>('main canvas:not(.overlay)')];
}

function coach(): HTMLElement | null {
  return document.querySelector('section[aria-label="Guided tour"]');
}

/** The coach as it is once it says this; the street stands still meanwhile but for its frames. */
async function coachSays(controller: FakeController, text: string): Promise<HTMLElement> {
  return vi.waitFor(
    () => {
      controller.tick(0);
      const card = coach();
      if (!card?.checkVisibility() || !card.textContent.includes(text)) {
        throw new Error(`Expected the tour to say "${text}", found "${card?.textContent}"`);
      }
      return card;
    },
    { timeout: 8000, interval: 50 },
  );
}

function ring(): DOMRect {
  const rect = document.querySelector('svg > rect:only-of-type');
  if (!rect) throw new Error('Expected a ring, found none');
  return rect.getBoundingClientRect();
}

/** Where the car that is parked before camera A is on the page. */
function parkedCar(): DOMRect {
  const { left, top, width, height } = overlayOf(0);
  const scale = Math.min(width / 640, height / 360);
  const x = left + (width - 640 * scale) / 2 + 227.5 * scale;
  const y = top + (height - 360 * scale) / 2 + 112.8 * scale;
  return new DOMRect(x, y, 110 * scale, 57.2 * scale);
}

/** What the tour's arrow runs over, where there is one. */
function elementsUnderArrow(): Element[] {
  const line = document.querySelector<SVGLineElement>('svg > rect:only-of-type + line');
  if (!line?.checkVisibility({ visibilityProperty: true })) return [];
  const end = (name: string): number => Number(line.getAttribute(name));
  const shares = Array.from({ length: 40 }, (_, index) => index / 40);
  return shares.flatMap((share) =>
    document.elementsFromPoint(
      end('x1') + share * (end('x2') - end('x1')),
      end('y1') + share * (end('y2') - end('y1')),
    ),
  );
}

function isApart(a: DOMRect, b: DOMRect): boolean {
  return a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
}

/** Nothing was drawn: no sky at the top left. */
function isBlank(canvas: HTMLCanvasElement): boolean {
  if (canvas.width === 0) return true;
  const pixel = canvas.getContext('2d')?.getImageData(2, 2, 1, 1).data ?? [];
  return [...pixel].slice(0, 3).every((value) => value === 0);
}

function overlayOf(index: number): DOMRect {
  const overlay = document.querySelectorAll('canvas.overlay')[index];
  if (!overlay) throw new Error(`Expected a view ${index}, found none`);
  return overlay.getBoundingClientRect();
}

describe('the Demo street', () => {
  it('is the third way to begin, reachable by keyboard', async () => {
    const controller = show();
    button('Open video').focus();
    await userEvent.keyboard('{Tab}');
    expect(nameOf(document.activeElement ?? document.body)).toContain('Demo street');
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(controller.status.state).toBe('running'));
    expect(controller.calls).toContain('startStreet {"weather":"sun"}');
  });

  it('says that it builds the street while it gets ready', () => {
    show({ holdAt: 'opening-source' });
    button(/Demo street/).click();
    flushSync();
    expect(document.querySelector('[aria-current="step"]')?.textContent).toContain(
      'Building the street',
    );
  });

  it('cannot be recorded while it gets ready, which is no fault of the app, and says why', async () => {
    const controller = show({ holdAt: 'loading-models' });
    button(/Demo street/).click();
    flushSync();
    const start = vi.spyOn(controller.recording, 'start');
    button('Record').click();
    expect(start).not.toHaveBeenCalled();
    expect(button('Record').disabled).toBe(true);
    const reason = document.getElementById(button('Record').getAttribute('aria-describedby') ?? '');
    expect(reason?.textContent).toBe('Recording can begin as soon as pictures come.');
    expectAccessible();
    controller.proceed();
    flushSync();
    button('Record').click();
    await vi.waitFor(() => expect(controller.recording.status.state).toBe('recording'));
    expect(button('Stop recording').hasAttribute('aria-describedby')).toBe(false);
  });

  it('shows each camera its own picture with its name', async () => {
    const controller = await street();
    await vi.waitFor(() => {
      controller.tick(0);
      expect(pictures().map(({ width }) => width)).toEqual([640, 640]);
    });
    const names = [...document.querySelectorAll('.camera')].map(({ textContent }) => textContent);
    expect(names).toEqual(['Camera A', 'Camera B']);
    const colors = pictures().map((canvas) => [
      ...(canvas.getContext('2d')?.getImageData(60, 60, 1, 1).data ?? []),
    ]);
    // The houses of A, the houses of B.
    expect(colors).toEqual([
      [0x8a, 0x7f, 0x70, 255],
      [0x6f, 0x7d, 0x86, 255],
    ]);
    expectAccessible();
    expectTouchTargets();
  });

  it.each([
    [1280, 800, 'above'],
    [1920, 900, 'beside'],
    [390, 844, 'above'],
  ] as const)(
    'puts its pictures where they are large at %i by %i',
    async (width, height, place) => {
      await page.viewport(width, height);
      await street();
      const [a, b] = [overlayOf(0), overlayOf(1)];
      expect(place === 'above' ? b.top - a.bottom : b.left - a.right).toBeCloseTo(2, 0);
      expect(place === 'above' ? b.left - a.left : b.top - a.top).toBeCloseTo(0, 0);
      expect(b.width).toBeCloseTo(a.width, -0.5);
      expect(b.height).toBeCloseTo(a.height, -0.5);
      expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
      expectTouchTargets();
    },
  );

  it('tells in the list and on the buttons which camera shows a vehicle, and what it is known from', async () => {
    const controller = await street();
    await vi.waitFor(() => expect(nameOf(button(/^Vehicle 3 Car/))).toContain('Camera A now'));
    expect(nameOf(button(/^Vehicle 2 Car/))).toContain('Camera B now');
    expect(button('Vehicle 2, car, Camera B').closest('.view')?.textContent).toContain('Camera B');
    playTo(controller, 21);
    await vi.waitFor(() => {
      const name = nameOf(button(/^Vehicle 3 Car/));
      expect(name).toContain('Camera B, 8 s after Camera A');
      expect(name).toContain('Seen again 93');
    });
  });

  it('takes the picture of a vehicle from the camera that shows it', async () => {
    const controller = await street(1.5);
    await vi.waitFor(
      () => {
        controller.tick(0);
        expect(button(/^Vehicle 2 Car/).querySelector('img')).not.toBeNull();
      },
      { timeout: 8000, interval: 100 },
    );
    const image = button(/^Vehicle 2 Car/).querySelector('img');
    if (!image) throw new Error('Expected a picture, found none');
    await image.decode();
    const canvas = new OffscreenCanvas(1, 1);
    const context = canvas.getContext('2d');
    context?.drawImage(image, -image.naturalWidth / 2, -image.naturalHeight * 0.7);
    const [red = 0, green = 0] = context?.getImageData(0, 0, 1, 1).data ?? [];
    // The car that is parked before camera B is green; A has a light grey one at about the same place.
    expect(green).toBeGreaterThan(red + 10);
    expect(green).toBeLessThan(130);
  });

  it('selects the vehicle under a press on the right camera', async () => {
    const controller = await street(1.5);
    await vi.waitFor(() => expect(button(/^Vehicle 2 Car/)).toBeTruthy());
    const overlay = document.querySelectorAll('canvas.overlay')[1];
    const bounds = overlayOf(1);
    const scale = Math.min(bounds.width / 640, bounds.height / 360);
    await vi.waitFor(() => {
      controller.tick(0);
      overlay?.dispatchEvent(
        new PointerEvent('pointerup', {
          clientX: bounds.left + bounds.width / 2 + (285 - 320) * scale,
          clientY: bounds.top + bounds.height / 2 + (145 - 180) * scale,
          bubbles: true,
        }),
      );
      flushSync();
      expect(document.querySelector('aside [aria-current="true"]')?.textContent).toContain('2');
    });
  });

  it('gets another weather by its control, and keeps the screen meanwhile', async () => {
    const controller = await street();
    expect(button('Sun').getAttribute('aria-pressed')).toBe('true');
    button('Sun').click();
    await vi.waitFor(() => {
      controller.tick(0);
      expect(pictures().map(isBlank)).toEqual([false, false]);
    });
    const pane = document.querySelector('.pane');
    const states: string[] = [];
    controller.onStatus(({ state }) => states.push(state));
    button('Rain').focus();
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(states.at(-1)).toBe('running'));
    expect(states[0]).toBe('idle');
    flushSync();
    // The sunny street would pass for the new one until its first frame has come.
    expect(pictures().map(isBlank)).toEqual([true, true]);
    expect(document.querySelector('.pane')).toBe(pane);
    expect(document.activeElement).toBe(button('Rain'));
    await vi.waitFor(() => expect(button('Rain').getAttribute('aria-pressed')).toBe('true'));
    expect(controller.calls.filter((call) => call.startsWith('startStreet'))).toEqual([
      'startStreet {"weather":"sun"}',
      'startStreet {"weather":"rain"}',
    ]);
    await vi.waitFor(() => {
      controller.tick(0);
      const data = pictures()[0]?.getContext('2d')?.getImageData(2, 2, 1, 1).data;
      expect([...(data ?? [])]).toEqual([0x84, 0x8d, 0x91, 255]);
    });
  });

  it('keeps the keyboard’s place on the page when what was pressed goes away', async () => {
    const controller = show({ vehicleCount: 12 });
    button(/Demo street/).focus();
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(controller.status.state).toBe('running'));
    const main = document.querySelector('main');
    await vi.waitFor(() => expect(document.activeElement).toBe(main));
    controller.fail('STREET_UNAVAILABLE');
    flushSync();
    button('Back to mine').focus();
    await userEvent.keyboard('{Enter}');
    const list = document.querySelector('aside');
    await vi.waitFor(() => expect(list?.textContent).not.toContain('Back to mine'));
    await vi.waitFor(() => expect(document.activeElement).toBe(list));
  });

  it('gives nobody the focus who had none', async () => {
    await street();
    expect(document.activeElement).toBe(document.body);
  });

  it('names the camera in full where the list is narrow', async () => {
    await page.viewport(844, 390);
    await street();
    await vi.waitFor(() => expect(nameOf(button(/^Vehicle 3 Car/))).toContain('Camera A now'));
    const time = button(/^Vehicle 3 Car/).querySelector('.time');
    expect(time?.textContent).toBe('Camera A now');
    expect(time?.scrollWidth).toBeLessThanOrEqual(time?.clientWidth ?? 0);
    expect(time?.clientWidth).toBeGreaterThan(60);
  });

  it('keeps its vehicles apart, says so, and gives the user’s own back when it is left', async () => {
    const controller = await street(2, { vehicleCount: 12 });
    const list = document.querySelector('aside');
    expect(list?.textContent).toContain('Yours are untouched');
    await vi.waitFor(() => expect(list?.textContent).not.toContain('All vehicles'));
    expect(list?.textContent).not.toContain('Back to mine');
    button('Leave street').click();
    await vi.waitFor(() => expect(list?.textContent).toContain('All vehicles'));
    expect(controller.calls).toContain('leaveStreet');
    expect(list?.textContent).not.toContain('untouched');
    expect(button(/Demo street/)).toBeTruthy();
  });

  it('says what to do where it cannot be drawn, and still offers everything else', async () => {
    const controller = show({ vehicleCount: 12 });
    controller.nextError = 'STREET_UNAVAILABLE';
    button(/Demo street/).click();
    await vi.waitFor(() => expect(document.querySelector('[role="alert"]')).not.toBeNull());
    expect(document.querySelector('[role="alert"]')?.textContent).toContain(
      'hardware acceleration',
    );
    expect(button('Start camera')).toBeTruthy();
    expect(button('Open video')).toBeTruthy();
    expectAccessible();
    button('Back to mine').click();
    await vi.waitFor(() => expect(document.querySelector('aside')?.textContent).toContain('All'));
  });

  it('tells before everything of it is deleted that the user’s own stays', async () => {
    await street();
    button('Settings').click();
    flushSync();
    button('Delete everything').click();
    flushSync();
    expect(document.body.textContent).toContain('Your own stay.');
  });
});

describe('the guided tour', () => {
  it('points at box, number, list and “seen again” on the first street of a device', async () => {
    localStorage.removeItem(TOUR_KEY);
    const controller = await street(0.5);
    const card = await coachSays(controller, 'found and followed');
    expect(card.textContent).toContain('1 of 4');
    expectAccessible();
    expectTouchTargets();
    // Camera A's parked car is the largest at that time.
    await vi.waitFor(() => {
      const [box, view] = [ring(), overlayOf(0)];
      expect(box.left).toBeGreaterThan(view.left);
      expect(box.right).toBeLessThan(view.right);
      expect(box.width).toBeGreaterThan(60);
      expect(box.bottom).toBeLessThan(view.bottom);
    });
    playTo(controller, 2.5);
    button('Next').click();
    const numberCard = await coachSays(controller, 'It gets a number: 1');
    await vi.waitFor(() => expect(isApart(ring(), numberCard.getBoundingClientRect())).toBe(true));
    expect(isApart(parkedCar(), numberCard.getBoundingClientRect())).toBe(true);
    button('Next').click();
    await coachSays(controller, 'Everything seen is kept here');
    const row = button(/^Vehicle 1 Car/).getBoundingClientRect();
    await vi.waitFor(() => expect(ring().top).toBeCloseTo(row.top - 6, 0));
    button('Next').click();
    const waiting = await coachSays(controller, 'Now the other camera');
    await vi.waitFor(() =>
      expect(isApart(overlayOf(1), waiting.getBoundingClientRect())).toBe(true),
    );
    playTo(controller, 21);
    await coachSays(controller, 'Camera B knows it from Camera A, similarity 93');
    await vi.waitFor(() => expect(ring().top).toBeGreaterThan(overlayOf(1).top));
    button('Done').click();
    flushSync();
    expect(coach()).toBeNull();
    expect(localStorage.getItem(TOUR_KEY)).not.toBeNull();
  });

  it('ends with Escape, is heard politely, and takes no focus', async () => {
    localStorage.removeItem(TOUR_KEY);
    const controller = await street(2.5);
    await coachSays(controller, 'found and followed');
    // Sentences before it are read to their end first.
    await vi.waitFor(
      () =>
        expect(document.querySelector('[role="status"]')?.textContent).toContain(
          'Every vehicle is found and followed.',
        ),
      { timeout: 5000 },
    );
    expect(coach()?.contains(document.activeElement)).toBe(false);
    await userEvent.keyboard('{Escape}');
    expect(coach()).toBeNull();
    expect(controller.status.state).toBe('running');
  });

  it('comes again on demand only', async () => {
    const controller = await street(2.5);
    expect(coach()).toBeNull();
    button('Show me round').click();
    await coachSays(controller, 'found and followed');
  });

  it('lets every press through to what lies under its ring', async () => {
    const controller = await street(2.5);
    button('Show me round').click();
    await coachSays(controller, 'found and followed');
    const { left, top, width, height } = ring();
    const under = document.elementFromPoint(left + width / 2, top + height / 2);
    expect(under?.classList.contains('overlay')).toBe(true);
  });

  it('ends with the second Escape where the first one closes a menu', async () => {
    const controller = await street(2.5);
    button('Show me round').click();
    await coachSays(controller, 'found and followed');
    await userEvent.click(button('Layers'));
    const menu = document.querySelector('[popover][aria-label="Layers of the overlay"]');
    expect(menu?.matches(':popover-open')).toBe(true);
    await userEvent.keyboard('{Escape}');
    await vi.waitFor(() => expect(menu?.matches(':popover-open')).toBe(false));
    expect(coach()).not.toBeNull();
    await userEvent.keyboard('{Escape}');
    expect(coach()).toBeNull();
  });

  it('gives the focus back where it was when its card goes', async () => {
    const controller = await street(2.5);
    button('Pause').focus();
    button('Show me round').click();
    await coachSays(controller, 'found and followed');
    button('Skip').focus();
    await userEvent.keyboard('{Enter}');
    expect(coach()).toBeNull();
    await vi.waitFor(() => expect(document.activeElement).toBe(button('Pause')));
  });

  it('stays while a pointer is on its card or the keyboard in it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const controller = await street(2.5);
    button('Show me round').click();
    const card = await coachSays(controller, 'found and followed');
    await userEvent.hover(card);
    vi.advanceTimersByTime(20_000);
    expect(card.textContent).toContain('found and followed');
    await userEvent.hover(button('Settings'));
    await userEvent.keyboard('{Tab}');
    button('Next').focus();
    vi.advanceTimersByTime(20_000);
    flushSync();
    expect(card.textContent).toContain('found and followed');
    button('Settings').focus();
    vi.advanceTimersByTime(6000);
    flushSync();
    expect(coach()?.textContent ?? '').not.toContain('found and followed');
  });

  it('can be read to its end although its vehicle has gone', async () => {
    const controller = await street(2.5);
    // A picture is drawn once a display frame: this one has the red car, the largest in sight.
    await new Promise(requestAnimationFrame);
    controller.tick(0);
    button('Show me round').click();
    await coachSays(controller, 'found and followed');
    playTo(controller, 40);
    // The vehicle it pointed at has driven off by now; the card itself has seconds to live.
    await vi.waitFor(() => {
      controller.tick(0);
      expect(ring().width).toBe(0);
    });
    expect(coach()?.checkVisibility()).toBe(true);
    expect(coach()?.textContent).toContain('found and followed');
  });

  it('fits a phone and leaves the run’s buttons in reach', async () => {
    await page.viewport(390, 844);
    const controller = await street(2.5);
    button('Show me round').click();
    for (const text of ['found and followed', 'It gets a number', 'Everything seen']) {
      const card = (await coachSays(controller, text)).getBoundingClientRect();
      expect(card.left, text).toBeGreaterThanOrEqual(0);
      expect(card.right, text).toBeLessThanOrEqual(390);
      expect(card.bottom, text).toBeLessThanOrEqual(844);
      expect(isApart(card, button('Pause').getBoundingClientRect()), text).toBe(true);
      expect(elementsUnderArrow().some((found) => found.closest('[data-keep-clear]'))).toBe(false);
      expectTouchTargets();
      button('Next').click();
    }
  });
});
