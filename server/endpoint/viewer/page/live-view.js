/** Sightings on the page. */
const SHOWN_SIGHTINGS = 20;
/** Between what a screen reader is told of sightings: it is no ticker. */
const ANNOUNCE_MS = 20_000;

/** @type {Readonly<Record<string, string>>} */
const CLASS_NAMES = { car: 'Car', motorcycle: 'Motorcycle', bus: 'Bus', truck: 'Truck' };

/** @type {Readonly<Record<import('./follow.js').Connection, string>>} */
const CONNECTION_TEXTS = {
  connected: 'Live',
  waiting: 'Not connected. Trying again…',
  unknown: 'This camera has not sent anything yet. Looking again…',
  refused: 'This link is not good any more. Ask for a new one.',
};

/** @type {Readonly<Record<string, string>>} */
const CAMERA_TEXTS = {
  running: 'Live',
  gap: 'Connected. The camera has no picture at the moment.',
  stopped: 'Connected. The camera was stopped.',
};

const timeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** What the page shows. Text goes in as text: nothing that arrives is read as HTML. */
export class LiveView {
  /** @type {ParentNode} */
  #page;
  /** @type {import('./follow.js').Connection} */
  #connection = 'waiting';
  /** Last said by the camera. */
  #camera = 'running';
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

  /** @param {string} text There is nothing to follow, for good. */
  setEnded(text) {
    this.#setStatus('ended', text);
  }

  /** @param {import('./follow.js').Connection} connection */
  setConnection(connection) {
    this.#connection = connection;
    this.#showStatus();
  }

  /** @param {import('./event-stream.js').StreamEvent} event */
  show({ type, data }) {
    /** @type {any} What the endpoint sends was checked by it, and is shown as text only. */
    const event = JSON.parse(data);
    if (type === 'present') this.#showPresent(event);
    else if (type === 'sighting') this.#showSighting(event);
    else if (type === 'missed') this.#addLine('missed', 'Some of what happened here is not kept.');
    else if (type === 'state') {
      this.#camera = event.state;
      this.#showStatus();
    }
  }

  /** @param {{ timeUnixMs: number, counts: Record<string, number> }} event */
  #showPresent({ timeUnixMs, counts }) {
    for (const element of this.#page.querySelectorAll('[data-class]')) {
      element.textContent = String(counts[element.getAttribute('data-class') ?? ''] ?? 0);
    }
    this.#element('#as-of').textContent = `Since ${timeFormat.format(timeUnixMs)}`;
  }

  /** @param {{ startUnixMs: number, vehicleClass: string, vehicleNumber: number, similarity: number | null }} event */
  #showSighting({ startUnixMs, vehicleClass, vehicleNumber, similarity }) {
    const name = `${CLASS_NAMES[vehicleClass] ?? vehicleClass}, vehicle ${vehicleNumber}`;
    const time = document.createElement('time');
    time.dateTime = new Date(startUnixMs).toISOString();
    time.textContent = timeFormat.format(startUnixMs);
    const what = document.createElement('span');
    what.textContent = name;
    const known = document.createElement('span');
    known.className = 'similarity';
    known.textContent =
      similarity === null ? 'new' : `seen before, similarity ${similarity.toFixed(2)}`;
    this.#addLine('sighting', time, what, known);
    this.#untold += 1;
    this.#lastSighting = name;
    this.#announceSoon();
  }

  /**
   * @param {string} className
   * @param {...(Node | string)} content
   */
  #addLine(className, ...content) {
    const list = this.#element('#sightings');
    const line = document.createElement('li');
    line.className = className;
    line.append(...content);
    list.prepend(line);
    while (list.childElementCount > SHOWN_SIGHTINGS) list.lastElementChild?.remove();
    this.#element('#no-sightings').hidden = true;
  }

  #showStatus() {
    const isConnected = this.#connection === 'connected';
    const isLive = isConnected && this.#camera === 'running';
    this.#element('#present').dataset['isOld'] = String(!isLive);
    const state = isLive ? 'live' : this.#connection === 'refused' ? 'ended' : 'waiting';
    const text = isConnected
      ? (CAMERA_TEXTS[this.#camera] ?? CONNECTION_TEXTS.connected)
      : CONNECTION_TEXTS[this.#connection];
    this.#setStatus(state, text);
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
