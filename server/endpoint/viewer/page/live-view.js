import { ageText } from './age-text.js';
import { sightingRow, VEHICLE_NAMES } from './sighting-row.js';

/** Sightings on the page. */
const SHOWN_SIGHTINGS = 20;
/** Vehicles whose last time here is remembered, to say when one that came back was seen before. */
const KNOWN_VEHICLES = 500;
/** Between what a screen reader is told of sightings: it is no ticker. */
const ANNOUNCE_MS = 20_000;
/** A camera that runs sends something every 30 s, and a device that fails to send tries again after 10 s: after this long it is gone. */
const SILENT_CAMERA_MS = 90_000;
/** What comes within this time of a connection happened before; after it, what comes has just happened, whatever clocks say. */
const CATCH_UP_MS = 2000;

/** @type {Readonly<Record<import('./follow.js').Connection, string>>} */
const CONNECTION_TEXTS = {
  connected: 'Live',
  waiting: 'Not connected. Trying again…',
  unknown: 'Unknown camera. Looking again…',
  refused: 'Not allowed any more.',
};

/** @type {Readonly<Record<string, string>>} */
const CAMERA_TEXTS = {
  gap: 'No picture at the moment',
  stopped: 'The camera was stopped',
};

/** What the page shows. Text goes in as text: nothing that arrives is read as HTML. */
export class LiveView {
  /** @type {ParentNode} */
  #page;
  /** @type {import('./follow.js').Connection} */
  #connection = 'waiting';
  #connectedMs = -Infinity;
  /** Last said by the camera. */
  #camera = 'running';
  /**
   * Of the last event, on the clock of {@link performance.now}; null: none came.
   *
   * @type {number | null}
   */
  #lastEventMs = null;
  /**
   * When vehicles were here last, by number, the latest at the end.
   *
   * @type {Map<number, number>}
   */
  #seen = new Map();
  #untold = 0;
  #lastSighting = '';
  #announcedMs = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | null} */
  #announcing = null;

  /** @param {ParentNode} page With the elements of viewer.html. */
  constructor(page) {
    this.#page = page;
  }

  /** @param {string} label */
  setLabel(label) {
    this.#element('#camera').textContent = label;
    document.title = `${label} · Live · Resight`;
  }

  /** @param {import('./follow.js').Connection} connection */
  setConnection(connection) {
    this.#connection = connection;
    if (connection === 'connected') this.#connectedMs = performance.now();
    this.tick();
  }

  /** @param {import('./event-stream.js').StreamEvent} event */
  show({ type, data }) {
    /** @type {any} What the endpoint sends was checked by it, and is shown as text only. */
    const event = JSON.parse(data);
    if (type === 'present') this.#showPresent(event);
    else if (type === 'sighting') this.#showSighting(event);
    else if (type === 'missed') this.#addMissed();
    else if (type === 'state') this.#camera = event.state;
    if (typeof event.timeUnixMs === 'number') this.#noteTime(event.timeUnixMs);
    this.tick();
  }

  /** Once a second: ages grow without an event, and a camera may fall silent. */
  tick() {
    const ageMs = this.#lastEventMs === null ? null : performance.now() - this.#lastEventMs;
    this.#showStatus(ageMs);
    const text = ageMs === null ? '' : `Last event ${ageText(ageMs)}`;
    const age = this.#element('#age');
    if (age.textContent !== text) age.textContent = text;
  }

  /** @param {number} timeUnixMs */
  #noteTime(timeUnixMs) {
    const ageMs = this.#isCatchingUp() ? Math.max(0, Date.now() - timeUnixMs) : 0;
    this.#lastEventMs = Math.max(this.#lastEventMs ?? -Infinity, performance.now() - ageMs);
  }

  #isCatchingUp() {
    return performance.now() - this.#connectedMs < CATCH_UP_MS;
  }

  /** @param {{ counts: Record<string, number> }} event */
  #showPresent({ counts }) {
    for (const element of this.#page.querySelectorAll('[data-class]')) {
      element.textContent = String(counts[element.getAttribute('data-class') ?? ''] ?? 0);
    }
  }

  /** @param {import('./sighting-row.js').SightingEvent} event */
  #showSighting(event) {
    const { startUnixMs, vehicleClass, vehicleNumber } = event;
    const beforeUnixMs = this.#seen.get(vehicleNumber) ?? null;
    this.#seen.delete(vehicleNumber);
    this.#seen.set(vehicleNumber, startUnixMs);
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= KNOWN_VEHICLES) break;
      this.#seen.delete(oldest);
    }
    this.#add(sightingRow(event, beforeUnixMs));
    // What happened before the page was opened is there to be read, and no news.
    if (this.#isCatchingUp()) return;
    this.#untold += 1;
    this.#lastSighting = `${VEHICLE_NAMES[vehicleClass] ?? vehicleClass} ${vehicleNumber}${event.similarity === null ? '' : ', seen again'}`;
    this.#announceSoon();
  }

  #addMissed() {
    const row = document.createElement('li');
    row.className = 'missed';
    row.textContent = 'Some of what happened here is not kept.';
    this.#add(row);
  }

  /** @param {HTMLElement} row */
  #add(row) {
    const list = this.#element('#sightings');
    list.prepend(row);
    while (list.childElementCount > SHOWN_SIGHTINGS) list.lastElementChild?.remove();
    this.#element('#no-sightings').hidden = true;
  }

  /** @param {number | null} ageMs */
  #showStatus(ageMs) {
    const isConnected = this.#connection === 'connected';
    const isSilent = this.#camera === 'running' && ageMs !== null && ageMs > SILENT_CAMERA_MS;
    const isLive = isConnected && this.#camera === 'running' && !isSilent;
    this.#element('#present').dataset['isOld'] = String(!isLive);
    const title = this.#element('#present-title');
    const titleText = isLive || ageMs === null ? 'In view now' : 'In view at the last event';
    if (title.textContent !== titleText) title.textContent = titleText;
    const text = !isConnected
      ? CONNECTION_TEXTS[this.#connection]
      : isSilent
        ? 'The camera has fallen silent'
        : (CAMERA_TEXTS[this.#camera] ?? CONNECTION_TEXTS.connected);
    const isLost = this.#connection === 'waiting' || (isConnected && isSilent);
    this.#setStatus(isLive ? 'live' : isLost ? 'lost' : 'waiting', text);
  }

  /**
   * @param {string} state
   * @param {string} text
   */
  #setStatus(state, text) {
    const status = this.#element('#status');
    if (status.textContent === text && status.dataset['state'] === state) return;
    status.dataset['state'] = state;
    status.textContent = text;
    this.#element('#announcement').textContent = text;
  }

  #announceSoon() {
    if (this.#announcing !== null) return;
    const waitMs = Math.max(0, this.#announcedMs + ANNOUNCE_MS - performance.now());
    this.#announcing = setTimeout(() => {
      this.#announcing = null;
      this.#announcedMs = performance.now();
      const rest = this.#untold - 1;
      this.#element('#announcement').textContent =
        rest === 0 ? this.#lastSighting : `${this.#lastSighting}, and ${rest} before`;
      this.#untold = 0;
    }, waitMs);
  }

  /**
   * @param {string} selector
   * @returns {HTMLElement}
   */
  #element(selector) {
    const element = this.#page.querySelector(selector);
    if (!(element instanceof HTMLElement)) throw new TypeError(`Expected ${selector} on the page`);
    return element;
  }
}
