import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { FakeController, type FakeOptions } from './fake-controller';
import { mountedApp } from './mounted-app';
import { button, expectAccessible, expectTouchTargets, nameOf } from './screen';

const { show, showWith } = mountedApp();

async function running(options: FakeOptions = {}): Promise<FakeController> {
  const controller = show(options);
  button('Start camera').click();
  await vi.waitFor(() => expect(controller.status.state).toBe('running'));
  controller.tick();
  return controller;
}

describe('the first screen', () => {
  it('says what the app does, that nothing leaves the device, and what an empty gallery is for', async () => {
    show();
    expect(document.body.textContent).toContain('Nothing leaves this device');
    await vi.waitFor(() => expect(document.body.textContent).toContain('No vehicles yet'));
    expectAccessible();
    expectTouchTargets();
  });

  it('starts the camera with one press and shows a preview', async () => {
    const controller = await running();
    expect(controller.calls).toContain('startCamera');
    await vi.waitFor(() => expect(document.querySelector('video')?.srcObject).not.toBeNull());
  });

  it('remembers the camera and resolution that were chosen', async () => {
    const controller = show();
    const [camera, resolution] = document.querySelectorAll('select');
    await vi.waitFor(() => expect(camera?.textContent).toContain('Street camera'));
    if (camera) await userEvent.selectOptions(camera, 'street');
    if (resolution) await userEvent.selectOptions(resolution, '1080');
    expect(controller.settings.camera).toMatchObject({ deviceId: 'street', heightPx: 1080 });
  });

  it('offers a camera that is plugged in later, and no longer one that was pulled out', async () => {
    const controller = show();
    const camera = document.querySelector('select');
    await vi.waitFor(() => expect(camera?.textContent).toContain('Street camera'));
    controller.plug([{ deviceId: 'yard', label: 'Yard camera' }]);
    await vi.waitFor(() => expect(camera?.textContent).toContain('Yard camera'));
    expect(camera?.textContent).not.toContain('Street camera');
  });

  it('opens a video that is dropped anywhere, and shows where it may be dropped', async () => {
    const controller = show();
    const transfer = new DataTransfer();
    transfer.items.add(new File(['x'], 'street.mp4', { type: 'video/mp4' }));
    const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new DragEvent('dragenter', options));
    flushSync();
    expect(document.body.textContent).toContain('Drop the video');
    document.body.dispatchEvent(new DragEvent('drop', options));
    await vi.waitFor(() => expect(controller.status.state).toBe('running'));
    expect(controller.calls).toContain('openVideo street.mp4');
    expect(document.body.textContent).not.toContain('Drop the video');
  });

  it('fits a phone without scrolling sideways', async () => {
    await page.viewport(390, 844);
    show({ vehicleCount: 12 });
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
    expectTouchTargets();
  });
});

