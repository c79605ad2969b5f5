import { askForCode, forgetToken, takeToken } from './access.js';
import { readCameras, showCameras } from './camera-list.js';
import { follow } from './follow.js';
import { LiveView } from './live-view.js';
import { offerScreenLock } from './screen-lock.js';

/** The last part of `/live/:camera`; empty: the list of cameras is wanted. */
const camera = location.pathname.split('/').at(-1) ?? '';

// A page that comes back from the browser's cache of pages would go on with a dead connection.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
if (camera !== '') {
  element('all', HTMLElement).hidden = false;
  offerScreenLock(element('awake', HTMLElement));
}
let reason = '';
for (;;) {
  const token = takeToken() ?? (await askForCode(element('pairing', HTMLFormElement), reason));
  await (camera === '' ? showCameras(element('cameras', HTMLElement), token) : watch(token));
  forgetToken();
  reason = 'This page was taken off the list of devices, or may not read. Enter a new code.';
}

/**
 * Shows what the camera sends until the token is refused.
 *
 * @param {string} token
 */
async function watch(token) {
  const view = new LiveView(document);
  const section = element('live', HTMLElement);
  section.hidden = false;
  const end = new AbortController();
  const leave = () => end.abort();
  addEventListener('pagehide', leave);
  const tick = setInterval(() => view.tick(), 1000);
  await follow({
    url: `../api/live/${camera}/events`,
    token,
    onEvent: (event) => view.show(event),
    onConnection: (connection) => {
      if (connection === 'connected') void showLabel(view, token);
      view.setConnection(connection);
    },
    signal: end.signal,
  });
  clearInterval(tick);
  removeEventListener('pagehide', leave);
  section.hidden = true;
  // Left, not refused: the page is going away.
  if (end.signal.aborted) await new Promise(() => undefined);
}

/**
 * @param {LiveView} view
 * @param {string} token
 */
async function showLabel(view, token) {
  try {
    const known = (await readCameras(token))?.find(({ id }) => id === camera);
    if (known !== undefined) view.setLabel(known.label);
  } catch {
    // The page says that it is not connected; the name comes with the connection.
  }
}

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new TypeError(`Expected #${id} on the page`);
  return found;
}
