import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { AppError } from '../../../src/core/app-error';
import { writeShareLink } from '../../../src/core/sync-format/share-link';
import { makeSession } from '../../support/make-session';
import type { FakeController } from './fake-controller';
import { openShare, outboxItem, remoteSession } from './fake-sync';
import { mountedApp } from './mounted-app';
import { button, expectAccessible, expectTouchTargets, nameOf } from './screen';

const { show } = mountedApp();
/** Parts of the app are loaded when they are first shown. */
const PATIENT = { timeout: 20_000 };

const text = (): string => (document.body.textContent ?? '').replace(/\s+/g, ' ');

function field(name: RegExp): HTMLInputElement {
  const found = [...document.querySelectorAll('input')].find((one) => name.test(nameOf(one)));
  if (!found) throw new Error(`Expected a field named ${String(name)}, found none`);
  return found;
}

async function fill(name: RegExp, value: string): Promise<void> {
  await vi.waitFor(() => field(name));
  const input = field(name);
  input.value = value;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
}

async function press(name: string | RegExp): Promise<void> {
  await vi.waitFor(() => expect(button(name).disabled).toBe(false), PATIENT);
  button(name).click();
  flushSync();
}

function shareLink(expiresUnixMs: number): string {
  return writeShareLink(location.href, {
    url: 'https://cars.example',
    id: 'upload-0001',
    secret: 'A'.repeat(43),
    sessionKey: `AGE-SECRET-KEY-1${'Q'.repeat(58)}`,
    expiresUnixMs,
  });
}

/** The endpoint's page; connected unless told otherwise. */
async function opened(isConnected = true): Promise<FakeController> {
  const controller = show();
  controller.sessions.add(makeSession({ kind: 'video' }));
  if (isConnected) {
    await controller.sync.connect('https://cars.example', 'code', 'Laptop');
    await controller.sync.openVault(null);
    controller.sync.calls.length = 0;
  }
  await press('Sessions');
  await press(/^Endpoint/);
  return controller;
}

async function goTo(tab: string): Promise<void> {
  await vi.waitFor(() => {
    const found = [...document.querySelectorAll<HTMLElement>('[role=tab]')].find(
      (one) => one.textContent?.trim() === tab,
    );
    expect(found).toBeDefined();
    found?.click();
  });
  flushSync();
}

describe('connecting to an endpoint', () => {
  it('asks for address and code, then for the passphrase, which stays here', async () => {
    const { sync } = await opened(false);
    await vi.waitFor(() => expect(text()).toContain('this app sends nothing anywhere'), PATIENT);
    expectAccessible();
    expectTouchTargets();
    expect(field(/Address/).value).toBe(location.origin);
    await fill(/Address/, 'https://cars.example');
    await fill(/Pairing code/, 'K7QX2 9MTRV');
    await press('Connect');
    await vi.waitFor(() => expect(text()).toContain('Enter the passphrase'));
    expect(sync.calls).toEqual(['connect https://cars.example K7QX2 9MTRV']);
    await fill(/Passphrase/, 'four words of mine');
    await press('Open');
    await vi.waitFor(() => expect(text()).toContain('Nothing was sent from here'));
    expect(sync.calls.at(-1)).toBe('vault four words of mine');
  });

  it('wants a new passphrase twice, and the same', async () => {
    const controller = await opened(false);
    controller.sync.isVaultThere = false;
    await fill(/Pairing code/, 'K7QX2 9MTRV');
    await press('Connect');
    await fill(/Passphrase/, 'four words of mine');
    await fill(/Once more/, 'four words of yours');
    expect(text()).toContain('This is not the same.');
    expect(button('Use this passphrase').disabled).toBe(true);
    await fill(/Once more/, 'four words of mine');
    await press('Use this passphrase');
    await vi.waitFor(() => expect(controller.sync.calls.at(-1)).toBe('vault four words of mine'));
  });

  it('says why it was refused, and can be tried again', async () => {
    const { sync } = await opened(false);
    sync.nextError = new AppError('SYNC_REFUSED', 'The code is not known.');
    await fill(/Pairing code/, 'WRONG');
    await press('Connect');
    await vi.waitFor(() => expect(text()).toContain('This pairing code is not good'));
    await press('Connect');
    await vi.waitFor(() => expect(text()).toContain('Enter the passphrase'));
    expect(text()).not.toContain('This pairing code is not good');
  });
});