describe('a run', () => {
  it('shows its steps while it gets ready, and can be cancelled', () => {
    const controller = show({ holdAt: 'opening-source' });
    button('Start camera').click();
    flushSync();
    expect(document.querySelector('[aria-current="step"]')?.textContent).toContain('Opening');
    controller.set({ step: 'loading-models' });
    flushSync();
    expect(document.querySelector('[aria-current="step"]')?.textContent).toContain('models');
    expectAccessible();
    button('Cancel').click();
    expect(controller.calls).toContain('stop');
  });

  it('lists each numbered vehicle in view once, with its class and similarity', async () => {
    const controller = await running({ vehicleCount: 30 });
    await vi.waitFor(() => expect(button(/^Vehicle 7 Car/)).toBeTruthy());
    expect(nameOf(button(/^Vehicle 7 Car/))).toContain('Seen again 87');
    expect(nameOf(button(/^Vehicle 40 Motorcycle/))).toContain('hidden now');
    expectAccessible();
    expect(controller.drawMs.length).toBeGreaterThan(0);
  });

  it('gives a vehicle that is still in view a picture of its own', async () => {
    const controller = await running();
    await vi.waitFor(
      () => {
        controller.tick();
        expect(document.querySelectorAll('aside img').length).toBeGreaterThan(0);
      },
      { timeout: 8000, interval: 100 },
    );
  });

  it('selects a vehicle that is pressed on the picture and marks it in the list', async () => {
    const controller = await running();
    await vi.waitFor(() => expect(button(/^Vehicle 41 Truck/)).toBeTruthy());
    const overlay = document.querySelector<HTMLCanvasElement>('canvas.overlay');
    if (!overlay) throw new Error('Expected the overlay canvas, found none');
    const bounds = overlay.getBoundingClientRect();
    const scale = Math.min(bounds.width / 1280, bounds.height / 720);
    const x = bounds.left + bounds.width / 2 + (900 - 640) * scale;
    const y = bounds.top + bounds.height / 2 + (400 - 360) * scale;
    await vi.waitFor(() => {
      controller.tick(0);
      overlay.dispatchEvent(
        new PointerEvent('pointerup', { clientX: x, clientY: y, bubbles: true }),
      );
      flushSync();
      expect(document.querySelector('aside [aria-current="true"]')?.textContent).toContain('41');
    });
  });

  it('draws a pulled frame and its boxes together on the page’s own canvas', async () => {
    const controller = show();
    await controller.openVideo(new File([], 'clip.mp4'));
    flushSync();
    const picture = document.querySelector<HTMLCanvasElement>('canvas:not(.overlay)');
    await vi.waitFor(() => {
      controller.tick();
      expect(picture?.width).toBe(1280);
    });
    const pixel = picture?.getContext('2d')?.getImageData(640, 700, 1, 1).data;
    expect([...(pixel ?? [])]).toEqual([0x59, 0x60, 0x5f, 255]);
    expect(document.body.textContent).toContain('46 frames/s');
    expect(document.body.textContent).toContain('23 s left');
  });

  it.each([820, 390])('gives its progress a line of its own on a screen of %i', async (width) => {
    await page.viewport(width, 1000);
    const controller = show();
    await controller.openVideo(new File([], 'clip.mp4'));
    flushSync();
    await vi.waitFor(() => expect(document.body.textContent).toContain('23 s left'));
    const progress = document.querySelector('.progress')?.getBoundingClientRect();
    const pane = document.querySelector('.pane')?.getBoundingClientRect();
    expect(progress?.width).toBeGreaterThan((pane?.width ?? Infinity) * 0.8);
    expect(progress?.height).toBeLessThan(60);
  });

  it('says what a finished file brought and offers the next step', async () => {
    const controller = show();
    await controller.openVideo(new File([], 'clip.mp4'));
    flushSync();
    controller.gallery.store(61);
    controller.set({ state: 'finished' });
    flushSync();
    expect(document.body.textContent).toContain('The video is analysed');
    expect(document.body.textContent).toContain('1 new vehicle');
    expect(button('Open another video')).toBeTruthy();
    expectAccessible();
  });

  it('says that another camera had to be taken, and leads to the choice of cameras', async () => {
    const controller = show();
    controller.nextNotice = 'chosen-camera-gone';
    button('Start camera').click();
    await vi.waitFor(() => expect(controller.status.state).toBe('running'));
    flushSync();
    const sentence = '“Street camera (USB)” is used instead';
    expect(document.querySelector('.notices')?.textContent).toContain(sentence);
    expectAccessible();
    button('Choose a camera').click();
    flushSync();
    expect(document.querySelector('dialog select')?.textContent).toContain('Street camera');
    await userEvent.keyboard('{Escape}');
    button('Close').click();
    flushSync();
    expect(document.querySelector('.notices')?.textContent).not.toContain(sentence);
  });

  it('says that it waits while the camera is muted, and marks the gap', async () => {
    const controller = await running();
    const gap = {
      startUnixMs: Date.now() - 9000,
      endUnixMs: null,
      reason: 'camera-muted',
    } as const;
    controller.set({ gaps: [], currentGap: gap });
    flushSync();
    expect(document.body.textContent).toContain('The camera sends no picture');
    expect(document.querySelectorAll('.gaps .mark')).toHaveLength(1);
  });

  it('says once on screen that the camera is gone, with what to do', async () => {
    const controller = await running();
    const gap = { startUnixMs: Date.now(), endUnixMs: null, reason: 'camera-lost' } as const;
    controller.set({ currentGap: gap });
    flushSync();
    expect(document.querySelector('.notices')?.textContent).toContain('The camera is gone');
    controller.set({ warning: { code: 'CAMERA_LOST', message: 'gone' } });
    flushSync();
    const notices = document.querySelectorAll('.notices .notice');
    expect([...notices].filter(({ textContent }) => /camera/i.test(textContent))).toHaveLength(1);
    expect(document.querySelector('.notices')?.textContent).toContain('goes on by itself');
  });

  it('measures its gaps from its own beginning, which a reopened camera does not move', async () => {
    const controller = await running();
    const now = Date.now();
    const gap = {
      startUnixMs: now - 30_000,
      endUnixMs: now - 10_000,
      reason: 'camera-lost',
    } as const;
    const { source } = controller.status;
    if (!source) throw new Error('Expected a source, found none');
    controller.set({
      startedUnixMs: now - 40_000,
      source: { ...source, originUnixMs: now - 5_000 },
      gaps: [gap],
    });
    flushSync();
    const mark = document.querySelector<HTMLElement>('.gaps .mark');
    expect(parseFloat(mark?.style.left ?? '')).toBeCloseTo(25, -1);
    expect(parseFloat(mark?.style.width ?? '')).toBeCloseTo(50, -1);
  });
});

