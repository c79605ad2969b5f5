import type { CDPSession } from '@vitest/browser-playwright';
import { cdp } from 'vitest/browser';
import { afterEach, describe, expect, it } from 'vitest';
import { OUTBOX_SYNC_TAG } from '../../../src/contracts/service-worker-messages';

const WORKER_URL = new URL('./service-worker-host.worker.ts', import.meta.url);
/** Everything beside it: the only pages that this service worker has. */
const SCOPE = new URL('./', WORKER_URL).href;

/** As the DevTools protocol tells it. */
interface Registered {
  readonly registrationId: string;
  readonly scopeURL: string;
}

let registration: ServiceWorkerRegistration | null = null;
let frame: HTMLIFrameElement | null = null;

afterEach(async () => {
  frame?.remove();
  await registration?.unregister();
});

/** A tab of the app, as the service worker sees one. */
async function openFrame(): Promise<Window> {
  const made = document.createElement('iframe');
  made.src = new URL('./frame.html', WORKER_URL).href;
  frame = made;
  const loaded = new Promise((resolve) => made.addEventListener('load', resolve, { once: true }));
  document.body.append(made);
  await loaded;
  return made.contentWindow!;
}

/** What the browser calls the registration of this scope. */
async function registrationId(session: CDPSession): Promise<string> {
  const ids: string[] = [];
  const note = ({ registrations }: { registrations: readonly Registered[] }): void => {
    for (const one of registrations) if (one.scopeURL === SCOPE) ids.push(one.registrationId);
  };
  // Listening before anything was asked would listen to a session of its own.
  await session.send('ServiceWorker.disable');
  session.on('ServiceWorker.workerRegistrationUpdated', note);
  await session.send('ServiceWorker.enable');
  await expect.poll(() => ids.length, { timeout: 20_000 }).toBeGreaterThan(0);
  session.off('ServiceWorker.workerRegistrationUpdated', note);
  return ids[0]!;
}

describe('the browser that tells of a network again while no tab looks', () => {
  it('wakes the outbox of open tabs, and is heard for nothing else', async () => {
    registration = await navigator.serviceWorker.register(WORKER_URL, {
      type: 'module',
      scope: SCOPE,
    });
    const worker = registration.installing ?? registration.waiting ?? registration.active!;
    await expect.poll(() => worker.state, { timeout: 20_000 }).toBe('activated');
    const { navigator: tab } = await openFrame();
    expect(tab.serviceWorker.controller).not.toBeNull();
    const heard: unknown[] = [];
    tab.serviceWorker.addEventListener('message', ({ data }) => heard.push(data));
    tab.serviceWorker.startMessages();
    const session: CDPSession = cdp();
    const id = await registrationId(session);
    for (const tag of ['of somebody else', OUTBOX_SYNC_TAG])
      await session.send('ServiceWorker.dispatchSyncEvent', {
        ...{ origin: location.origin, registrationId: id, tag, lastChance: false },
      });
    await expect.poll(() => heard, { timeout: 20_000 }).toEqual([{ type: 'wake-outbox' }]);
    // Nothing is told any more once the test has ended.
    await session.send('ServiceWorker.disable');
  });
});
