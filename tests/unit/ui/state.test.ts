import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CameraDevice } from '../../../src/contracts/source';
import { AppError } from '../../../src/core/app-error';
import { Announcer } from '../../../src/ui/state/announcer.svelte';
import { CameraList } from '../../../src/ui/state/camera-list.svelte';
import { AppState } from '../../../src/ui/state/app-state.svelte';
import { MinuteClock } from '../../../src/ui/state/minute-clock.svelte';
import { LiveVehicles } from '../../../src/ui/state/live-vehicles.svelte';
import { PictureCache } from '../../../src/ui/state/picture-cache';
import { RunView } from '../../../src/ui/state/run-view.svelte';
import { UpdatesState } from '../../../src/ui/state/updates-view.svelte';
import { VehicleDetailState } from '../../../src/ui/state/vehicle-detail.svelte';
import { PAGE_SIZE, VehicleListState } from '../../../src/ui/state/vehicle-list.svelte';
import { FakeController } from '../../browser/ui/fake-controller';
import { decisionOf, FakeGallery } from '../../browser/ui/fake-gallery';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('RunView', () => {
  it('pauses, resumes and starts with the space bar’s one action', async () => {
    const controller = new FakeController();
    const run = new RunView(controller);
    run.toggle();
    await vi.waitFor(() => expect(run.status.state).toBe('running'));
    run.toggle();
    expect(run.status.state).toBe('paused');
    run.toggle();
    expect(run.status.state).toBe('running');
    expect(controller.calls).toEqual(['startCamera', 'pause', 'resume']);
  });

  it('shows a failed start as the status tells it and does not reject', async () => {
    const controller = new FakeController();
    controller.nextError = 'CAMERA_BUSY';
    const run = new RunView(controller);
    await expect(run.startCamera()).resolves.toBeUndefined();
    expect(run.error?.code).toBe('CAMERA_BUSY');
    run.dismissError();
    expect(run.error).toBeNull();
  });

  it('tries the same file again after it failed', async () => {
    const controller = new FakeController();
    controller.nextError = 'VIDEO_DAMAGED';
    const run = new RunView(controller);
    await run.openVideo(new File([], 'a.mp4'));
    controller.nextError = null;
    await run.retry();
    expect(controller.calls).toEqual(['openVideo a.mp4', 'openVideo a.mp4']);
  });

  it('ends the run that is on before it opens a file', async () => {
    const controller = new FakeController();
    const run = new RunView(controller);
    await run.startCamera();
    await run.openVideo(new File([], 'b.webm'));
    expect(controller.calls).toEqual(['startCamera', 'stop', 'openVideo b.webm']);
  });

  it('says that another camera had to be taken, until it is closed or the next run begins', async () => {
    const controller = new FakeController();
    const run = new RunView(controller);
    await run.startCamera();
    expect(run.sourceNotice).toBeNull();
    await run.stop();
    controller.nextNotice = 'chosen-camera-gone';
    await run.startCamera();
    expect(run.sourceNotice).toContain('“Street camera (USB)” is used instead');
    run.dismissSourceNotice();
    expect(run.sourceNotice).toBeNull();
    run.toggle();
    expect(run.sourceNotice).toBeNull();
    await run.stop();
    await run.startCamera();
    expect(run.sourceNotice).not.toBeNull();
    await run.stop();
    expect(run.sourceNotice).toBeNull();
  });

  it('counts the vehicles of a file, new and recognised, and begins again with the next', async () => {
    const controller = new FakeController();
    const run = new RunView(controller);
    controller.gallery.store(3);
    expect(run.tally).toEqual({ newCount: 0, returningCount: 0 });
    await run.openVideo(new File([], 'a.mp4'));
    controller.gallery.store(3);
    expect(run.tally).toEqual({ newCount: 1, returningCount: 0 });
    await run.stop();
    await run.openVideo(new File([], 'b.mp4'));
    expect(run.tally.newCount).toBe(0);
  });

  it('counts a sighting once however often it is written, by its latest decision', async () => {
    const controller = new FakeController();
    const run = new RunView(controller);
    await run.openVideo(new File([], 'a.mp4'));
    controller.gallery.store(3);
    controller.gallery.store(3);
    controller.gallery.store(4);
    expect(run.tally).toEqual({ newCount: 2, returningCount: 0 });
    controller.gallery.store(3, { decision: decisionOf(3, 0.9) });
    expect(run.tally).toEqual({ newCount: 1, returningCount: 1 });
  });

  it('counts a vehicle that came back within the file as new and as recognised', async () => {
    const controller = new FakeController();
    const run = new RunView(controller);
    await run.openVideo(new File([], 'a.mp4'));
    controller.gallery.store(3);
    for (const id of ['second', 'third']) {
      controller.gallery.store(3, { id, decision: decisionOf(3, 0.9) });
    }
    expect(run.tally).toEqual({ newCount: 1, returningCount: 1 });
  });

  it('keeps a warning of the run to the run, and one of the gallery until it is closed', async () => {
    const controller = new FakeController();
    const run = new RunView(controller);
    await run.startCamera();
    controller.set({ warning: { code: 'CAMERA_LOST', message: '' } });
    expect(run.warning?.code).toBe('CAMERA_LOST');
    controller.set({ state: 'idle' });
    expect(run.warning).toBeNull();
    controller.set({ warning: { code: 'STORAGE_FULL', message: '' } });
    expect(run.warning?.code).toBe('STORAGE_FULL');
    controller.set({ state: 'failed', error: { code: 'STORAGE_FULL', message: '' } });
    expect(run.warning).toBeNull();
  });
});

