import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunStatus } from '../../../src/contracts/app';
import type { FrameImage } from '../../../src/contracts/frame';
import type { FrameSource, SourceFrame } from '../../../src/contracts/source';
import type { Track } from '../../../src/contracts/track';
import type { FrameResult, IdentityEvent } from '../../../src/contracts/worker-api';
import type { StreetChoice } from '../../../src/contracts/street';
import { AppError } from '../../../src/core/app-error';
import { asOneCamera } from '../../../src/core/source-cameras';
import { SHOWROOM_STREET } from '../../../src/core/street-choice';
import { ResightController } from '../../../src/runtime/analysis-controller';
import type { ControllerParts } from '../../../src/runtime/controller-parts';
import { SettingsKeeper } from '../../../src/runtime/settings-keeper';

/** Lets a test decide when something that was begun may finish. */
class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

function fileSource(file: File, isOpen: Set<string>, frameCount: number): FrameSource {
  const info = asOneCamera({
    kind: 'file' as const,
    pace: 'offline' as const,
    cameraId: file.name,
    label: file.name,
    widthPx: 64,
    heightPx: 36,
    framesPerSecond: 10,
    durationUs: 1_000_000,
    originUnixMs: 0,
    timeBase: 'media' as const,
    codec: null,
    notice: null,
  });
  return {
    kind: 'file',
    pace: 'offline',
    previewStream: null,
    decodeMsTotal: 0,
    droppedCount: 0,
    deliveredCount: null,
    open: () => {
      isOpen.add(file.name);
      return Promise.resolve(info);
    },
    feed: () => ({
      type: 'pull',
      async *frames(): AsyncGenerator<SourceFrame> {
        for (let index = 0; index < frameCount; index += 1) {
          await new Promise((resolve) => setImmediate(resolve));
          // The run only closes it.
          const image = { width: 64, height: 36, close: () => undefined } as unknown as FrameImage;
          yield { image, captureTimeUs: index * 100_000 };
        }
      },
    }),
    onEvent: () => () => undefined,
    close: () => {
      isOpen.delete(file.name);
      return Promise.resolve();
    },
  };
}

class Scene {
  readonly openSources = new Set<string>();
  readonly openedNames: string[] = [];
  readonly states: RunStatus['state'][] = [];
  readonly stored = new Map<string, string>();
  readonly finish = new Gate();
  isFinishHeld = false;
  frameCount = 3;
  tracks: readonly Pick<Track, 'id' | 'state'>[] = [];
  prepareError: AppError | null = null;
  guestError: AppError | null = null;
  /** While a session is analysed again: what a run is refused with. */
  readonly sessionAnalysis: { error: AppError | null } = { error: null };
  isElsewhereBusy = (): boolean => false;
  /** Galleries that were put in use, in order. */
  readonly galleries: string[] = [];
  readonly streets: StreetChoice[] = [];
  tell: (event: IdentityEvent) => void = () => undefined;
  readonly controller: ResightController;

  constructor() {
    this.controller = new ResightController(this.parts());
    this.controller.onStatus(({ state }) => this.states.push(state));
  }

