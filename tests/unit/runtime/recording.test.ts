import { describe, expect, it, vi } from 'vitest';
import type { Gap } from '../../../src/contracts/app';
import type { SessionHeader } from '../../../src/contracts/session';
import { AppError } from '../../../src/core/app-error';
import { IDLE } from '../../../src/runtime/idle-status';
import { ORIGIN_UNIX_MS, RecordingScene, RUNNING, seen } from './recording-scene';

const NO_BLUR = { isPlateBlurred: false, isPersonBlurred: false };

async function recording(...options: ConstructorParameters<typeof RecordingScene>) {
  const scene = new RecordingScene(...options);
  scene.run(RUNNING);
  await scene.recorder.start();
  return scene;
}

describe('a recording of a run', () => {
  it('begins with the settings of that moment, and gets pictures and results from then on', async () => {
    const scene = new RecordingScene();
    const mask = { cameraId: 'gate', polygons: [] };
    scene.settings.update({ masks: [mask, { cameraId: 'another', polygons: [] }] });
    scene.run(RUNNING);
    scene.result(100);
    await scene.recorder.start();
    scene.result(200);
    await vi.waitFor(() => expect(scene.told).toEqual(['begin', 'connect', 'result 200']));
    expect(scene.perceived).toEqual(['no blur', 'tap, every frame: true']);
    expect(scene.configs[0]).toMatchObject({ runId: 'run', pace: 'live', masks: [mask] });
    expect(scene.recorder.status.state).toBe('recording');
    expect(scene.recorder.isOn).toBe(true);
  });

  it('does not say that persons are blurred when the detector looks for none', async () => {
    const blur = { isPlateBlurred: true, isPersonBlurred: true };
    const scene = new RecordingScene({ blur });
    const backend = {
      provider: 'wasm',
      threadCount: 1,
      inputSidePx: 416,
      origin: 'user',
      measuredMs: 9,
    } as const;
    const detector = { backend, model: { id: 'own', sha256: '' }, loadMs: 1, warmUpMs: 1 };
    scene.run({ ...RUNNING, detector: { ...detector, findsPersons: false } });
    await scene.recorder.start();
    await scene.recorder.stop();
    scene.run({ ...RUNNING, detector: { ...detector, findsPersons: true } });
    await scene.recorder.start();
    expect(scene.configs.map(({ options }) => options.blur)).toEqual([
      { ...blur, isPersonBlurred: false },
      blur,
    ]);
  });

  it('takes the tap away before it closes the session, and offers that', async () => {
    const scene = await recording();
    await scene.recorder.stop();
    expect(scene.told.at(-1)).toBe('finish');
    expect(scene.perceived.slice(2, 4)).toEqual(['no tap', 'no blur']);
    expect(scene.recorder.status).toMatchObject({ state: 'off', lastSession: { id: 'session' } });
  });

  it('asks for no pictures when none are wanted', async () => {
    const scene = await recording({ kind: 'crops', blur: { ...NO_BLUR, isPlateBlurred: true } });
    expect(scene.perceived).toEqual(['blur']);
    expect(scene.told).toEqual(['begin']);
  });

  it('ends with its run', async () => {
    const scene = await recording();
    scene.run({ ...RUNNING, state: 'stopping' });
    scene.result(900);
    expect(scene.recorder.status.state).toBe('recording');
    scene.run(IDLE);
    await vi.waitFor(() => expect(scene.recorder.status.state).toBe('off'));
    expect(scene.told.slice(-2)).toEqual(['result 900', 'finish']);
  });

  it('goes on with a perception worker that was started again', async () => {
    const scene = await recording();
    scene.perceived.length = 0;
    await scene.perception.onWorker();
    expect(scene.perceived).toEqual(['no blur', 'tap, every frame: true']);
    expect(scene.told.filter((call) => call === 'connect')).toHaveLength(2);
  });

  it('is refused while nothing runs, and says so', async () => {
    const scene = new RecordingScene();
    await expect(scene.recorder.start()).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(scene.recorder.status).toMatchObject({ state: 'off', error: { code: 'INTERNAL' } });
  });

  it('tells why it could not begin, leaves nothing behind, and can be tried again', async () => {
    const scene = new RecordingScene();
    scene.run(RUNNING);
    scene.beginError = new AppError('STORAGE_FULL', 'nothing is free');
    await expect(scene.recorder.start()).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(scene.recorder.status).toMatchObject({ state: 'off', error: { code: 'STORAGE_FULL' } });
    await vi.waitFor(() => expect(scene.perceived.at(-1)).toBe('no blur'));
    await scene.recorder.start();
    expect(scene.recorder.status).toMatchObject({ state: 'recording', error: null });
  });
});

describe('a recording that ends by itself', () => {
  it('is offered, with the reason, and its pictures are no longer sent', async () => {
    const scene = await recording();
    const session = { id: 'session', endedBecause: 'STORAGE_FULL' } as SessionHeader;
    scene.tell({ type: 'ended', session, error: { code: 'STORAGE_FULL', message: 'full' } });
    await vi.waitFor(() => expect(scene.perceived.at(-2)).toBe('no tap'));
    expect(scene.recorder.status).toMatchObject({
      state: 'off',
      error: { code: 'STORAGE_FULL' },
      lastSession: { endedBecause: 'STORAGE_FULL' },
    });
  });

  it('by the death of its worker does not hold the analysis up', async () => {
    const scene = await recording();
    scene.die();
    await vi.waitFor(() => expect(scene.perceived.at(-2)).toBe('no tap'));
    expect(scene.recorder.status).toMatchObject({ state: 'off', error: { code: 'WORKER_GONE' } });
    await scene.recorder.start();
    expect(scene.recorder.status.state).toBe('recording');
  });
});

