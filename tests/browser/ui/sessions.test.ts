import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { VerificationReport } from '../../../src/contracts/export';
import type { SessionReader } from '../../../src/contracts/session';
import { AppError } from '../../../src/core/app-error';
import { makeSession } from '../../support/make-session';
import type { FakeController } from './fake-controller';
import { mountedApp } from './mounted-app';
import { button, expectAccessible, expectTouchTargets, nameOf } from './screen';

const { show } = mountedApp();

const text = (): string => (document.body.textContent ?? '').replace(/\s+/g, ' ');
const replay = (): HTMLElement | null => document.querySelector('section[aria-label="Replay"]');

/** What is loaded when it is first wanted takes its time on a busy machine. */
const eventually = <T>(check: () => T): Promise<T> => vi.waitFor(check, { timeout: 15_000 });

/** The control with this name; throws when there is none. */
function field(name: RegExp): HTMLInputElement {
  const found = [...document.querySelectorAll('input')].find((one) => name.test(nameOf(one)));
  if (!found) throw new Error(`Expected a field named ${String(name)}, found none`);
  return found;
}

/** The list to choose from whose name begins so; throws when there is none. */
function chooser(name: string): HTMLSelectElement {
  const found = [...document.querySelectorAll('select')].find((one) =>
    nameOf(one).startsWith(name),
  );
  if (!found) throw new Error(`Expected a list named ${name}, found none`);
  return found;
}

async function press(name: string | RegExp): Promise<void> {
  await eventually(() => button(name));
  button(name).click();
  flushSync();
}

/** The list, with one session in it. */
async function listed(
  session: SessionReader = makeSession({ kind: 'crops' }),
): Promise<FakeController> {
  const controller = show();
  controller.sessions.add(session);
  controller.sessions.onRetention = (sessionRetention) => {
    controller.settings = { ...controller.settings, sessionRetention };
  };
  await press('Sessions');
  await eventually(() => button('Open'));
  return controller;
}

/** Its replay, from the first picture on. */
async function replayed(session = makeSession({ kind: 'crops' })): Promise<FakeController> {
  const controller = await listed(session);
  await press('Open');
  const shown = (): Element | null =>
    document.querySelector(`[data-shown-us="${session.header.startUs}"]`);
  await eventually(() => expect(shown()).not.toBeNull());
  return controller;
}

describe('exporting a session', () => {
  it('tells what leaves the device before anything is written', async () => {
    await listed();
    await press('Export');
    await eventually(() => expect(text()).toContain('12 pieces of video'));
    expect(text()).toContain('Whoever gets it sees pictures.');
    expect(text()).toContain('plates and persons');
    field(/Sightings as CSV/).click();
    await eventually(() => expect(text()).toContain('It has no pictures'));
    expect(text()).not.toContain('12 pieces of video');
    expectAccessible();
    expectTouchTargets();
  });

  it('exports what is marked on the timeline, unless all of it is wanted', async () => {
    const session = makeSession({ durationS: 60 });
    const controller = await replayed(session);
    const { startUs, id } = session.header;
    await userEvent.keyboard('{ArrowRight}');
    await userEvent.keyboard('i');
    await userEvent.keyboard('{ArrowRight}');
    await userEvent.keyboard('o');
    await press('Export');
    await eventually(() => expect(text()).toContain('as marked on the timeline (10 s)'));
    field(/JSON Lines/).click();
    await exportOnce(controller);
    const marked = { startUs: startUs + 10e6, endUs: startUs + 20e6 };
    expect(controller.sessionFiles.requests.at(-1)).toMatchObject({
      sessionId: id,
      format: 'json-lines',
      range: marked,
    });
    field(/All of it/).click();
    await exportOnce(controller);
    expect(controller.sessionFiles.requests.at(-1)).toMatchObject({ range: null });
    await press('Close');
    // The replay is where it was.
    expect(replay()).not.toBeNull();
    expect(document.querySelector('dialog')).toBeNull();
  });

  it('says what to do when what exports was never loaded and there is no network', async () => {
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    const controller = await listed();
    const gone = new AppError('WORKER_GONE', 'The export worker failed: it could not be loaded');
    vi.spyOn(controller.sessionFiles, 'offers').mockRejectedValue(gone);
    await press('Export');
    await eventually(() => expect(text()).toContain('there is no network'));
    expect(text()).not.toContain('memory ran out');
    vi.restoreAllMocks();
  });

  it('leaves out of the file what is taken out of it', async () => {
    const controller = await listed();
    await press('Export');
    await eventually(() => field(/descriptors/));
    field(/pictures of vehicles/).click();
    field(/descriptors/).click();
    await exportOnce(controller);
    expect(controller.sessionFiles.requests.at(-1)?.without).toEqual(['crops', 'descriptors']);
    field(/Sightings as CSV/).click();
    await exportOnce(controller);
    expect(controller.sessionFiles.requests.at(-1)?.without).toEqual([]);
  });
});

