import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { SessionReader } from '../../../src/contracts/session';
import '../../../src/ui/styles/tokens.css';
import '../../../src/ui/styles/base.css';
import { makeSession, MADE_RESULT_SET } from '../../support/make-session';
import { mountReplay } from '../ui/demo/mount-replay';
import { FakeController } from '../ui/fake-controller';
import { button, expectTouchTargets, nameOf } from '../ui/screen';
import { withSecondAnalysis } from './second-analysis';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** The replay page of a session without video; `position` and `shown` read what it says. */
async function open(reader: SessionReader) {
  const host = document.createElement('div');
  host.id = 'app';
  document.body.append(host);
  const controller = new FakeController({});
  let closedCount = 0;
  const remove = mountReplay(host, controller, { reader, onclose: () => (closedCount += 1) });
  closers.push(() => {
    remove();
    host.remove();
  });
  const slider = (): HTMLElement => {
    const found = host.querySelector<HTMLElement>('[aria-label="Position"]');
    if (!found) throw new Error('Expected a timeline');
    return found;
  };
  const screen = {
    host,
    controller,
    closedCount: () => closedCount,
    slider,
    position: () => Number(slider().getAttribute('aria-valuenow')),
    shown: () => Number(host.querySelector('[data-shown-us]')?.getAttribute('data-shown-us')),
    rows: () => [...host.querySelectorAll<HTMLButtonElement>('ol button')],
    marked: () => host.querySelector('ol [aria-current="true"]'),
  };
  await expect.poll(screen.shown).toBe(reader.header.startUs);
  return screen;
}