describe('the negotiated size', () => {
  it.each([
    [1280, 800],
    [820, 1180],
    [390, 844],
  ])('is in sight at %i by %i', async (width, height) => {
    await page.viewport(width, height);
    await running();
    const size = document.querySelector('header .size');
    expect(size?.textContent).toBe('1280 × 720, 30 fps');
    const bounds = size?.getBoundingClientRect();
    expect(bounds?.width).toBeGreaterThan(80);
    expect(bounds?.right).toBeLessThanOrEqual(width);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
  });
});

describe('the top bar of a phone', () => {
  it('has its buttons in one row, and lets the state of the run lie over none', async () => {
    await page.viewport(390, 844);
    const controller = new FakeController({ holdAt: 'loading-models' });
    const updates = {
      state: { isUpdateWaiting: false, canInstall: true, isOfflineReady: false, problem: null },
      onChange: () => () => undefined,
      applyUpdate: () => Promise.resolve('nothing-waiting' as const),
      promptInstall: () => Promise.resolve(false),
    };
    showWith({ controller, updates });
    button('Start camera').click();
    await vi.waitFor(() => expect(controller.status.step).toBe('loading-models'));
    flushSync();
    const state = document.querySelector('header .state')?.getBoundingClientRect();
    expect(state?.width).toBeGreaterThan(40);
    const controls = [...document.querySelectorAll('header button')];
    const tops = controls.map((control) => Math.round(control.getBoundingClientRect().top));
    expect(controls.length).toBeGreaterThanOrEqual(5);
    expect(new Set(tops).size).toBe(1);
    for (const control of controls) {
      const { left, right, top, bottom } = control.getBoundingClientRect();
      const isApart =
        !state ||
        state.right <= left ||
        state.left >= right ||
        state.bottom <= top ||
        state.top >= bottom;
      expect(isApart, nameOf(control)).toBe(true);
    }
  });
});