describe('where a camera stands', () => {
  it('is refused with what is expected, and stored with the session when it can be', async () => {
    const controller = await listed();
    await press('Export');
    await eventually(() => document.querySelector('summary') ?? expect.fail('no summary'));
    document.querySelector('summary')?.click();
    await userEvent.fill(field(/^Latitude/), '91');
    await userEvent.fill(field(/^Longitude/), '13.405');
    await press('Save');
    expect(text()).toContain('a number from -90 to 90');
    await userEvent.fill(field(/^Latitude/), '52.52');
    await press('Save');
    await eventually(() => expect(text()).toContain('Saved.'));
    const { sessions } = await controller.sessions.list({ offset: 0, count: 1 });
    const position = { latitudeDeg: 52.52, longitudeDeg: 13.405 };
    expect(sessions[0]?.cameras[0]?.position).toEqual(position);
    await eventually(() => expect(text()).toContain('where the cameras stand, models'));
    expectAccessible();
    expectTouchTargets();
  });

  it('is taken from the device only by a press', async () => {
    const asked = vi.spyOn(navigator.geolocation, 'getCurrentPosition');
    asked.mockImplementation((_onFound, onError) =>
      onError?.({ code: 1 } as GeolocationPositionError),
    );
    await listed();
    await press('Export');
    await eventually(() => document.querySelector('summary') ?? expect.fail('no summary'));
    document.querySelector('summary')?.click();
    expect(asked).not.toHaveBeenCalled();
    await press('Use this device’s position');
    await eventually(() => expect(text()).toContain('Allow it in the browser’s settings'));
    asked.mockRestore();
  });
});

describe('a session that is replayed', () => {
  it('can be renamed, and deleted when that is confirmed', async () => {
    const controller = await replayed();
    await press('Rename');
    await userEvent.fill(field(/Name/), ' Yard at night ');
    await press('Save');
    await eventually(() =>
      expect(replay()?.querySelector('h1')?.textContent).toBe('Yard at night'),
    );
    await press('Delete this session');
    expect(text()).toContain('“Yard at night” is removed from this device for good');
    await press('Keep');
    expect(replay()).not.toBeNull();
    await press('Delete this session');
    await press('Delete session');
    await eventually(() => expect(text()).toContain('Removed: 1 session'));
    expect(replay()).toBeNull();
    expect(controller.sessions.calls).toHaveLength(1);
  });

  it('says why it could not be renamed, and goes on saying so', async () => {
    const controller = await replayed();
    controller.sessions.nextError = new AppError('STORAGE_FULL', 'Expected room, found none');
    await press('Rename');
    await press('Save');
    await eventually(() =>
      expect(document.querySelector('dialog')?.textContent).toMatch(/storage/i),
    );
    controller.sessions.add();
    await eventually(() => expect(controller.sessions.nextError).toBeNull());
    expect(document.querySelector('dialog')?.textContent).toMatch(/storage/i);
  });

  it('keeps its buttons in reach on a phone', async () => {
    await page.viewport(390, 844);
    await replayed();
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
    expectTouchTargets();
  });
});

