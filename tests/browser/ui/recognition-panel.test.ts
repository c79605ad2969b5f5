import { flushSync, mount, unmount, type Component } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import PairVerdict from '../../../src/ui/gallery/PairVerdict.svelte';
import RecognitionPanel from '../../../src/ui/recognition/RecognitionPanel.svelte';
import { AppState, setApp } from '../../../src/ui/state/app-state.svelte';
import '../../../src/ui/styles/tokens.css';
import '../../../src/ui/styles/base.css';
import { FakeController } from './fake-controller';
import { button, expectTouchTargets, nameOf } from './screen';

let mounted: Record<string, unknown> | null = null;
let target: HTMLElement;
let controller: FakeController;
let app: AppState;

beforeEach(async () => {
  await page.viewport(1280, 1000);
  target = document.createElement('div');
  document.body.append(target);
  controller = new FakeController();
  app = new AppState({ controller, updates: null });
});

afterEach(async () => {
  if (mounted) await unmount(mounted);
  mounted = null;
  app.dispose();
  target.remove();
});

/** Mounts a component where it finds the app, as on the page. */
function show<Props extends Record<string, unknown>>(part: Component<Props>, props: Props): void {
  const inApp: Component<Props> = (internals, given) => {
    setApp(app);
    return part(internals, given);
  };
  mounted = mount(inApp, { target, props });
  flushSync();
}

async function showPanel(): Promise<void> {
  show(RecognitionPanel, {});
  await vi.waitFor(() => expect(target.querySelector('canvas')).not.toBeNull());
}

describe('the recognition panel', () => {
  it('draws both histograms with a text that says the same, and proposes a threshold to use', async () => {
    await showPanel();
    const chart = target.querySelector('[role="img"]')!;
    expect(nameOf(chart)).toContain(
      '180 pairs of the same vehicle and 900 pairs of different ones',
    );
    expect(target.textContent).toContain('Proposed threshold');
    expect(target.textContent).toContain('single passages');
    button('Use this threshold').click();
    flushSync();
    expect(controller.settings.matchThreshold).not.toBe(0.8);
    expect(app.announcer.message).toContain('The threshold is now');
    // Marked, not disabled: it has the focus.
    expect(button('In use').ariaDisabled).toBe('true');
    expectTouchTargets();
  });

  it('says what is missing for a rate there are too few pairs for', async () => {
    await showPanel();
    await userEvent.selectOptions(target.querySelector('select')!, '0.001');
    await vi.waitFor(() => expect(target.textContent).toContain('takes 2995 pairs'));
    expect(target.textContent).not.toContain('Proposed threshold');
  });

  it('learns, shows before and after, keeps it and takes it back', async () => {
    await showPanel();
    button('Learn from this scene').click();
    controller.recognition.progress(4);
    await vi.waitFor(() => expect(target.textContent).toContain('Round 4 of at most 30'));
    controller.recognition.finish();
    await vi.waitFor(() => expect(target.querySelector('table')?.textContent).toContain('3.1'));
    button('Keep').click();
    await vi.waitFor(() => expect(controller.recognition.calls).toContain('keep 0a1b2c3d'));
    await vi.waitFor(() => expect(target.textContent).toContain('In use: learned on'));
    await vi.waitFor(() => expect(button('Undo what was learned').disabled).toBe(false));
    button('Undo what was learned').click();
    await vi.waitFor(() => expect(controller.recognition.adaptation).toBeNull());
  });

  it('fits a narrow screen', async () => {
    await page.viewport(390, 800);
    await showPanel();
    const { scrollWidth, clientWidth } = document.documentElement;
    expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
  });
});

describe('a verdict on a pair', () => {
  it('is recorded, shown with a mark, and can be changed', async () => {
    show(PairVerdict, { sightingId: 'now', otherId: 'then', otherNumber: 7 });
    button('Different vehicle').click();
    const isPressed = (name: string): string | null => button(name).getAttribute('aria-pressed');
    await vi.waitFor(() => expect(isPressed('Different vehicle')).toBe('true'));
    expect(target.querySelectorAll('svg')).toHaveLength(1);
    button('Same vehicle').click();
    await vi.waitFor(() => expect(isPressed('Same vehicle')).toBe('true'));
    expect(isPressed('Different vehicle')).toBe('false');
    expect(controller.recognition.calls).toEqual([
      'confirmPair now then false',
      'confirmPair now then true',
    ]);
  });

  it('is taken back when it is pressed once more', async () => {
    show(PairVerdict, { sightingId: 'now', otherId: 'then', otherNumber: 7 });
    for (const isPressed of ['true', 'false']) {
      button('Same vehicle').click();
      const pressed = (): string | null => button('Same vehicle').getAttribute('aria-pressed');
      await vi.waitFor(() => expect(pressed()).toBe(isPressed));
    }
    expect(controller.recognition.calls.at(-1)).toBe('takeBackPair now then');
  });
});