describe('uploading a session', () => {
  it('shows what would leave, follows the choice, and sends only when pressed', async () => {
    const { sync } = await opened();
    await press('Close');
    await press('Sessions');
    await press('Upload');
    await vi.waitFor(() => expect(text()).toContain('12 pieces of video'));
    expect(text()).toContain('Readable by whoever runs the endpoint');
    expectAccessible();
    expectTouchTargets();
    field(/^Video$/).click();
    await vi.waitFor(() => expect(text()).not.toContain('12 pieces of video'));
    expect(text()).toContain('Without pictures.');
    field(/Publish the sightings/).click();
    await vi.waitFor(() => expect(text()).toContain('28 sightings, as chosen above.'));
    expect(sync.choices).toEqual([]);
    await press(/Encrypt and send/);
    await vi.waitFor(() => expect(text()).toContain('12 MB of 26 MB'));
    expect(sync.choices).toMatchObject([{ without: ['video'], isPublished: true }]);
  });

  it('can be paused, taken up and cancelled; what failed says why', async () => {
    const { sync } = await opened();
    sync.set({ outbox: [outboxItem('one')] });
    await press('Pause');
    await vi.waitFor(() => expect(text()).toContain('Paused at 46'));
    sync.set({
      outbox: [
        outboxItem('one', { state: 'failed', error: { code: 'SYNC_FULL', message: 'quota' } }),
      ],
    });
    await vi.waitFor(() => expect(text()).toContain('No room at the endpoint'));
    expectAccessible();
    await press('Try again');
    await press(/^Cancel/);
    await vi.waitFor(() => expect(text()).toContain('Nothing was sent from here'));
    expect(sync.calls).toEqual(['cancel one']);
  });
});

describe('an upload that is packed', () => {
  it('shows how far it is, and that something is done where nobody can tell', async () => {
    const { sync } = await opened();
    const bar = (): HTMLProgressElement | null => document.querySelector('progress');
    const packing = { state: 'packing', sentBytes: 0, totalBytes: 0 } as const;
    sync.set({ outbox: [outboxItem('one', { ...packing, packedFraction: 0.4 })] });
    await vi.waitFor(() => expect(text()).toMatch(/Being packed on this device, 40/));
    expect(bar()?.value).toBeCloseTo(0.4);
    expectAccessible();
    sync.set({ outbox: [outboxItem('one', packing)] });
    await vi.waitFor(() => expect(text()).toContain('Being made ready on this device'));
    // -1: without a value, which browsers show by a bar that moves.
    expect(bar()?.position).toBe(-1);
    sync.set({ outbox: [outboxItem('one', { ...packing, state: 'waiting', waitsFor: 'turn' })] });
    await vi.waitFor(() => expect(text()).toContain('Waits for its turn'));
    expect(bar()?.position).toBe(0);
  });
});

describe('an upload that does not go on by itself', () => {
  it('waits for a network that is not metered, or goes when the user says so', async () => {
    const { sync } = await opened();
    sync.set({
      outbox: [outboxItem('one', { state: 'waiting', waitsFor: 'unmetered-network' })],
    });
    await vi.waitFor(() => expect(text()).toContain('Waits for a network that is not metered'));
    expectAccessible();
    expectTouchTargets();
    await press('Send anyway');
    expect(sync.calls).toEqual(['anyway one']);
    await vi.waitFor(() => expect(text()).not.toContain('Send anyway'));
  });

  it('says that it is not there any more, and is sent again', async () => {
    const { sync } = await opened();
    const error = { code: 'SYNC_LOST' as const, message: 'not there' };
    sync.set({ outbox: [outboxItem('one', { state: 'failed', error })] });
    await vi.waitFor(() => expect(text()).toContain('The endpoint does not have it any more'));
    await press('Send again');
    await vi.waitFor(() => expect(sync.state.outbox).toMatchObject([{ state: 'sending' }]));
  });

  it('says that packing found no room, not that sightings wait', async () => {
    const { sync } = await opened();
    const error = { code: 'STORAGE_FULL' as const, message: 'full' };
    sync.set({ outbox: [outboxItem('one', { state: 'failed', error })] });
    await vi.waitFor(() => expect(text()).toContain('No room to pack this session'));
    expect(text()).not.toContain('sightings');
  });
});

