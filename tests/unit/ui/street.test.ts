import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { headAndTail, lastSeenText, placeText } from '../../../src/ui/gallery/seen-text';
import { Announcer } from '../../../src/ui/state/announcer.svelte';
import { AppState } from '../../../src/ui/state/app-state.svelte';
import { LiveVehicles } from '../../../src/ui/state/live-vehicles.svelte';
import { LiveViews, placeOf, type LivePicture } from '../../../src/ui/state/live-views';
import { RunView } from '../../../src/ui/state/run-view.svelte';
import { FakeController } from '../../browser/ui/fake-controller';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('RunView on the Demo street', () => {
  it('starts it with the showroom’s weather and anew with another one, without a stop between', async () => {
    const controller = new FakeController();
    const run = new RunView(controller);
    await run.startStreet();
    expect(run.isStreet).toBe(true);
    let wasActive = true;
    controller.onStatus(() => {
      wasActive &&= run.isActive;
    });
    const start = run.startStreet('rain');
    controller.set({ state: 'idle' });
    await start;
    expect(wasActive).toBe(true);
    expect(run.weather).toBe('rain');
    expect(controller.calls).toEqual([
      'startStreet {"weather":"sun"}',
      'startStreet {"weather":"rain"}',
    ]);
  });

  it('starts no camera when it is told to go on between one weather and the next', async () => {
    const controller = new FakeController();
    const run = new RunView(controller);
    await run.startStreet();
    const states: string[] = [];
    controller.onStatus(({ state }) => {
      states.push(state);
      run.toggle();
    });
    await run.startStreet('rain');
    expect(states[0]).toBe('idle');
    expect(controller.calls).not.toContain('startCamera');
  });

  it('leaves it when it is stopped, cancelled, or a video takes its place', async () => {
    const controller = new FakeController({ holdAt: 'opening-source' });
    const run = new RunView(controller);
    await run.startStreet();
    expect(controller.status.source).toBeNull();
    await run.stop();
    await run.startStreet();
    await run.openVideo(new File([], 'a.mp4'));
    expect(controller.calls.filter((call) => call === 'leaveStreet')).toHaveLength(2);
    expect(run.isStreet).toBe(false);
    await run.stop();
    expect(controller.calls.at(-1)).toBe('stop');
  });

  it('is tried again after it failed', async () => {
    const controller = new FakeController();
    controller.nextError = 'STREET_UNAVAILABLE';
    const run = new RunView(controller);
    await run.startStreet('dusk');
    expect(run.error?.code).toBe('STREET_UNAVAILABLE');
    expect(run.isActive).toBe(false);
    controller.nextError = null;
    await run.retry();
    expect(controller.calls.at(-1)).toBe('startStreet {"weather":"dusk"}');
  });
});

describe('LiveVehicles of several cameras', () => {
  it('joins the newest frame of each, and says which camera shows a vehicle', async () => {
    const controller = new FakeController();
    const live = new LiveVehicles(controller);
    await controller.startStreet();
    controller.tick(6);
    live.sample();
    const places = live.list.map(({ number, cameraLabel }) => `${number} ${cameraLabel}`);
    expect(places).toEqual(['4 Camera A', '3 Camera A', '2 Camera B', '1 Camera A']);
    for (let index = 0; index < 30; index += 1) controller.tick(0.5);
    live.sample();
    expect(live.find('vehicle-3')).toMatchObject({ cameraId: 'street-b', trackId: 5 });
    expect(live.find('vehicle-4')).toBeNull();
  });

  it('names no camera where there is only one', async () => {
    const controller = new FakeController();
    const live = new LiveVehicles(controller);
    await controller.startCamera();
    controller.tick();
    live.sample();
    expect(live.list.every(({ cameraLabel }) => cameraLabel === null)).toBe(true);
  });

  it('forgets what a camera showed before the run began anew', async () => {
    const controller = new FakeController();
    const live = new LiveVehicles(controller);
    await controller.startStreet();
    controller.tick(6);
    await controller.startStreet();
    live.sample();
    expect(live.list).toEqual([]);
  });
});