describe('the seconds before and after', () => {
  it('are kept from the beginning of a run on, and not when nobody wants them any more', async () => {
    const scene = new RecordingScene({ preRollS: 5 });
    scene.run(RUNNING);
    await vi.waitFor(() => expect(scene.told).toEqual(['arm', 'connect']));
    scene.result(100);
    await vi.waitFor(() => expect(scene.told.at(-1)).toBe('result 100'));
    expect(scene.recorder.status.state).toBe('armed');
    const { recording: options } = scene.settings.current;
    scene.settings.update({ recording: { ...options, preRollS: 0 } });
    await vi.waitFor(() => expect(scene.told.at(-1)).toBe('disarm'));
    expect(scene.recorder.status.state).toBe('off');
    expect(scene.perceived).toContain('no tap');
  });

  it('are kept again after a recording, while the run goes on', async () => {
    const scene = new RecordingScene({ preRollS: 5 });
    scene.run(RUNNING);
    await scene.recorder.start();
    // The pictures kept so far are its beginning: they are not asked for anew.
    expect(scene.told).toEqual(['arm', 'connect', 'begin']);
    await scene.recorder.stop();
    await vi.waitFor(() => expect(scene.perceived.at(-1)).toBe('tap, every frame: true'));
    expect(scene.recorder.status.state).toBe('armed');
    scene.run(IDLE);
    await vi.waitFor(() => expect(scene.recorder.status.state).toBe('off'));
  });

  it('go on after the stop by the clock of the source, and a second stop ends them', async () => {
    const scene = await recording({ postRollS: 3 });
    scene.result(10_000_000);
    const stopped = scene.recorder.stop();
    await vi.waitFor(() => expect(scene.recorder.status.state).toBe('post-roll'));
    scene.result(12_900_000);
    expect(scene.recorder.status.state).toBe('post-roll');
    scene.result(13_000_000);
    await stopped;
    expect(scene.told.slice(-2)).toEqual(['result 13000000', 'finish']);

    await scene.recorder.start();
    const again = scene.recorder.stop();
    await vi.waitFor(() => expect(scene.recorder.status.state).toBe('post-roll'));
    await scene.recorder.stop();
    await again;
    expect(scene.recorder.status.state).toBe('off');
  });
});

describe('what a recording is told beside frames', () => {
  it('is sightings of its run, each picture once, those still in view at the end too', async () => {
    const scene = await recording();
    scene.stored(seen('passed'));
    scene.stored(seen('passed', { crop: null }));
    scene.stored(seen('stored-before', { crop: null }));
    scene.stored(seen('elsewhere', { runId: 'other' }));
    scene.living = [seen('in-view')];
    await scene.recorder.stop();
    expect(scene.sightings.map(({ sighting, crop }) => [sighting.id, crop?.cropId])).toEqual([
      ['passed', 'crop of passed'],
      ['passed', undefined],
      ['stored-before', 'crop of stored-before'],
      ['in-view', 'crop of in-view'],
    ]);
    expect(scene.sightings[0]).toMatchObject({
      epoch: 1,
      sighting: { vehicleNumber: 3, trackIds: [1], startUs: 5_000, descriptor: { space: 'space' } },
    });
  });

  it('is no picture of a vehicle that came before blurring began', async () => {
    const scene = new RecordingScene({ blur: { ...NO_BLUR, isPersonBlurred: true } });
    scene.run(RUNNING);
    scene.result(8_000);
    await scene.recorder.start();
    scene.living = [seen('before', { startUs: 7_000 }), seen('after', { startUs: 9_000 })];
    await scene.recorder.stop();
    expect(scene.sightings.map(({ sighting, crop }) => [sighting.id, crop?.cropId])).toEqual([
      ['before', undefined],
      ['after', 'crop of after'],
    ]);
  });

  it('is gaps on the clock of the source, each once it is over', async () => {
    const gapAt = (startS: number, endS: number | null): Gap => ({
      startUnixMs: ORIGIN_UNIX_MS + startS * 1000,
      endUnixMs: endS === null ? null : ORIGIN_UNIX_MS + endS * 1000,
      reason: 'hidden',
    });
    const scene = new RecordingScene();
    const before = gapAt(1, 2);
    scene.run({ ...RUNNING, gaps: [before] });
    await scene.recorder.start();
    scene.run({ ...RUNNING, gaps: [before, gapAt(5, null)] });
    scene.run({ ...RUNNING, gaps: [before, gapAt(5, 7)] });
    await vi.waitFor(() => expect(scene.gaps).toHaveLength(1));
    expect(scene.gaps).toEqual([{ startUs: 5_000_000, endUs: 7_000_000, reason: 'hidden' }]);
    await scene.recorder.stop();
  });
});