describe('what may be kept', () => {
  it('is limited only when that was confirmed, and then at once', async () => {
    const controller = await listed();
    controller.sessions.overLimit = {
      ...controller.sessions.overLimit,
      sessionCount: 3,
      byteCount: 4e6,
    };
    const limit = (): HTMLSelectElement => chooser('Sessions after');
    await userEvent.selectOptions(limit(), 'after 7 days');
    await press('Keep');
    expect(limit().value).toBe('');
    expect(controller.sessions.retention).toBeNull();
    await userEvent.selectOptions(limit(), 'after 7 days');
    await press('Set the limit');
    await eventually(() => expect(text()).toContain('Removed: 3 sessions'));
    expect(controller.sessions.retention).toMatchObject({ maxAgeDays: 7, maxBytes: null });
    await eventually(() => expect(limit().value).toBe('7'));
    // No limit removes nothing: nobody is asked.
    await userEvent.selectOptions(limit(), 'never');
    await eventually(() => expect(controller.settings.sessionRetention.maxAgeDays).toBeNull());
    expect(document.querySelectorAll('dialog')).toHaveLength(1);
  });
});

describe('checking a session file', () => {
  async function check(change: Partial<VerificationReport>): Promise<string> {
    const controller = await listed();
    const { sessionFiles } = controller;
    sessionFiles.report = { ...sessionFiles.report, ...change };
    const [, chooser] = document.querySelectorAll<HTMLInputElement>(
      'input[type="file"][accept^=".zip"]',
    );
    if (!chooser) throw new Error('Expected a field for the file');
    await userEvent.upload(chooser, new File(['x'], 'session.zip'));
    await eventually(() => expect(text()).toMatch(/This device’s key\s+(The same|abab)/));
    return text();
  }
  const part = { name: 'manifest.json', byteCount: 900, problem: null } as const;

  it('says that nothing was changed, and whose key signed it', async () => {
    expect(await check({})).toContain('Nothing was changed');
    expect(text()).toContain('this file was signed here');
  });

  it('does not take a file that was packed again for one that was changed', async () => {
    const told = await check({ parts: [{ ...part, verdict: 'repacked' }] });
    expect(told).toContain('The contents were not changed');
    expect(told).toContain('packed again');
  });

  it('does not take a file that nobody signed for one that was changed', async () => {
    expect(await check({ signature: 'missing' })).toContain('Not signed');
    expect(text()).not.toContain('This file was changed');
  });

  it('names the part that was changed, and tells a key that is not the own one', async () => {
    const verdict = 'changed' as const;
    const told = await check({ parts: [{ ...part, verdict }], keyFingerprint: 'cd'.repeat(32) });
    expect(told).toContain('This file was changed');
    expect(told).toContain('manifest.json, 1 kB: changed');
    expect(told).toContain('this file was signed on another device');
    expect(told).toContain('cdcd cdcd');
  });

  it('shows the own key for a colleague who asks', async () => {
    await listed();
    document.querySelector('summary')?.click();
    await eventually(() => expect(text()).toContain('abab abab'));
    expectAccessible();
    expectTouchTargets();
  });
});

async function exportOnce(controller: FakeController): Promise<void> {
  const before = controller.sessionFiles.requests.length;
  // Chromium's dialog for files cannot be used by a test: without it, the browser's downloads are.
  Reflect.deleteProperty(window, 'showSaveFilePicker');
  await press(/^Export session/);
  await eventually(() => expect(controller.sessionFiles.requests).toHaveLength(before + 1));
  await eventually(() => expect(text()).toContain('Exported, 12 MB.'));
}