describe('CameraList', () => {
  const front = { deviceId: 'front', label: 'Front' };
  const yard = { deviceId: 'yard', label: 'Yard' };

  it('follows cameras that come and go, until it is not needed any more', async () => {
    const controller = new FakeController();
    const list = new CameraList(controller);
    controller.plug([front, yard]);
    await vi.waitFor(() => expect(list.cameras).toEqual([front, yard]));
    controller.plug([front]);
    await vi.waitFor(() => expect(list.cameras).toEqual([front]));
    list.dispose();
    const readCount = controller.calls.length;
    controller.plug([]);
    expect(controller.calls).toHaveLength(readCount);
  });

  it('reads the names once a camera runs, because they were hidden before', async () => {
    const controller = new FakeController();
    controller.cameras = [{ deviceId: '', label: '' }];
    const list = new CameraList(controller);
    await list.refresh();
    controller.cameras = [front, yard];
    await controller.startCamera();
    await vi.waitFor(() => expect(list.cameras).toEqual([front, yard]));
    controller.pause();
    controller.resume();
    expect(controller.calls.filter((call) => call === 'listCameras')).toHaveLength(2);
  });

  it('is not overwritten by an older reading that took longer', async () => {
    const answers: ((cameras: readonly CameraDevice[]) => void)[] = [];
    const controller = new FakeController();
    controller.listCameras = () => new Promise((resolve) => answers.push(resolve));
    const list = new CameraList(controller);
    const readings = [list.refresh(), list.refresh()];
    answers[1]?.([front]);
    answers[0]?.([front, yard]);
    await Promise.all(readings);
    expect(list.cameras).toEqual([front]);
  });

  it('is empty where cameras cannot be listed', async () => {
    const controller = new FakeController();
    const list = new CameraList(controller);
    await list.refresh();
    expect(list.cameras).not.toEqual([]);
    controller.listCameras = () => Promise.reject(new AppError('CAMERA_UNSUPPORTED', 'no camera'));
    await list.refresh();
    expect(list.cameras).toEqual([]);
  });
});