  private parts(): ControllerParts {
    const { galleries, sessionAnalysis } = this;
    const timings = { embedMsTotal: 0, embedCount: 0, matchMsTotal: 0, matchCount: 0 };
    const parts = {
      settings: new SettingsKeeper({
        get: (key: string) => this.stored.get(key) ?? null,
        set: (key: string, value: string) => this.stored.set(key, value),
        remove: (key: string) => this.stored.delete(key),
      }),
      recording: { follow: () => undefined, isOn: false },
      sync: { follow: () => undefined },
      sessionAnalysis: {
        follow: (isElsewhereBusy: () => boolean) => {
          this.isElsewhereBusy = isElsewhereBusy;
        },
        get isOn() {
          return sessionAnalysis.error !== null;
        },
        expectOff: () => {
          if (sessionAnalysis.error) throw sessionAnalysis.error;
        },
      },
      perception: {
        isReady: true,
        startRun: () => Promise.resolve(),
        stopRun: () => Promise.resolve([]),
        setPaused: () => Promise.resolve(),
        analyzeFrame: (_: FrameImage, meta: FrameResult['meta']) =>
          Promise.resolve({
            meta,
            detections: [],
            tracks: this.tracks,
            ended: [],
            bridges: [],
            stageMs: { prepare: 0, detect: 0, track: 0, crop: 0 },
            framePath: 'canvas',
            droppedCount: 0,
            receivedUnixMs: 0,
          }),
      },
      identity: {
        onEvent: (listener: (event: IdentityEvent) => void) => {
          this.tell = listener;
          return () => undefined;
        },
        onGone: () => () => undefined,
        get isGuest() {
          return galleries.at(-1) !== 'own' && galleries.length > 0;
        },
        enterGuest: (name: string) => {
          galleries.push(name);
          return this.guestError ? Promise.reject(this.guestError) : Promise.resolve();
        },
        leaveGuest: () => galleries.push('own'),
        timings: () => Promise.resolve(timings),
        finishRun: () => (this.isFinishHeld ? this.finish.opened : Promise.resolve()),
      },
      selector: { forget: () => undefined },
      engine: {
        prepare: () =>
          this.prepareError
            ? Promise.reject(this.prepareError)
            : Promise.resolve({ detector: null, embedder: null, fallbackReason: null }),
        applyLive: () => Promise.resolve(),
      },
      createFileSource: (file: File) => {
        this.openedNames.push(file.name);
        return Promise.resolve(fileSource(file, this.openSources, this.frameCount));
      },
      createStreetSource: (choice: StreetChoice) => {
        this.streets.push(choice);
        return Promise.resolve(fileSource(file('street'), this.openSources, this.frameCount));
      },
      createCameraSource: () => Promise.reject(new AppError('CAMERA_NOT_FOUND', 'none')),
      listCameras: () => Promise.resolve([]),
      onCamerasChanged: () => () => undefined,
    };
    // Every part stands for what the controller and its run call of it.
    return parts as unknown as ControllerParts;
  }
}

const file = (name: string): File => new File(['x'], name);

