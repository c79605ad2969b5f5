/*
 * Server-sent events over fetch: a browser's EventSource cannot send a token in a header, and in an address it would be logged.
 * These files are plain JavaScript, typed in comments: the endpoint serves them as they are, without a build.
 */

/**
 * @typedef {object} StreamEvent
 * @property {string} type `message` unless named.
 * @property {string} data
 * @property {string} id Of the last event that had one; empty: none had.
 */

/** Reads the event stream format of the HTML standard, section 9.2.6, in pieces of any size. */
export class EventStreamParser {
  /** @type {(event: StreamEvent) => void} */
  #onEvent;
  #rest = '';
  #type = '';
  /** @type {string[]} */
  #data = [];
  #id = '';
  /** Of the last event that came whole: to resume after it. */
  lastEventId = '';

  /** @param {(event: StreamEvent) => void} onEvent */
  constructor(onEvent) {
    this.#onEvent = onEvent;
  }

  /** @param {string} text The next piece, decoded. */
  push(text) {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    // What has no end yet; a carriage return at the very end may be half of one.
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#readLine(line);
  }

  /** After a cut: half an event is none. */
  reset() {
    this.#rest = '';
    this.#type = '';
    this.#data = [];
    this.#id = this.lastEventId;
  }

  /** @param {string} line */
  #readLine(line) {
    if (line === '') {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#type = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
  }

  #dispatch() {
    this.lastEventId = this.#id;
    const event = {
      type: this.#type === '' ? 'message' : this.#type,
      data: this.#data.join('\n'),
      id: this.lastEventId,
    };
    const isEmpty = this.#data.length === 0;
    this.#type = '';
    this.#data = [];
    if (!isEmpty) this.#onEvent(event);
  }
}
