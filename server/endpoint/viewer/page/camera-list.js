import { ageText } from './age-text.js';

/** Cameras begin and end seldom. */
const REFRESH_MS = 10_000;

/**
 * @typedef {object} Camera
 * @property {string} id
 * @property {string} label
 * @property {string} deviceName
 * @property {number} ageMs Since it last sent something, by the endpoint's clock.
 */

/**
 * Cameras that sent something in the last days, the latest first; null: the token is refused. Throws when it cannot be asked.
 *
 * @param {string} token
 * @returns {Promise<readonly Camera[] | null>}
 */
export async function readCameras(token) {
  const response = await fetch('../api/live', { headers: { Authorization: `Bearer ${token}` } });
  if (response.status === 401 || response.status === 403) return null;
  if (!response.ok) throw new Error(`The endpoint answered ${response.status}`);
  /** @type {{ cameras: (Omit<Camera, 'ageMs'> & { lastEventUnixMs: number })[] }} */
  const { cameras } = await response.json();
  // Clocks of the endpoint and of this screen may differ by minutes.
  const nowUnixMs = Date.parse(response.headers.get('Date') ?? '') || Date.now();
  return cameras.map(({ lastEventUnixMs, ...camera }) => ({
    ...camera,
    ageMs: Math.max(0, nowUnixMs - lastEventUnixMs),
  }));
}

/**
 * Shows the cameras until the token is refused.
 *
 * @param {HTMLElement} section With the elements of viewer.html.
 * @param {string} token
 */
export async function showCameras(section, token) {
  section.hidden = false;
  for (;;) {
    try {
      const cameras = await readCameras(token);
      if (cameras === null) break;
      fillList(section, cameras);
      tell(
        section,
        cameras.length === 0
          ? 'No camera sends live results yet. In the app: Endpoint, Connection, “publish live”, then start a camera.'
          : '',
      );
    } catch {
      // No network, or the endpoint is away.
      tell(section, 'Not connected. Trying again…');
    }
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
  }
  section.hidden = true;
}

/**
 * Only what changed is touched: what has the focus keeps it.
 *
 * @param {HTMLElement} section
 * @param {readonly Camera[]} cameras
 */
function fillList(section, cameras) {
  const list = /** @type {HTMLElement} */ (section.querySelector('ul'));
  const known = new Map([...list.children].map((row) => [row.id, row]));
  const rows = cameras.map((camera) => {
    const row = known.get(camera.id) ?? newRow(camera.id);
    const [link, note] = row.children;
    if (link) link.textContent = camera.label;
    if (note)
      note.textContent = `by ${camera.deviceName}, last heard from ${ageText(camera.ageMs)}`;
    return row;
  });
  if (rows.some((row, place) => list.children[place] !== row)) list.replaceChildren(...rows);
  while (list.childElementCount > rows.length) list.lastElementChild?.remove();
}

/** @param {string} id */
function newRow(id) {
  const row = document.createElement('li');
  row.id = id;
  const link = document.createElement('a');
  link.href = id;
  const note = document.createElement('span');
  note.className = 'note';
  row.append(link, note);
  return row;
}

/**
 * @param {HTMLElement} section
 * @param {string} text
 */
function tell(section, text) {
  const note = /** @type {HTMLElement} */ (section.querySelector('[role="status"]'));
  if (note.textContent !== text) note.textContent = text;
}