describe('LiveVehicles', () => {
  it('lists numbered vehicles only, newest number first, and never a tentative track', async () => {
    const controller = new FakeController();
    const live = new LiveVehicles(controller);
    await controller.startCamera();
    controller.tick();
    live.sample();
    expect(live.list.map(({ number }) => number)).toEqual([42, 41, 40, 12, 7]);
    expect(live.find('vehicle-40')?.isLost).toBe(true);
  });

  it('keeps its list when nothing about it changed, so that nothing is drawn again', async () => {
    const controller = new FakeController();
    const live = new LiveVehicles(controller);
    await controller.startCamera();
    controller.tick();
    live.sample();
    const before = live.list;
    controller.tick();
    live.sample();
    expect(live.list).toBe(before);
  });

  it('is empty once the run is over', async () => {
    const controller = new FakeController();
    const live = new LiveVehicles(controller);
    await controller.startCamera();
    controller.tick();
    live.sample();
    await controller.stop();
    expect(live.list).toEqual([]);
  });
});

describe('VehicleListState', () => {
  it('reads only the pages on screen of a gallery of thousands', async () => {
    const gallery = new FakeGallery(3000);
    const list = new VehicleListState(gallery);
    await list.open();
    expect(list.total).toBe(3000);
    expect(list.at(0)?.number).toBe(3000);
    expect(list.at(1500)).toBeNull();
    list.show(1490, 1510);
    await vi.waitFor(() => expect(list.at(1500)?.number).toBe(1500));
    const reads = gallery.calls.filter((call) => call.startsWith('list'));
    expect(reads).toEqual([
      `list 0 ${PAGE_SIZE}`,
      `list 1450 ${PAGE_SIZE}`,
      `list 1500 ${PAGE_SIZE}`,
    ]);
  });

  it('shows a stored sighting a moment later', async () => {
    const gallery = new FakeGallery(5);
    const list = new VehicleListState(gallery);
    await list.open();
    gallery.store(77);
    await vi.advanceTimersByTimeAsync(1000);
    expect(list.at(0)?.number).toBe(77);
    expect(list.total).toBe(6);
  });

  it('reads again once for many sightings in a moment', async () => {
    const gallery = new FakeGallery(5);
    const list = new VehicleListState(gallery);
    await list.open();
    for (let number = 100; number < 120; number += 1) gallery.store(number);
    await vi.advanceTimersByTimeAsync(1000);
    expect(gallery.calls.filter((call) => call.startsWith('list'))).toHaveLength(2);
  });

  it('keeps the summaries of vehicles in view only, however many pass', async () => {
    const gallery = new FakeGallery(3000);
    const list = new VehicleListState(gallery);
    for (let number = 1; number <= 1000; number += 1) {
      const letGo = list.want(`vehicle-${number}`);
      await vi.advanceTimersByTimeAsync(0);
      expect(list.summaryOf(`vehicle-${number}`)?.number).toBe(number);
      letGo();
    }
    expect(list.knownCount).toBe(0);
  });

  it('keeps a summary as long as one of two rows wants it, and reads it again after a change', async () => {
    const gallery = new FakeGallery(3000);
    const list = new VehicleListState(gallery);
    const letGo = list.want('vehicle-5');
    list.want('vehicle-5');
    await vi.advanceTimersByTimeAsync(0);
    letGo();
    expect(list.summaryOf('vehicle-5')?.number).toBe(5);
    gallery.changed();
    expect(list.summaryOf('vehicle-5')).toBeNull();
    await vi.advanceTimersByTimeAsync(0);
    expect(list.summaryOf('vehicle-5')?.number).toBe(5);
  });

  it('tells why the gallery could not be opened, and opens it when tried again', async () => {
    const gallery = new FakeGallery(5);
    gallery.readyError = new AppError('GALLERY_IN_USE', 'Expected no other tab, found one');
    const list = new VehicleListState(gallery);
    await list.open();
    expect(list.state).toBe('failed');
    expect(list.error?.code).toBe('GALLERY_IN_USE');
    gallery.readyError = null;
    await list.open();
    expect(list.state).toBe('ready');
    expect(list.error).toBeNull();
  });
});