describe('ResightController', () => {
  let scene: Scene;

  beforeEach(() => {
    const page = Object.assign(new EventTarget(), { hidden: false, visibilityState: 'visible' });
    vi.stubGlobal('document', page);
    vi.stubGlobal('navigator', {});
    scene = new Scene();
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  const reach = (state: RunStatus['state']): Promise<void> =>
    vi.waitFor(() => {
      expect(scene.controller.status.state).toBe(state);
    });

  it('takes a file from preparing to finished', async () => {
    await scene.controller.openVideo(file('a.mp4'));
    await reach('finished');
    expect(scene.states[0]).toBe('preparing');
    expect(scene.controller.stats().analysedCount).toBe(3);
    expect(scene.openSources.size).toBe(0);
  });

  it('opens only the last of two files that come while a run is stopping', async () => {
    scene.frameCount = 1_000_000;
    await scene.controller.openVideo(file('first.mp4'));
    scene.isFinishHeld = true;
    scene.frameCount = 3;
    const second = scene.controller.openVideo(file('second.mp4'));
    const third = scene.controller.openVideo(file('third.mp4'));
    scene.isFinishHeld = false;
    scene.finish.open();
    await Promise.all([second, third]);
    await reach('finished');
    expect(scene.openedNames).toEqual(['first.mp4', 'third.mp4']);
    expect(scene.openSources.size).toBe(0);
  });

  it('keeps identities of living tracks only', async () => {
    scene.tracks = [{ id: 1, state: 'confirmed' }];
    scene.frameCount = 1_000_000;
    await scene.controller.openVideo(file('a.mp4'));
    await vi.waitFor(() => {
      expect(scene.controller.stats().analysedCount).toBeGreaterThan(0);
    });
    const epoch = 1;
    for (const trackId of [1, 77]) {
      // The map keeps what it is given.
      const identity = { epoch, trackId } as Extract<
        IdentityEvent,
        { type: 'identity' }
      >['identity'];
      scene.tell({ type: 'identity', identity });
    }
    expect([...scene.controller.identities.keys()]).toEqual([1]);
    await scene.controller.stop();
    expect(scene.controller.status.state).toBe('idle');
    expect(scene.controller.identities.size).toBe(0);
  });

  it('tells a failure in its status and to the caller, and is ready for the next file', async () => {
    scene.prepareError = new AppError('MODEL_CORRUPT', 'Expected 10 bytes, found 7');
    await expect(scene.controller.openVideo(file('a.mp4'))).rejects.toMatchObject({
      code: 'MODEL_CORRUPT',
    });
    expect(scene.controller.status).toMatchObject({
      state: 'failed',
      error: { code: 'MODEL_CORRUPT' },
    });
    scene.prepareError = null;
    await scene.controller.openVideo(file('b.mp4'));
    await reach('finished');
    expect(scene.controller.status.error).toBeNull();
  });

  it('begins no run while a session is analysed again, and tells when one is on', async () => {
    expect(scene.isElsewhereBusy()).toBe(false);
    scene.sessionAnalysis.error = new AppError('ANALYSIS_BUSY', 'a session is analysed again');
    expect(scene.controller.isBusy).toBe(true);
    await expect(scene.controller.openVideo(file('a.mp4'))).rejects.toMatchObject({
      code: 'ANALYSIS_BUSY',
    });
    expect(scene.controller.status).toMatchObject({
      state: 'failed',
      error: { code: 'ANALYSIS_BUSY' },
    });
    expect(scene.openedNames).toEqual([]);
    scene.sessionAnalysis.error = null;
    scene.frameCount = 1_000_000;
    await scene.controller.openVideo(file('a.mp4'));
    expect(scene.isElsewhereBusy()).toBe(true);
    await scene.controller.stop();
    expect(scene.isElsewhereBusy()).toBe(false);
  });

  it('gives the Demo street a gallery of its own, and the own one back to the next run', async () => {
    await scene.controller.startStreet({ pace: 'offline', weather: 'rain' });
    await reach('finished');
    expect(scene.streets).toMatchObject([{ weather: 'rain', seed: SHOWROOM_STREET.seed }]);
    expect(scene.controller.isStreetGallery).toBe(true);
    await scene.controller.openVideo(file('a.mp4'));
    expect(scene.controller.isStreetGallery).toBe(false);
    expect(scene.galleries).toEqual(['resight-street', 'own']);
  });

  it('shows the own gallery and nothing of the street once that is left', async () => {
    await scene.controller.startStreet({ pace: 'offline' });
    await reach('finished');
    await scene.controller.leaveStreet();
    expect(scene.controller.isStreetGallery).toBe(false);
    expect(scene.controller.status.state).toBe('idle');
    expect(scene.controller.status.source).toBeNull();
  });

  it('can be left while the street is being prepared', async () => {
    scene.frameCount = 1_000_000;
    for (const isUnderWay of [false, true]) {
      const starting = scene.controller.startStreet().catch((error: unknown) => error);
      if (isUnderWay) {
        await vi.waitFor(() => {
          expect(scene.states).toContain('preparing');
        });
      }
      await scene.controller.leaveStreet();
      await starting;
    }
    expect(scene.controller.status.state).toBe('idle');
    expect(scene.controller.isStreetGallery).toBe(false);
    expect(scene.openSources.size).toBe(0);
  });

  it('says why a street could not begin and opens no source', async () => {
    scene.guestError = new AppError('GALLERY_IN_USE', 'another tab');
    await expect(scene.controller.startStreet()).rejects.toMatchObject({ code: 'GALLERY_IN_USE' });
    expect(scene.controller.status.state).toBe('failed');
    expect(scene.streets).toEqual([]);
  });

  it('keeps what was set', () => {
    scene.controller.updateSettings({ scoreThreshold: 0.5 });
    const again = new Scene();
    for (const [key, value] of scene.stored) again.stored.set(key, value);
    expect(JSON.parse([...again.stored.values()][0] ?? '{}')).toMatchObject({
      scoreThreshold: 0.5,
    });
    expect(scene.controller.settings.scoreThreshold).toBe(0.5);
  });

  it('is busy while sightings wait, and takes its storage warning back when they are written', () => {
    const error = { code: 'STORAGE_FULL', message: 'Expected room, found none' } as const;
    scene.tell({ type: 'storage-error', error, pendingCount: 2 });
    expect(scene.controller.isBusy).toBe(true);
    expect(scene.controller.status.warning).toEqual(error);
    scene.tell({ type: 'storage-recovered' });
    expect(scene.controller.isBusy).toBe(false);
    expect(scene.controller.status.warning).toBeNull();
  });
});
