import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { SessionReader } from '../../../src/contracts/session';
import { AppError } from '../../../src/core/app-error';
import { alteredSession, makeSession } from '../../support/make-session';
import type { FakeController } from './fake-controller';
import { mountedApp } from './mounted-app';
import { button, expectTouchTargets, nameOf } from './screen';

const { show } = mountedApp();

const text = (): string => (document.body.textContent ?? '').replace(/\s+/g, ' ');
const dialog = (): HTMLDialogElement | null => document.querySelector('dialog[open]');

/** What is loaded when it is first wanted takes its time on a busy machine. */
const eventually = <T>(check: () => T): Promise<T> => vi.waitFor(check, { timeout: 15_000 });

async function press(name: string | RegExp): Promise<void> {
  await eventually(() => button(name));
  button(name).click();
  flushSync();
}

/** A session that could be analysed: its results say so, and nobody decodes its video here. */
function filmed(kind: 'video' | 'crops' = 'video'): SessionReader {
  const session = makeSession({ kind: 'crops', durationS: 30 });
  return alteredSession(session, { header: { ...session.header, kind } });
}

/** The replay of such a session. */
async function replayed(session = filmed(), controller = show()): Promise<FakeController> {
  controller.sessions.add(session);
  await press('Sessions');
  await press('Open');
  await eventually(() => button('Analyse again'));
  return controller;
}

/** Presses what starts the analysis in the dialog. */
async function start(): Promise<void> {
  await press('Analyse again');
  await press(/^Analyse .* pictures$/);
}

/** Everything in the dialog has a name, and so has the dialog. */
function expectNamed(): void {
  expect(nameOf(dialog() ?? document.body)).toMatch(/^Analyse again/);
  for (const control of dialog()?.querySelectorAll('button, select, input, progress') ?? [])
    expect(nameOf(control), control.outerHTML.slice(0, 200)).not.toBe('');
}

const checkbox = (name: RegExp): HTMLInputElement | undefined =>
  [...document.querySelectorAll<HTMLInputElement>('aside input')].find((one) =>
    name.test(nameOf(one)),
  );

describe('analysing a session again', () => {
  it('says with what, wide and narrow, and asks for that', async () => {
    const session = filmed();
    const controller = await replayed(session);
    await press('Analyse again');
    await eventually(() => expect(dialog()?.textContent).toContain('The same vehicle from'));
    expect(dialog()?.textContent).toContain('80');
    expect(dialog()?.textContent).toContain('Cars, Motorcycles, Buses, Trucks');
    for (const [width, height] of [
      [1280, 800],
      [390, 844],
    ] as const) {
      await page.viewport(width, height);
      expectNamed();
      expectTouchTargets();
      expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
    }
    const side = dialog()?.querySelector('select');
    if (!side) throw new Error('Expected a list of input sizes');
    await userEvent.selectOptions(side, '640');
    const range = dialog()?.querySelector<HTMLInputElement>('input[type="range"]');
    range?.focus();
    await userEvent.keyboard('{ArrowRight}');
    const name = dialog()?.querySelector<HTMLInputElement>('input[maxlength]');
    name?.focus();
    await userEvent.keyboard('large{Enter}');
    expect(controller.sessionAnalysis.requests).toEqual([
      {
        sessionId: session.header.id,
        label: 'large',
        scoreThreshold: 0.36,
        inputSidePx: 640,
        isAnalysedOnly: false,
      },
    ]);
    expect(controller.settings.inputSideOverridePx).toBeNull();
    expect(controller.settings.scoreThreshold).toBe(0.35);
  });

  it('tells how far it is, in the dialog, in the replay and outside of it', async () => {
    const session = filmed();
    const controller = await replayed(session);
    const { id: sessionId } = session.header;
    await start();
    await eventually(() => expect(dialog()?.textContent).toContain('Loading the models'));
    controller.sessionAnalysis.set({
      ...{ state: 'running', sessionId, fraction: 0.432 },
      ...{ analysedCount: 129, remainingMs: 120_000 },
    });
    flushSync();
    expect(dialog()?.textContent).toMatch(/43.%, 129 pictures, about 2 min left/);
    expect(dialog()?.querySelector('progress')?.value).toBeCloseTo(0.432);
    expectNamed();
    await userEvent.keyboard('{Escape}');
    await eventually(() => expect(dialog()).toBeNull());
    expect(nameOf(button(/^Analysing/))).toMatch(/43.%/);
    await press('Back');
    await eventually(() => expect(text()).toMatch(/is analysed again, 43.%/));
    await press('Close');
    await press('Cancel');
    await eventually(() => expect(text()).not.toContain('is analysed again'));
    expect(controller.sessionAnalysis.status.state).toBe('off');
  });

  it('is then compared with the first, shown alone, and removed again', async () => {
    const controller = await replayed();
    await start();
    controller.sessionAnalysis.finish();
    await eventually(() => expect(dialog()?.textContent).toContain('Done.'));
    await press('Compare with the first');
    await eventually(() => expect(checkbox(/When recorded beside it/)?.checked).toBe(true));
    expect(dialog()).toBeNull();
    checkbox(/When recorded beside it/)?.click();
    flushSync();
    expect(checkbox(/When recorded beside it/)?.checked).toBe(false);
    expectTouchTargets();

    expect(document.querySelectorAll('[aria-label^="Remove "]')).toHaveLength(1);
    await press(/^Remove/);
    await press('Remove analysis');
    await eventually(() => expect(checkbox(/beside it/)).toBeUndefined());
    expect(controller.sessions.calls).toContainEqual(expect.stringMatching(/again-1$/));
    await eventually(() => button('Analyse again'));
  });

  it('waits to be looked at, and is there to choose when its news is closed', async () => {
    const controller = await replayed();
    await start();
    await userEvent.keyboard('{Escape}');
    controller.sessionAnalysis.finish();
    await press('Analysis ready');
    await eventually(() => expect(dialog()?.textContent).toContain('Done.'));
    await userEvent.keyboard('{Escape}');
    await eventually(() => expect(checkbox(/beside it/)).toBeDefined());
    expect(checkbox(/Show When recorded$/)?.checked).toBe(true);
    await eventually(() => button('Analyse again'));
  });

  it('says why it stopped, and can be tried again', async () => {
    const controller = await replayed();
    await start();
    controller.sessionAnalysis.fail(new AppError('STORAGE_FULL', 'no room'));
    await eventually(() => expect(dialog()?.textContent).toContain('storage is full'));
    await press(/^Analyse .* pictures$/);
    await eventually(() => expect(dialog()?.textContent).toContain('Loading the models'));
    expect(controller.sessionAnalysis.requests).toHaveLength(2);
    await press('Cancel the analysis');
    await eventually(() => button(/^Analyse .* pictures$/));
    expect(dialog()?.textContent).not.toContain('storage is full');
  });

  it('is refused in a sentence while a run or a recording is on', async () => {
    const controller = show();
    await press('Start camera');
    await vi.waitFor(() => expect(controller.status.state).toBe('running'));
    await replayed(filmed(), controller);
    await press('Analyse again');
    await eventually(() => expect(dialog()?.textContent).toContain('An analysis is on. Stop it'));
    expect(dialog()?.querySelector('form')).toBeNull();
    controller.recording.set({ state: 'recording' });
    flushSync();
    expect(dialog()?.textContent).toContain('A recording is on');
  });

  it('is refused in a sentence for a session without video', async () => {
    await replayed(filmed('crops'));
    await press('Analyse again');
    await eventually(() => expect(dialog()?.textContent).toContain('there are no pictures'));
    expect(dialog()?.querySelector('form')).toBeNull();
  });
});