describe('AppState', () => {
  it('moves from the vehicles in view into the gallery and back, each vehicle once', async () => {
    const controller = new FakeController({ vehicleCount: 43 });
    const app = new AppState({ controller, updates: null });
    await app.vehicles.open();
    await controller.startCamera();
    controller.tick();
    app.live.sample();
    const seen: (string | null)[] = [];
    for (let index = 0; index < 7; index += 1) {
      app.step(1);
      seen.push(app.selected);
    }
    // 42 and 41 are stored as well, but their place is among those in view.
    expect(seen).toEqual([42, 41, 40, 12, 7, 43, 39].map((number) => `vehicle-${number}`));
    app.step(-1);
    expect(app.selected).toBe('vehicle-43');
    app.step(-1);
    expect(app.selected).toBe('vehicle-7');
  });

  it('stays where it is at the end of the list', async () => {
    const app = new AppState({
      controller: new FakeController({ vehicleCount: 2 }),
      updates: null,
    });
    await app.vehicles.open();
    for (let index = 0; index < 5; index += 1) app.step(1);
    expect(app.selected).toBe('vehicle-1');
  });
});

describe('MinuteClock', () => {
  it('is at midnight when the day changes, so that yesterday’s times get their day', () => {
    vi.setSystemTime(new Date(2026, 4, 12, 23, 58, 40));
    const clock = new MinuteClock();
    clock.start();
    vi.advanceTimersByTime(80_000);
    expect(new Date(clock.nowUnixMs).getDate()).toBe(13);
    clock.stop();
    vi.advanceTimersByTime(600_000);
    expect(new Date(clock.nowUnixMs).getMinutes()).toBe(0);
  });
});

describe('VehicleDetailState', () => {
  it('drops the answer for a vehicle that was left meanwhile', async () => {
    const detail = new VehicleDetailState(new FakeGallery(9));
    const first = detail.open('vehicle-3');
    const second = detail.open('vehicle-4');
    await Promise.all([first, second]);
    expect(detail.detail?.number).toBe(4);
  });

  it('finds the picture of the very sighting that resembled', async () => {
    const detail = new VehicleDetailState(new FakeGallery(9));
    await detail.open('vehicle-3');
    const candidate = detail.detail?.sightings[0]?.decision.candidates[1];
    expect(candidate && (await detail.candidateCropId(candidate))).toBe('crop-6');
  });

  it('reports what forgetting removed and closes', async () => {
    const gallery = new FakeGallery(9);
    const detail = new VehicleDetailState(gallery);
    await detail.open('vehicle-3');
    expect((await detail.forget())?.sightingCount).toBe(3);
    expect(detail.vehicleId).toBeNull();
    expect(gallery.calls).toContain('forget vehicle-3');
  });
});