describe('full screen', () => {
  const isVisible = (selector: string): boolean =>
    document.querySelector(selector)?.checkVisibility() ?? false;

  it('shows the picture alone, and still says that the camera is gone', async () => {
    const controller = await running();
    button('Full screen').click();
    await vi.waitFor(() => expect(isVisible('aside')).toBe(false));
    expect(isVisible('header')).toBe(false);
    const gap = { startUnixMs: Date.now(), endUnixMs: null, reason: 'camera-lost' } as const;
    controller.set({ currentGap: gap });
    flushSync();
    const root = document.fullscreenElement ?? document.body;
    const notice = [...root.querySelectorAll<HTMLElement>('.notice')].find((element) =>
      element.textContent.includes('The camera is gone'),
    );
    expect(notice?.checkVisibility()).toBe(true);
    expect(root.querySelector('[role="status"]')).not.toBeNull();
    button('Full screen').click();
    await vi.waitFor(() => expect(isVisible('aside')).toBe(true));
  });

  it('ends with the run', async () => {
    const controller = await running();
    await userEvent.keyboard('f');
    await vi.waitFor(() => expect(isVisible('aside')).toBe(false));
    await controller.stop();
    await vi.waitFor(() => expect(isVisible('aside')).toBe(true));
    expect(isVisible('header')).toBe(true);
  });
});

describe('a failure', () => {
  it('says what happened and what to do, keeps the technical part folded, and goes on', async () => {
    const controller = show();
    controller.nextError = 'CAMERA_PERMISSION_DENIED';
    button('Start camera').click();
    await vi.waitFor(() => expect(document.querySelector('[role="alert"]')).not.toBeNull());
    const alert = document.querySelector('[role="alert"]');
    expect(alert?.getAttribute('data-error-code')).toBe('CAMERA_PERMISSION_DENIED');
    expect(alert?.textContent).toContain('Allow the camera');
    expect(alert?.querySelector('details')?.open).toBe(false);
    expectAccessible();
    controller.nextError = null;
    button('Try again').click();
    await vi.waitFor(() => expect(controller.status.state).toBe('running'));
  });
});

describe('a vehicle opened', () => {
  it('shows every sighting with the evidence behind it, and goes to the next by arrow', async () => {
    show({ vehicleCount: 8 });
    await vi.waitFor(() => expect(button(/^Vehicle 7 /)).toBeTruthy());
    const row = button(/^Vehicle 7 /);
    row.focus();
    row.click();
    await vi.waitFor(() => expect(document.querySelectorAll('dialog .card')).toHaveLength(4));
    expect(document.querySelector('dialog')?.matches(':modal')).toBe(true);
    document.querySelector<HTMLElement>('dialog summary')?.click();
    expect(document.querySelector('dialog .evidence')?.textContent).toContain('87');
    expect(document.querySelector('dialog .evidence')?.textContent).toMatch(
      /3 pictures, at \d\d:\d\d:\d\d/,
    );
    expect(document.querySelector('dialog .evidence')?.textContent).toContain(
      'in view at the same time',
    );
    expectAccessible();
    await userEvent.keyboard('{ArrowRight}');
    await vi.waitFor(() =>
      expect(document.querySelector('dialog h2')?.textContent).toBe('Vehicle 6'),
    );
    await userEvent.keyboard('{Escape}');
    await vi.waitFor(() => expect(document.querySelector('dialog')).toBeNull());
    expect(document.activeElement).toBe(row);
  });

  it('is forgotten only after a second word, and what went is told', async () => {
    const controller = show({ vehicleCount: 8 });
    await vi.waitFor(() => expect(button(/^Vehicle 7 /)).toBeTruthy());
    button(/^Vehicle 7 /).click();
    await vi.waitFor(() => expect(button('Forget this vehicle')).toBeTruthy());
    button('Forget this vehicle').click();
    flushSync();
    expect(controller.gallery.calls).not.toContain('forget vehicle-7');
    button('Forget').click();
    await vi.waitFor(() => expect(document.querySelector('dialog')).toBeNull());
    expect(controller.gallery.calls).toContain('forget vehicle-7');
    expect(document.body.textContent).toContain('Removed 1 vehicle, 3 sightings');
  });
});

