const SVG = 'http://www.w3.org/2000/svg';

/** @type {Readonly<Record<string, string>>} */
export const VEHICLE_NAMES = { car: 'Car', motorcycle: 'Motorcycle', bus: 'Bus', truck: 'Truck' };

/**
 * @typedef {object} SightingEvent
 * @property {number} startUnixMs
 * @property {string} vehicleClass
 * @property {number} vehicleNumber
 * @property {number | null} similarity Cosine to what was known; null: a new vehicle.
 */

const time = /** @type {const} */ ({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
const timeFormat = new Intl.DateTimeFormat(undefined, { ...time, hourCycle: 'h23' });
const dayFormat = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  ...time,
  hourCycle: 'h23',
});

/**
 * A row of the list.
 *
 * @param {SightingEvent} event
 * @param {number | null} beforeUnixMs When this page last heard of the same vehicle; null: never.
 */
export function sightingRow(
  { startUnixMs, vehicleClass, vehicleNumber, similarity },
  beforeUnixMs,
) {
  const row = document.createElement('li');
  const what = document.createElement('span');
  what.className = 'what';
  const number = document.createElement('span');
  number.className = 'plate';
  number.textContent = String(vehicleNumber);
  what.append(`${VEHICLE_NAMES[vehicleClass] ?? vehicleClass} `, number);
  const when = document.createElement('time');
  when.dateTime = new Date(startUnixMs).toISOString();
  when.textContent = wallTime(startUnixMs);
  row.append(picture(vehicleClass), what, when, evidence(similarity, beforeUnixMs));
  return row;
}

/** @param {string} vehicleClass */
function picture(vehicleClass) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#shape-${vehicleClass}`);
  svg.append(use);
  return svg;
}

/**
 * @param {number | null} similarity
 * @param {number | null} beforeUnixMs
 */
function evidence(similarity, beforeUnixMs) {
  const text = document.createElement('span');
  text.className = 'evidence';
  if (similarity === null) {
    text.textContent = 'New here';
    return text;
  }
  const again = document.createElement('strong');
  again.textContent = 'Seen again';
  const before = beforeUnixMs === null ? '' : `; last seen ${wallTime(beforeUnixMs)}`;
  text.append(again, ` similarity ${similarity.toFixed(2)}${before}`);
  return text;
}

/** @param {number} unixMs */
function wallTime(unixMs) {
  const isToday = new Date(unixMs).toDateString() === new Date().toDateString();
  return (isToday ? timeFormat : dayFormat).format(unixMs);
}