describe('Announcer', () => {
  it('gathers what happens while a sentence is being read into the next one', async () => {
    const controller = new FakeController();
    const announcer = new Announcer(controller);
    await controller.startCamera();
    expect(announcer.message).toBe('Preparing the analysis.');
    controller.tick();
    expect(announcer.message).toBe('Preparing the analysis.');
    vi.advanceTimersByTime(3100);
    expect(announcer.message).toBe(
      'Analysis is running. New vehicles 41, 42, 40. Vehicle 7 seen again, 87\u202f%; vehicle 12 seen again, 93\u202f%.',
    );
  });

  it('tells that another camera than the chosen one runs, once', async () => {
    const controller = new FakeController();
    const announcer = new Announcer(controller);
    controller.nextNotice = 'chosen-camera-gone';
    await controller.startCamera();
    vi.advanceTimersByTime(3100);
    expect(announcer.message).toBe(
      'The camera chosen before is not connected: “Street camera (USB)” is used instead. Analysis is running.',
    );
    controller.pause();
    vi.advanceTimersByTime(3100);
    expect(announcer.message).toBe('Paused.');
  });

  it('tells when and why nothing is analysed, and when it goes on', async () => {
    const controller = new FakeController();
    const announcer = new Announcer(controller);
    await controller.startCamera();
    vi.advanceTimersByTime(9000);
    const gap = { startUnixMs: 1000, endUnixMs: null, reason: 'camera-lost' } as const;
    controller.set({ currentGap: gap });
    expect(announcer.message).toContain('The camera is gone');
    controller.set({ currentGap: { ...gap } });
    controller.set({ currentGap: null, gaps: [{ ...gap, endUnixMs: 91_000 }] });
    vi.advanceTimersByTime(3100);
    expect(announcer.message).toBe('Analysis goes on after 1 min 30 s.');
  });

  it('does not say that analysis goes on when only a last frame was under way', async () => {
    const controller = new FakeController();
    const announcer = new Announcer(controller);
    await controller.startCamera();
    vi.advanceTimersByTime(9000);
    const gap = { startUnixMs: 1000, endUnixMs: null, reason: 'camera-lost' } as const;
    controller.set({ currentGap: gap });
    controller.set({ currentGap: null, gaps: [{ ...gap, endUnixMs: 1200 }] });
    vi.advanceTimersByTime(9000);
    expect(announcer.message).toContain('The camera is gone');
  });

  it('tells a warning once, however often it is repeated', async () => {
    const controller = new FakeController();
    const announcer = new Announcer(controller);
    await controller.startCamera();
    vi.advanceTimersByTime(9000);
    controller.set({ warning: { code: 'STORAGE_FULL', message: 'a' } });
    expect(announcer.message).toMatch(/storage is full.*Analysis goes on/);
    controller.pause();
    vi.advanceTimersByTime(3100);
    controller.set({ warning: { code: 'STORAGE_FULL', message: 'b' } });
    vi.advanceTimersByTime(9000);
    expect(announcer.message).toBe('Paused.');
  });

  it('tells a vehicle again when the camera was reopened: it is another track', async () => {
    const controller = new FakeController();
    const announcer = new Announcer(controller);
    await controller.startCamera();
    controller.tick();
    vi.advanceTimersByTime(9000);
    controller.pause();
    vi.advanceTimersByTime(9000);
    const [identity] = controller.identities.values();
    if (!identity) throw new Error('Expected an identity, found none');
    controller.identify({ ...identity, epoch: identity.epoch + 1 });
    expect(announcer.message).toContain(`ehicle ${identity.decision.vehicleNumber}`);
  });

  it('does not repeat a vehicle whose decision was only revised', async () => {
    const controller = new FakeController();
    const announcer = new Announcer(controller);
    await controller.startCamera();
    controller.tick();
    vi.advanceTimersByTime(3100);
    const said = announcer.message;
    controller.identities.clear();
    controller.tick();
    vi.advanceTimersByTime(9000);
    expect(announcer.message).toBe(said);
  });
});

describe('PictureCache', () => {
  it('shares one URL among all who show a picture and revokes the ones long unused', async () => {
    let made = 0;
    const create = vi.spyOn(URL, 'createObjectURL').mockImplementation(() => `blob:${(made += 1)}`);
    const revoke = vi.spyOn(URL, 'revokeObjectURL').mockImplementation(() => undefined);
    const cache = new PictureCache({
      crop: () => Promise.resolve(new Blob(['x'])),
      onChanged: () => () => undefined,
    });
    const both = await Promise.all([cache.acquire('a'), cache.acquire('a')]);
    expect(both[0]).toBe(both[1]);
    expect(create).toHaveBeenCalledTimes(1);
    cache.release('a');
    cache.release('a');
    for (let index = 0; index < 200; index += 1) {
      await cache.acquire(`b${index}`);
      cache.release(`b${index}`);
    }
    expect(revoke).toHaveBeenCalledWith('blob:1');
    expect(cache.size).toBeLessThanOrEqual(121);
    cache.dispose();
    expect(revoke).toHaveBeenCalledTimes(made);
    vi.restoreAllMocks();
  });
});