describe('the list', () => {
  it('says for a vehicle from a recording of an earlier visit where in it, also when opened', async () => {
    show({ vehicleCount: 8 });
    await vi.waitFor(() => expect(button(/^Vehicle 8 /)).toBeTruthy());
    expect(nameOf(button(/^Vehicle 8 /))).toContain('0:12 in yard.mp4 1 sighting');
    expect(nameOf(button(/^Vehicle 7 /))).not.toContain('yard.mp4');
    button(/^Vehicle 8 /).click();
    await vi.waitFor(() => expect(document.querySelectorAll('dialog .card')).toHaveLength(1));
    const facts = document.querySelector('dialog dl')?.textContent;
    expect(facts).toContain('0:07 in yard.mp4');
    expect(facts).toContain('0:12 in yard.mp4');
    expect(document.querySelector('dialog .evidence')?.textContent).toContain(
      '3 pictures, at 0:01, 0:02, 0:04',
    );
  });

  it.each([
    [1280, 800],
    [820, 1180],
    [390, 844],
  ])('keeps the count in sight beside a long file name at %i by %i', async (width, height) => {
    await page.viewport(width, height);
    const controller = show({ vehicleCount: 8 });
    const name = 'car-park-overhead-north-gate-2026-05-12-morning.mp4';
    controller.gallery.rename(8, name);
    await vi.waitFor(() => expect(nameOf(button(/^Vehicle 8 /))).toContain(name));
    const row = button(/^Vehicle 8 /);
    expect(nameOf(row)).toMatch(/ing\.mp4 1 sighting/);
    const count = row.querySelector('.count')?.getBoundingClientRect();
    const bounds = row.getBoundingClientRect();
    expect(count?.width).toBeGreaterThan(40);
    expect(count?.right).toBeLessThanOrEqual(bounds.right);
    expect(count?.bottom).toBeLessThanOrEqual(bounds.bottom);
    // The end of the name is in sight, its middle is not.
    const when = row.querySelector('.when')?.getBoundingClientRect();
    expect(when?.right).toBeLessThanOrEqual(bounds.right);
    const head = row.querySelector('.time');
    expect(head?.scrollWidth).toBeGreaterThan(head?.clientWidth ?? 0);
    expect(head?.clientWidth).toBeGreaterThan(40);
  });

  it('holds a screenful of rows for a gallery of thousands', async () => {
    show({ vehicleCount: 4000 });
    await vi.waitFor(() => expect(button(/^Vehicle 4000 /)).toBeTruthy());
    const scroller = document.querySelector('.scroller');
    if (!scroller) throw new Error('Expected the list, found none');
    expect(scroller.querySelectorAll('button').length).toBeLessThan(30);
    scroller.scrollTop = scroller.scrollHeight;
    await vi.waitFor(() => expect(button(/^Vehicle 1 /)).toBeTruthy());
    expect(scroller.querySelectorAll('button').length).toBeLessThan(30);
  });
});

describe('the settings', () => {
  it('change thresholds, classes and theme through the controller', async () => {
    const controller = await running();
    button('Settings').click();
    flushSync();
    expectAccessible();
    const slider = document.querySelector<HTMLInputElement>('dialog input[type="range"]');
    if (!slider) throw new Error('Expected a slider, found none');
    slider.value = '0.5';
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    expect(controller.settings.scoreThreshold).toBe(0.5);
    document.querySelector<HTMLInputElement>('dialog input[type="checkbox"]')?.click();
    expect(controller.settings.classes).toEqual(['motorcycle', 'bus', 'truck']);
    document.querySelector<HTMLInputElement>('dialog input[value="dark"]')?.click();
    flushSync();
    expect(document.documentElement.dataset['theme']).toBe('dark');
    document.querySelector<HTMLInputElement>('dialog input[value="system"]')?.click();
    button('Measure this device again').click();
    expect(controller.calls).toContain('measureAgain');
  });

  it('delete everything only after a second word, and say what went', async () => {
    const controller = show({ vehicleCount: 8 });
    button('Settings').click();
    flushSync();
    button('Delete everything').click();
    flushSync();
    expect(controller.gallery.calls).not.toContain('deleteEverything');
    const confirm = [...document.querySelectorAll<HTMLButtonElement>('dialog .choices .danger')];
    confirm[0]?.click();
    await vi.waitFor(() => expect(document.body.textContent).toContain('Removed 8 vehicles'));
    await vi.waitFor(() =>
      expect(document.querySelector('dialog [role="status"]')?.textContent).toContain('Removed 8'),
    );
    expect(controller.gallery.calls).toContain('deleteEverything');
  });
});

