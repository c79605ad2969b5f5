import { describe, expect, it, vi } from 'vitest';
import { RecognitionView } from '../../../src/ui/state/recognition-view.svelte';
import { oneInText, proposalText, shareText } from '../../../src/ui/recognition/recognition-text';
import { FakeController } from '../../browser/ui/fake-controller';
import { FAKE_ADAPTATION } from '../../browser/ui/fake-recognition';

describe('RecognitionView', () => {
  it('counts pairs for the rate that is chosen, and uses the proposed threshold everywhere', async () => {
    const controller = new FakeController();
    const view = new RecognitionView(controller);
    await view.count();
    const strict = view.all?.proposal?.accept ?? 0;
    await view.chooseRate(0.1);
    const lax = view.all?.proposal?.accept ?? 1;
    expect(controller.recognition.calls).toEqual(['calibrate 0.01', 'calibrate 0.1']);
    expect(lax).toBeLessThan(strict);
    view.use(view.all!);
    expect(controller.settings.matchThreshold).toBe(lax);
    expect(view.matchThreshold).toBe(lax);
    expect(controller.settings.pairThresholds ?? []).toEqual([]);
  });

  it('uses a threshold for two cameras in the space it was counted in, once', async () => {
    const controller = new FakeController();
    const other = { space: 'other:1', cameraIds: ['gate', 'gate'], accept: 0.9 } as const;
    controller.updateSettings({ pairThresholds: [other] });
    const view = new RecognitionView(controller);
    await view.count();
    const gate = view.byCameras.find(({ cameraIds }) => cameraIds?.[0] === 'gate')!;
    expect(view.inUse(gate)).toBe(controller.settings.matchThreshold);
    view.use(gate);
    view.use(gate);
    const accept = gate.proposal?.accept;
    expect(controller.settings.pairThresholds).toEqual([
      other,
      { space: 'fake:1', cameraIds: ['gate', 'gate'], accept },
    ]);
    expect(view.inUse(gate)).toBe(accept);
  });

  it('learns with progress, keeps on request only, and takes it back', async () => {
    const controller = new FakeController();
    const { recognition } = controller;
    const view = new RecognitionView(controller);
    const learning = view.learn();
    recognition.progress(3);
    expect([view.isLearning, view.progress?.epoch]).toEqual([true, 3]);
    recognition.finish();
    await learning;
    expect(view.isLearning).toBe(false);
    expect(view.adaptation).toBeNull();
    await view.keep();
    expect(view.adaptation).toBe(FAKE_ADAPTATION);
    expect(view.outcome).toBeNull();
    await view.undo();
    expect(view.adaptation).toBeNull();
    expect(recognition.calls).toEqual(expect.arrayContaining(['learn', 'keep 0a1b2c3d', 'undo']));
  });

  it('ends learning without an error when it is cancelled', async () => {
    const controller = new FakeController();
    const view = new RecognitionView(controller);
    const learning = view.learn();
    view.cancel();
    await learning;
    expect([view.isLearning, view.error, view.outcome]).toEqual([false, null, null]);
  });

  it('shows why pairs cannot be counted', async () => {
    const controller = new FakeController();
    vi.spyOn(controller.recognition, 'calibrate').mockRejectedValue(new Error('closed'));
    const view = new RecognitionView(controller);
    await view.count();
    expect(view.error?.message).toContain('closed');
    expect(view.isCounting).toBe(false);
  });
});

describe('the words about recognition', () => {
  it('say rates and shares as people do', () => {
    expect(oneInText(0.001)).toBe('1 in 1,000');
    expect(shareText(0.0123)).toBe('1.2\u202f%');
    expect(shareText(0.5)).toBe('50\u202f%');
    const text = proposalText({
      accept: 0.8,
      falseMatchRate: 0.01,
      falseMatchRateUpper: 0.02,
      falseNonMatchRate: 0.1,
      sameCount: 30,
      differentCount: 400,
    });
    expect(text).toContain('400 pairs');
    expect(text).toContain('not more than 2.0\u202f%');
  });
});