describe('PictureCache after something was deleted', () => {
  it('keeps no picture that nobody shows, and the shown ones only as long as they are shown', async () => {
    const revoke = vi.spyOn(URL, 'revokeObjectURL');
    const gallery = new FakeGallery(3);
    gallery.crop = () => Promise.resolve(new Blob(['x']));
    const cache = new PictureCache(gallery);
    await cache.acquire('idle');
    cache.release('idle');
    await cache.acquire('shown');
    gallery.changed();
    expect(cache.size).toBe(1);
    expect(revoke).toHaveBeenCalledTimes(1);
    cache.release('shown');
    expect(cache.size).toBe(0);
    expect(revoke).toHaveBeenCalledTimes(2);
    vi.restoreAllMocks();
  });

  it('makes no URL for a picture that was asked for before', async () => {
    const create = vi.spyOn(URL, 'createObjectURL');
    const gallery = new FakeGallery(3);
    let answer: (blob: Blob) => void = () => undefined;
    gallery.crop = () => new Promise((resolve) => (answer = resolve));
    const cache = new PictureCache(gallery);
    const asked = cache.acquire('late');
    cache.release('late');
    gallery.changed();
    answer(new Blob(['x']));
    expect(await asked).toBeNull();
    expect(create).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});

describe('UpdatesState', () => {
  it('offers nothing without a service worker', () => {
    expect(new UpdatesState(null).isOffered).toBe(false);
  });

  it('tells once in the app’s life that it works offline, and takes the news away by itself', () => {
    const said = new Set<string>();
    const memory = { has: (key: string) => said.has(key), add: (key: string) => said.add(key) };
    const view = {
      state: { isUpdateWaiting: false, canInstall: false, isOfflineReady: true, problem: null },
      onChange: () => () => undefined,
      applyUpdate: () => Promise.resolve('nothing-waiting' as const),
      promptInstall: () => Promise.resolve(false),
    };
    const first = new UpdatesState(view, memory);
    expect(first.isOfflineNews).toBe(true);
    first.showOfflineNews();
    vi.advanceTimersByTime(20_000);
    expect(first.isOfflineNews).toBe(false);
    expect(first.offlineText).toContain('without a network');
    expect(new UpdatesState(view, memory).isOfflineNews).toBe(false);
  });

  it('does not come back with that news after a run that took its place', () => {
    const view = {
      state: { isUpdateWaiting: false, canInstall: false, isOfflineReady: true, problem: null },
      onChange: () => () => undefined,
      applyUpdate: () => Promise.resolve('nothing-waiting' as const),
      promptInstall: () => Promise.resolve(false),
    };
    const updates = new UpdatesState(view, { has: () => false, add: () => undefined });
    const hide = updates.showOfflineNews();
    expect(updates.isOfflineNews).toBe(true);
    hide();
    expect(updates.isOfflineNews).toBe(false);
  });

  it('says why the app will not work offline', () => {
    const updates = new UpdatesState({
      state: {
        isUpdateWaiting: false,
        canInstall: false,
        isOfflineReady: false,
        problem: 'no room',
      },
      onChange: () => () => undefined,
      applyUpdate: () => Promise.resolve('nothing-waiting'),
      promptInstall: () => Promise.resolve(false),
    });
    expect(updates.offlineText).toBe('Not possible here, because: no room');
  });

  it('keeps quiet after Later, and tells when another tab is at work', async () => {
    const status = {
      isUpdateWaiting: true,
      canInstall: false,
      isOfflineReady: true,
      problem: null,
    };
    const updates = new UpdatesState({
      state: status,
      onChange: () => () => undefined,
      applyUpdate: () => Promise.resolve('busy'),
      promptInstall: () => Promise.resolve(false),
    });
    expect(updates.isOffered).toBe(true);
    await updates.apply();
    expect(updates.isBusyElsewhere).toBe(true);
    updates.postpone();
    expect(updates.isOffered).toBe(false);
  });
});