describe('replay page', () => {
  it('obeys its keys', async () => {
    const reader = makeSession({ durationS: 60 });
    const { startUs, endUs } = reader.header;
    const screen = await open(reader);
    await userEvent.keyboard('{ArrowRight}');
    await expect.poll(screen.position).toBe(startUs + 10e6);
    await userEvent.keyboard('{ArrowDown}');
    await expect.poll(screen.position).toBe(startUs + 9e6);
    const beforeUs = screen.shown();
    await userEvent.keyboard('.');
    await expect.poll(screen.shown).toBeGreaterThan(beforeUs);
    expect(screen.shown() - beforeUs).toBeLessThan(150_000);
    await userEvent.keyboard(',');
    await expect.poll(screen.shown).toBe(beforeUs);
    await userEvent.keyboard('>');
    expect(screen.host.querySelector('select')?.value).toBe('2');
    await userEvent.keyboard('{End}');
    await expect.poll(screen.position).toBe(endUs);
    await userEvent.keyboard('{Home} ');
    await expect.poll(() => nameOf(button(/^Pause$/))).toBe('Pause');
    await expect.poll(screen.position).toBeGreaterThan(startUs + 1e6);
    await userEvent.keyboard(' ');
    expect(nameOf(button('Play'))).toBe('Play');
    await userEvent.keyboard('?');
    expect(screen.host.querySelector('dialog')).not.toBeNull();
    const positionUs = screen.position();
    await userEvent.keyboard('{ArrowRight}{Escape}');
    await expect.poll(() => screen.host.querySelector('dialog')).toBeNull();
    expect(screen.position()).toBe(positionUs);
    expect(screen.closedCount()).toBe(0);
    await userEvent.keyboard('{Escape}');
    expect(screen.closedCount()).toBe(1);
  });

  it('goes to a sighting that is clicked in the list, and to the next one by key', async () => {
    const reader = makeSession({ durationS: 60 });
    const sightings = [...(await reader.sightings(MADE_RESULT_SET))].sort(
      (a, b) => a.startUs - b.startUs,
    );
    const screen = await open(reader);
    screen.rows()[3]?.click();
    await expect.poll(screen.position).toBe(sightings[3]?.startUs);
    expect(screen.marked()).toBe(screen.rows()[3]);
    await userEvent.keyboard('n');
    await expect.poll(screen.position).toBe(sightings[4]?.startUs);
    await userEvent.keyboard('{Escape}');
    expect(screen.marked()).toBeNull();
    expect(screen.closedCount()).toBe(0);
  });

  it('marks the sighting of a box that is clicked', async () => {
    const reader = makeSession({ durationS: 60 });
    const [first] = await reader.sightings(MADE_RESULT_SET);
    if (!first) throw new Error('Expected a sighting');
    const screen = await open(reader);
    screen.rows()[0]?.click();
    await userEvent.keyboard('{ArrowUp}{ArrowUp}{Escape}');
    await expect.poll(screen.shown).toBeGreaterThan(first.startUs + 1.8e6);
    expect(screen.marked()).toBeNull();
    let box = null;
    const range = { startUs: screen.shown(), endUs: screen.shown() };
    for await (const frame of reader.frames(MADE_RESULT_SET, range)) {
      box = frame.boxes.find(({ trackId }) => trackId === first.trackIds[0])?.box ?? box;
    }
    const overlay = screen.host.querySelector('.overlay');
    if (!box || !overlay) throw new Error('Expected the vehicle in view');
    const { width, height, left, top } = overlay.getBoundingClientRect();
    const scale = Math.min(width / 640, height / 360);
    const clientX = left + (width - 640 * scale) / 2 + ((box.x1 + box.x2) / 2) * scale;
    const clientY = top + (height - 360 * scale) / 2 + ((box.y1 + box.y2) / 2) * scale;
    overlay.dispatchEvent(new PointerEvent('pointerup', { clientX, clientY, bubbles: true }));
    await expect.poll(screen.marked).not.toBeNull();
    expect(screen.marked()?.textContent).toContain(String(first.vehicleNumber));
  });

  it('scrubs, zooms and moves the in point on the timeline', async () => {
    const reader = makeSession({ durationS: 600, framesPerSecond: 2 });
    const screen = await open(reader);
    const { startUs, endUs } = reader.header;
    const bounds = screen.slider().getBoundingClientRect();
    const pointer = (type: string, share: number): void => {
      const clientX = bounds.left + share * bounds.width;
      const init = { clientX, clientY: bounds.bottom - 8, pointerId: 1, bubbles: true };
      screen.slider().dispatchEvent(new PointerEvent(type, init));
    };
    // A made pointer is not one the browser could capture.
    screen.slider().setPointerCapture = () => undefined;
    pointer('pointerdown', 0.2);
    pointer('pointermove', 0.4);
    pointer('pointermove', 0.5);
    pointer('pointerup', 0.5);
    const middleUs = (startUs + endUs) / 2;
    await expect.poll(() => Math.abs(screen.position() - middleUs)).toBeLessThan(2e6);
    await userEvent.keyboard('i');
    const inPoint = (): HTMLElement | null => screen.host.querySelector('[aria-label="In point"]');
    await expect
      .poll(() => inPoint()?.getAttribute('aria-valuenow'))
      .toBe(String(screen.position()));
    inPoint()?.focus();
    await userEvent.keyboard('{ArrowLeft}');
    await expect
      .poll(() => inPoint()?.getAttribute('aria-valuenow'))
      .toBe(String(screen.position() - 100_000));
    const before = screen.host.querySelectorAll('.mark').length;
    screen.slider().focus();
    await userEvent.keyboard('+++');
    await expect.poll(() => screen.host.querySelectorAll('.mark').length).not.toBe(before);
    expect(screen.position()).toBeGreaterThan(middleUs - 2e6);
  });

  it('shows another analysis beside the first', async () => {
    const reader = withSecondAnalysis(makeSession({ durationS: 30 }));
    const screen = await open(reader);
    await userEvent.keyboard('{ArrowRight}');
    const boxes = screen.host.querySelectorAll<HTMLInputElement>('input[type="checkbox"]');
    const box = [...boxes].find((each) => /again .* beside it/.test(nameOf(each)));
    const dots = screen.host.querySelector<HTMLCanvasElement>('canvas.compared');
    const isDrawn = (): boolean => {
      const { width, height } = dots ?? { width: 0, height: 0 };
      const data = dots?.getContext('2d')?.getImageData(0, 0, width, height).data;
      return data?.some((value) => value > 0) ?? false;
    };
    expect(isDrawn()).toBe(false);
    box?.click();
    await expect.poll(isDrawn).toBe(true);
    box?.click();
    await expect.poll(isDrawn).toBe(false);
  });

  it('names every control, and has room for a finger on each, wide and narrow', async () => {
    const screen = await open(withSecondAnalysis(makeSession({ durationS: 60, cameraCount: 2 })));
    for (const [width, height] of [
      [1280, 800],
      [390, 844],
    ] as const) {
      await page.viewport(width, height);
      await expect.poll(() => document.documentElement.clientWidth).toBe(width);
      for (const control of screen.host.querySelectorAll(
        'button, select, input, [role="slider"]',
      )) {
        expect(nameOf(control), control.outerHTML.slice(0, 200)).not.toBe('');
      }
      expectTouchTargets();
      expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
    }
  });

  it('makes rows only for the sightings in sight of thousands', async () => {
    const reader = makeSession({ durationS: 7200, framesPerSecond: 1, objectCount: 6 });
    const screen = await open(reader);
    const count = (await reader.sightings(MADE_RESULT_SET)).length;
    expect(count).toBeGreaterThan(3000);
    await expect.poll(() => screen.rows().length).toBeGreaterThan(5);
    expect(screen.rows().length).toBeLessThan(60);
    await userEvent.keyboard('{End}p');
    await expect.poll(screen.marked).not.toBeNull();
  });
});