describe('the keyboard', () => {
  it('starts, pauses and resumes with space', async () => {
    const controller = show();
    await userEvent.keyboard(' ');
    await vi.waitFor(() => expect(controller.status.state).toBe('running'));
    await userEvent.keyboard(' ');
    expect(controller.status.state).toBe('paused');
    await userEvent.keyboard(' ');
    expect(controller.status.state).toBe('running');
  });

  it('does not act while a field has the focus', async () => {
    const controller = show();
    document.querySelector('select')?.focus();
    await userEvent.keyboard('f');
    await userEvent.keyboard('?');
    expect(document.querySelector('dialog')).toBeNull();
    expect(controller.calls).not.toContain('startCamera');
  });

  it('opens the help with a question mark and closes it with Escape', async () => {
    show();
    await userEvent.keyboard('?');
    await vi.waitFor(() => expect(document.querySelector('dialog h2')?.textContent).toBe('Help'));
    expectAccessible();
    await userEvent.keyboard('{Escape}');
    await vi.waitFor(() => expect(document.querySelector('dialog')).toBeNull());
  });

  it('walks through the vehicles with the arrows and opens the marked one with Enter', async () => {
    show({ vehicleCount: 8 });
    await vi.waitFor(() => expect(button(/^Vehicle 8 /)).toBeTruthy());
    await userEvent.keyboard('{ArrowDown}');
    await userEvent.keyboard('{ArrowDown}');
    await vi.waitFor(() =>
      expect(document.querySelector('aside [aria-current="true"]')?.textContent).toContain('7'),
    );
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() =>
      expect(document.querySelector('dialog h2')?.textContent).toBe('Vehicle 7'),
    );
  });
});

describe('a new version', () => {
  it('asks, and cannot be let in while a run is on', async () => {
    const controller = new FakeController();
    const applyUpdate = vi.fn(() => Promise.resolve('reloading' as const));
    const state = { isUpdateWaiting: true, canInstall: true, isOfflineReady: true, problem: null };
    const updates = {
      state,
      onChange: () => () => undefined,
      applyUpdate,
      promptInstall: () => Promise.resolve(true),
    };
    showWith({ controller, updates });
    expect(button('Install')).toBeTruthy();
    await controller.startCamera();
    flushSync();
    expect(button('Reload now').disabled).toBe(true);
    await controller.stop();
    flushSync();
    button('Reload now').click();
    expect(applyUpdate).toHaveBeenCalledTimes(1);
    button('Later').click();
    flushSync();
    expect(document.body.textContent).not.toContain('A new version is ready');
  });
});

describe('offline use', () => {
  it('that is not possible is explained in the settings', () => {
    const problem = 'the browser refused to store the model files';
    const state = { isUpdateWaiting: false, canInstall: false, isOfflineReady: false, problem };
    const updates = {
      state,
      onChange: () => () => undefined,
      applyUpdate: () => Promise.resolve('nothing-waiting' as const),
      promptInstall: () => Promise.resolve(false),
    };
    showWith({ controller: new FakeController(), updates });
    button('Settings').click();
    flushSync();
    expect(document.querySelector('dialog')?.textContent).toContain(problem);
  });
});

describe('the content security policy', () => {
  it('finds no inline style in what the components bring', () => {
    const templates = import.meta.glob<string>('../../../src/ui/**/*.svelte', {
      query: '?raw',
      import: 'default',
      eager: true,
    });
    expect(Object.keys(templates).length).toBeGreaterThan(30);
    for (const [path, source] of Object.entries(templates)) {
      expect(source, path).not.toMatch(/\sstyle="/);
      // A constant `style:` directive would be compiled into a style attribute.
      expect(source, path).not.toMatch(/style:[\w-]+="[^{"]*"/);
    }
  });
});