describe('sessions at the endpoint', () => {
  it('are found by title, fetched with progress and cancel, and opened', async () => {
    const { sync, sessions } = await opened();
    sync.remoteSessions = [
      remoteSession('aa'),
      remoteSession('bb', { details: null, isOwn: false }),
    ];
    await goTo('Sessions there');
    await vi.waitFor(() => expect(text()).toContain('a passphrase this device does not have'));
    expectAccessible();
    expectTouchTargets();
    await fill(/Title or camera/, 'Gate');
    await press('Search');
    await vi.waitFor(() => expect(text()).not.toContain('a passphrase this device does not have'));
    expect(sync.searches.at(-1)).toEqual({ fromDay: null, toDay: null, text: 'Gate' });
    await press(/^Fetch/);
    await vi.waitFor(() => expect(text()).toContain('40'));
    await press('Cancel');
    await vi.waitFor(() => expect(button(/^Fetch/).disabled).toBe(false));
    expect(text()).not.toContain('stopped');
    await press(/^Fetch/);
    const fetched = makeSession({});
    sessions.add(fetched);
    // Where it came from it has another id.
    sync.remoteSessions = [remoteSession('aa', { hereId: fetched.header.id })];
    await vi.waitFor(() => expect(sync.finishDownload).not.toBeNull());
    sync.finishDownload?.(fetched.header.id);
    await press('Open');
    await vi.waitFor(
      () => expect(document.querySelector('section[aria-label="Replay"]')).not.toBeNull(),
      PATIENT,
    );
  });

  it('and uploads have a name also when nobody gave them one', async () => {
    const { sync } = await opened();
    const { header } = makeSession({ kind: 'video' });
    sync.set({ outbox: [outboxItem('one', { sessionId: header.id, title: '' })] });
    await vi.waitFor(() => expect(text()).toContain(`Cancel: ${header.title}`));
    const { details } = remoteSession('aa');
    sync.remoteSessions = [remoteSession('aa', { details: { ...details!, title: '' } })];
    await goTo('Sessions there');
    await vi.waitFor(() => expect(text()).toMatch(/Gate camera, .*\d\d:\d\d/));
  });

  it('are shared by a link that is made when asked for, and deleted after a question', async () => {
    const { sync } = await opened();
    sync.remoteSessions = [remoteSession('aa')];
    await goTo('Sessions there');
    await press(/^Links…/);
    expect(sync.calls).toEqual([]);
    await press('Make a link');
    await vi.waitFor(() => expect(text()).toContain('#share='));
    expect(text()).toMatch(/It works until .*2031/);
    await press(/^Delete Gate camera/);
    expect(sync.calls).toEqual(['share aa for 7']);
    await press('Delete there');
    await vi.waitFor(() => expect(text()).toContain('No session is there yet.'));
    expect(sync.calls.at(-1)).toBe('delete aa');
  });
});

describe('a device that may only send', () => {
  it('says so where sessions there would be, and asks for none', async () => {
    const { sync } = await opened();
    const { connection } = sync.state;
    sync.set({ connection: connection && { ...connection, scopes: ['upload'] } });
    await goTo('Sessions there');
    await vi.waitFor(() => expect(text()).toContain('This device may send sessions, not see'));
    expect(sync.searches).toEqual([]);
    expectAccessible();
  });
});

describe('links to a session at the endpoint', () => {
  /** The buttons that end one. */
  const ends = (): string[] =>
    [...document.querySelectorAll('button')].map(nameOf).filter((name) => /^End: link/.test(name));

  it('are listed with their end, and ended after a question', async () => {
    const { sync } = await opened();
    sync.remoteSessions = [remoteSession('aa'), remoteSession('bb')];
    sync.openShares = [
      openShare('one', 'aa', { expiresUnixMs: Date.UTC(2029, 2, 5) }),
      openShare('two', 'aa', { isOwn: false, deviceName: 'Phone at the gate' }),
      openShare('three', 'bb'),
    ];
    await goTo('Sessions there');
    await press(/^Links…: Gate camera/);
    await vi.waitFor(() => expect(ends()).toHaveLength(2));
    expect(ends()[0]).toMatch(/2029.*, made by this device$/);
    expect(ends()[1]).toMatch(/2030.*, made by “Phone at the gate”$/);
    expectAccessible();
    expectTouchTargets();
    await page.viewport(390, 844);
    expectTouchTargets();
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
    await press(/^End: .*Phone at the gate/);
    expect(text()).toContain('Who has fetched it already keeps it.');
    await press('Keep');
    expect(sync.calls).toEqual([]);
    button(/^End: .*Phone at the gate/).focus();
    await press(/^End: .*Phone at the gate/);
    await press('End the link');
    await vi.waitFor(() => expect(ends()).toHaveLength(1));
    expect(sync.calls).toEqual(['end two']);
    await vi.waitFor(() => expect(text()).toContain('The link is ended'));
    // For who uses the keyboard it goes on where the link was, not at the top of the page.
    await vi.waitFor(() =>
      expect(document.activeElement?.closest('section')?.textContent).toContain(
        'Links that open it now',
      ),
    );
  });

  it('are told when one is made, and its address goes when it is ended', async () => {
    const { sync } = await opened();
    sync.remoteSessions = [remoteSession('aa')];
    await goTo('Sessions there');
    await press(/^Links…/);
    await vi.waitFor(() => expect(text()).toContain('None that this device could end.'));
    await press('Make a link');
    await vi.waitFor(() => expect(ends()).toHaveLength(1));
    expect(text()).toContain('#share=');
    await press(/^End: /);
    await press('End the link');
    await vi.waitFor(() => expect(text()).toContain('None that this device could end.'));
    expect(text()).not.toContain('#share=');
  });

  it('can be ended without the session’s key, and asked for again when the endpoint was away', async () => {
    const { sync } = await opened();
    sync.remoteSessions = [remoteSession('aa', { details: null })];
    sync.openShares = [openShare('one', 'aa')];
    await goTo('Sessions there');
    await vi.waitFor(() => button(/^Links…/));
    sync.nextError = new AppError('SYNC_UNREACHABLE', 'nobody answers');
    await press(/^Links…/);
    await vi.waitFor(() => expect(text()).toContain('The endpoint does not answer'));
    await press('Ask again');
    await vi.waitFor(() => expect(ends()).toHaveLength(1));
    expect(text()).not.toContain('Make a link');
  });
});

