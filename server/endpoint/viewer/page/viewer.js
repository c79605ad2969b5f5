import { follow } from './follow.js';
import { LiveView } from './live-view.js';

/** Kept for this tab only: the address, which is seen, copied and remembered by the browser, is freed of it. */
const TOKEN_KEY = 'resight-live-token';

const view = new LiveView(document);
const token = takeToken();
const camera = location.pathname.split('/').at(-1) ?? '';

if (token === null) {
  view.setEnded('This page needs a link with a token. Ask for one where the camera runs.');
} else {
  void showLabel(token);
  const end = new AbortController();
  // A page that comes back from the browser's cache of pages would go on with a dead connection.
  addEventListener('pagehide', () => end.abort());
  addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload();
  });
  await follow({
    url: `../api/live/${camera}/events`,
    token,
    onEvent: (event) => view.show(event),
    onConnection: (connection) => {
      if (connection === 'refused') sessionStorage.removeItem(TOKEN_KEY);
      if (connection === 'connected') void showLabel(token);
      view.setConnection(connection);
    },
    signal: end.signal,
  });
}

/** @returns {string | null} */
function takeToken() {
  const fromLink = new URLSearchParams(location.hash.slice(1)).get('token');
  if (fromLink !== null) {
    sessionStorage.setItem(TOKEN_KEY, fromLink);
    history.replaceState(null, '', location.pathname);
  }
  return sessionStorage.getItem(TOKEN_KEY);
}

/** @param {string} token */
async function showLabel(token) {
  try {
    const response = await fetch('../api/live', { headers: { Authorization: `Bearer ${token}` } });
    if (!response.ok) return;
    /** @type {{ cameras: { id: string, label: string }[] }} */
    const { cameras } = await response.json();
    const known = cameras.find(({ id }) => id === camera);
    if (known !== undefined) view.setLabel(known.label);
  } catch {
    // The page says that it is not connected; the name comes with the connection.
  }
}