describe('places in words', () => {
  it('say where a vehicle is, and how long after which camera when it is seen again', async () => {
    const controller = new FakeController();
    const live = new LiveVehicles(controller);
    await controller.startStreet();
    for (let index = 0; index < 42; index += 1) controller.tick(0.5);
    live.sample();
    const textOf = (id: string): string | null => {
      const vehicle = live.find(id);
      return vehicle && placeText(vehicle);
    };
    expect(textOf('vehicle-2')).toBe('Camera B now');
    expect(textOf('vehicle-3')).toBe('Camera B, 8 s after Camera A');
    // The end of what is cut in the middle is the camera's name.
    expect(headAndTail(textOf('vehicle-3') ?? '')[1]).toBe(' Camera A');
  });

  it('name the camera of a stored vehicle only where there are several', async () => {
    const [vehicle] = await new FakeController({ vehicleCount: 7 }).gallery.list({
      offset: 0,
      count: 1,
    });
    if (!vehicle) throw new Error('Expected a vehicle, got none');
    const now = vehicle.lastSeenUnixMs;
    expect(lastSeenText(vehicle, now)).not.toContain('camera');
    expect(lastSeenText(vehicle, now, true)).toMatch(/, Street camera$/);
  });
});

describe('the Demo street’s gallery', () => {
  it('takes away what was chosen in the user’s own, and gives nothing of it back', async () => {
    const controller = new FakeController({ vehicleCount: 5 });
    const app = new AppState({ controller, updates: null });
    await app.vehicles.open();
    app.openVehicle('vehicle-5');
    await app.run.startStreet();
    await vi.advanceTimersByTimeAsync(0);
    expect(app.isStreetGallery).toBe(true);
    expect(app.selected).toBeNull();
    expect(app.dialog).toBeNull();
    expect(app.vehicles.total).toBe(0);
    await app.run.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect(app.isStreetGallery).toBe(false);
    expect(app.vehicles.total).toBe(5);
    app.dispose();
  });
});

describe('Announcer on the street', () => {
  it('says which camera a returning vehicle is known from', async () => {
    const controller = new FakeController();
    const announcer = new Announcer(controller);
    await controller.startStreet();
    for (let index = 0; index < 42; index += 1) {
      controller.tick(0.5);
      await vi.advanceTimersByTimeAsync(500);
    }
    await vi.advanceTimersByTimeAsync(3000);
    expect(announcer.message).toBe('Vehicle 3 seen again, 93\u202f%, known from Camera A.');
  });
});

describe('Announcer', () => {
  it('does not tell what is taken back before its turn', async () => {
    const announcer = new Announcer(new FakeController());
    announcer.say('The first.');
    const takeBack = announcer.say('The second.');
    announcer.say('The third.');
    takeBack();
    await vi.advanceTimersByTimeAsync(3500);
    expect(announcer.message).toBe('The third.');
    announcer.dispose();
  });
});

describe('LiveViews', () => {
  const sight = {
    trackId: 4,
    identity: null,
    isLost: false,
    cameraLabel: 'Camera B',
    box: { left: 20, top: 40, width: 50, height: 30 },
    label: { left: 20, top: 18, width: 70, height: 20 },
  };
  const empty: LivePicture = { sights: () => [], snapshot: () => Promise.resolve(null) };

  it('takes a picture of a vehicle from the camera that has it', async () => {
    // Only its identity matters here; Node has no pictures.
    const image = {} as ImageBitmap;
    const views = new LiveViews();
    views.add(empty);
    expect(await views.snapshot(4, 100)).toBeNull();
    const remove = views.add({ sights: () => [sight], snapshot: () => Promise.resolve(image) });
    expect(await views.snapshot(4, 100)).toBe(image);
    expect(views.sightOf(4)?.cameraLabel).toBe('Camera B');
    remove();
    expect(views.sightOf(4)).toBeNull();
  });

  it('tells when the last picture has gone', () => {
    const onEmpty = vi.fn();
    const views = new LiveViews(onEmpty);
    const remove = [views.add({ ...empty }), views.add({ ...empty })];
    remove[0]?.();
    expect(onEmpty).not.toHaveBeenCalled();
    remove[1]?.();
    expect(onEmpty).toHaveBeenCalledTimes(1);
  });

  it('knows the box, the label and both together', () => {
    expect(placeOf(sight, 'box')).toEqual(sight.box);
    expect(placeOf(sight, 'label')).toEqual(sight.label);
    expect(placeOf(sight, 'whole')).toEqual({ left: 20, top: 18, width: 70, height: 52 });
    expect(placeOf({ ...sight, label: null }, 'label')).toEqual(sight.box);
  });
});