describe('the other parts of the page', () => {
  it('list devices, revoke them, and admit others with a code', async () => {
    const { sync } = await opened();
    await goTo('Devices');
    await vi.waitFor(() => expect(text()).toContain('Phone at the gate'));
    document.querySelector('details')?.setAttribute('open', '');
    expectAccessible();
    await press('Make a pairing code');
    await vi.waitFor(() => expect(text()).toContain('K7QX2-9MTRV'));
    expect(sync.calls).toEqual(['code for upload read publish']);
    await press(/Revoke: Phone at the gate/);
    await press('Revoke');
    await vi.waitFor(() => expect(sync.calls.at(-1)).toBe('revoke device-2345'));
  });

  it('tell what left, and forget the endpoint after a question', async () => {
    const { sync } = await opened();
    sync.entries = [
      {
        id: 'e1',
        timeUnixMs: Date.now(),
        url: 'https://cars.example',
        what: 'session-encrypted',
        sessionId: 'session-a1',
        byteCount: 26_000_000,
        isReadable: false,
        details: 'Gate camera, 14:02',
      },
    ];
    await goTo('What left');
    await vi.waitFor(() => expect(text()).toContain('Session sent, encrypted'));
    expectAccessible();
    await goTo('Connection');
    // SHA-256 of the key that the fake endpoint has, by another program.
    await vi.waitFor(() => expect(text()).toContain('a1e9 1560 54e0 4fac 899a e9f2 7513 2cdc'));
    expectAccessible();
    expectTouchTargets();
    await press('Disconnect…');
    await press('Disconnect');
    await vi.waitFor(() => expect(text()).toContain('Resight needs no server'));
    expect(sync.calls).toEqual(['disconnect']);
  });
});

describe('a link to a shared session', () => {
  it('asks before anything is fetched, and its key goes from the address bar', async () => {
    history.replaceState(null, '', shareLink(Date.UTC(2031, 0, 2)));
    const controller = show();
    await vi.waitFor(() => expect(text()).toContain('Somebody shared a session with you'));
    expect(location.hash).toBe('');
    expect(text()).toContain('https://cars.example');
    expect(text()).toMatch(/The link works until .*2031/);
    expect(controller.sync.calls).toEqual([]);
    expectAccessible();
    const session = makeSession({});
    controller.sessions.add(session);
    await press('Fetch and open');
    await vi.waitFor(() => expect(controller.sync.finishDownload).not.toBeNull());
    controller.sync.finishDownload?.(session.header.id);
    await vi.waitFor(
      () => expect(document.querySelector('section[aria-label="Replay"]')).not.toBeNull(),
      PATIENT,
    );
    expect(controller.sync.calls[0]).toMatch(/^open .*#share=/);
  });

  it('that is over says since when; one that was cut short cannot be opened', async () => {
    history.replaceState(null, '', shareLink(Date.UTC(2021, 0, 2)));
    show();
    await vi.waitFor(() => expect(text()).toMatch(/worked until .*2021.* Ask for a new one/));
    await press('Not now');
    history.replaceState(null, '', shareLink(Date.UTC(2031, 0, 2)).slice(0, 40));
    show();
    await vi.waitFor(() => expect(text()).toContain('This is not a whole link'));
    expect(button('Fetch and open').disabled).toBe(true);
  });

  it('that was ended says so, not that this device is not paired any more', async () => {
    history.replaceState(null, '', shareLink(Date.UTC(2031, 0, 2)));
    const { sync } = show();
    sync.nextError = new AppError('SYNC_SIGNED_OUT', 'The token is not known here.');
    await press('Fetch and open');
    await vi.waitFor(() => expect(text()).toContain('This link opens nothing any more'));
    expect(text()).toContain('It was ended by whoever made it');
    expect(text()).not.toContain('paired');
    expectAccessible();
  });
});
