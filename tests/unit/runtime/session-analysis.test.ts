import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionHeader, SessionReader } from '../../../src/contracts/session';
import type { SessionAnalysisRequest } from '../../../src/contracts/session-analysis';
import { AppError } from '../../../src/core/app-error';
import { SessionAnalysis } from '../../../src/runtime/session-analysis';
import type { SessionJobParts } from '../../../src/runtime/session-analysis-job';
import { SettingsKeeper } from '../../../src/runtime/settings-keeper';

const REQUEST: SessionAnalysisRequest = {
  sessionId: 'stored',
  label: '',
  scoreThreshold: 0.4,
  inputSidePx: 416,
  isAnalysedOnly: false,
};

/** An analysis of sessions that are there or not; none gets as far as its pictures. */
class Scene {
  openSession: () => Promise<SessionReader | null> = () => Promise.resolve(null);
  guestCount = 0;
  readonly analysis: SessionAnalysis;

  constructor() {
    const settings = new SettingsKeeper({
      get: () => null,
      set: () => undefined,
      remove: () => undefined,
    });
    const parts = {
      settings,
      galleryName: 'analysis',
      sessions: { open: () => this.openSession() },
      identity: {
        onEvent: () => () => undefined,
        onGone: () => () => undefined,
        enterGuest: () => {
          this.guestCount += 1;
          return Promise.reject(new AppError('GALLERY_IN_USE', 'another tab'));
        },
        leaveGuest: () => {
          this.guestCount -= 1;
        },
      },
      createRecorder: () => {
        throw new AppError('INTERNAL', 'Expected no recorder to be needed');
      },
    };
    // Every part stands for what an analysis calls of it until it has pictures.
    this.analysis = new SessionAnalysis(parts as unknown as SessionJobParts);
  }
}

const readerOf = (state: SessionHeader['state']): SessionReader =>
  ({ header: { id: 'stored', state, resultSets: [] } }) as unknown as SessionReader; // nobody looks at the rest

describe('analysing a session again', () => {
  let scene: Scene;

  beforeEach(() => {
    const page = Object.assign(new EventTarget(), { hidden: false, visibilityState: 'visible' });
    vi.stubGlobal('document', page);
    vi.stubGlobal('navigator', {});
    scene = new Scene();
  });

  it('is refused while a run or a recording is on', async () => {
    scene.analysis.follow(() => true);
    await expect(scene.analysis.start(REQUEST)).rejects.toMatchObject({ code: 'ANALYSIS_BUSY' });
    expect(scene.analysis.isOn).toBe(false);
    expect(scene.analysis.status).toEqual({ state: 'off' });
  });

  it('is refused while another one is on, and keeps runs from beginning', async () => {
    let close: (reader: null) => void = () => undefined;
    scene.openSession = () => new Promise((resolve) => (close = resolve));
    const first = expect(scene.analysis.start(REQUEST)).rejects.toThrow(RangeError);
    await expect(scene.analysis.start(REQUEST)).rejects.toMatchObject({ code: 'ANALYSIS_BUSY' });
    expect(() => {
      scene.analysis.expectOff();
    }).toThrow(/session/);
    await vi.waitFor(() => {
      close(null);
      expect(scene.analysis.isOn).toBe(false);
    });
    await first;
    scene.analysis.expectOff();
  });

  it.each(['interrupted', 'recording'] as const)(
    'is refused for a session that is %s',
    async (state) => {
      scene.openSession = () => Promise.resolve(readerOf(state));
      await expect(scene.analysis.start(REQUEST)).rejects.toThrow(/complete session/);
      expect(scene.guestCount).toBe(0);
    },
  );

  it('is refused with the reason when the session cannot be opened', async () => {
    scene.openSession = () => Promise.reject(new AppError('SESSION_IN_USE', 'it is recorded'));
    await expect(scene.analysis.start(REQUEST)).rejects.toMatchObject({ code: 'SESSION_IN_USE' });
  });

  it('leaves its gallery however it ends, and can be started again', async () => {
    scene.openSession = () => Promise.resolve(readerOf('complete'));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(scene.analysis.start(REQUEST)).rejects.toMatchObject({ code: 'GALLERY_IN_USE' });
      expect(scene.guestCount).toBe(0);
      expect(scene.analysis.status).toEqual({ state: 'off' });
    }
  });

  it('ends with an abort when it is cancelled while the session is opened', async () => {
    let open: (reader: SessionReader) => void = () => undefined;
    scene.openSession = () => new Promise((resolve) => (open = resolve));
    const started = expect(scene.analysis.start(REQUEST)).rejects.toMatchObject({
      name: 'AbortError',
    });
    const cancelled = scene.analysis.cancel();
    await vi.waitFor(() => {
      open(readerOf('complete'));
      expect(scene.analysis.isOn).toBe(false);
    });
    await Promise.all([started, cancelled]);
    expect(scene.guestCount).toBe(0);
  });
});
