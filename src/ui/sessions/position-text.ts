import type { GeoPosition } from '../../contracts/session';

/** What was entered as a position, or what is wrong with it. */
export type EnteredPosition =
  { readonly position: GeoPosition | null } | { readonly problem: string };

/** Other than that of the keyboard: maps write them. */
const MINUS = /[\u2212\u2013]/gu;
const DEGREES = /^([+-]?\d{1,3}(?:[.,]\d+)?)°?\s*([NSEW]?)$/iu;
/** Between two numbers; a comma that stands close may be that of a decimal. */
const BETWEEN = /;|,(?=\s)|,(?=[^,;]*\.)/u;
const NEGATIVE: ReadonlySet<string> = new Set(['S', 'W']);
/** Centimetres, as in the export. */
const DIGITS = 7;

/**
 * Reads decimal degrees as people and maps write them: `52.52` and `-13,405`, `52.52° N`, or both in the first field, `52.52, 13.405`.
 * Two empty fields are no position. Latitude [-90, 90], longitude [-180, 180].
 */
export function readPosition(latitudeText: string, longitudeText: string): EnteredPosition {
  const [first, second, ...more] = latitudeText.split(BETWEEN);
  const isPair = longitudeText.trim() === '' && second !== undefined && more.length === 0;
  const latitude = (isPair ? (first ?? '') : latitudeText).trim();
  const longitude = (isPair ? second : longitudeText).trim();
  if (latitude === '' && longitude === '') return { position: null };
  if (latitude === '' || longitude === '') {
    return { problem: 'Latitude and longitude belong together: enter both, or none.' };
  }
  const latitudeDeg = readDegrees(latitude, 'NS');
  if (latitudeDeg === null || Math.abs(latitudeDeg) > 90) {
    return {
      problem: `The latitude is a number from -90 to 90, such as 52.52; found “${latitude}”.`,
    };
  }
  const longitudeDeg = readDegrees(longitude, 'EW');
  if (longitudeDeg === null || Math.abs(longitudeDeg) > 180) {
    return {
      problem: `The longitude is a number from -180 to 180, such as 13.405; found “${longitude}”.`,
    };
  }
  return { position: { latitudeDeg, longitudeDeg } };
}

/** Decimal degrees for a field, to the centimetre. */
export function degreesText(degrees: number): string {
  return String(Number(degrees.toFixed(DIGITS)));
}

/** Null: not understood. */
function readDegrees(text: string, directions: 'NS' | 'EW'): number | null {
  const [, number, direction = ''] = DEGREES.exec(text.replace(MINUS, '-')) ?? [];
  const letter = direction.toUpperCase();
  if (number === undefined || !directions.includes(letter)) return null;
  return Number(number.replace(',', '.')) * (NEGATIVE.has(letter) ? -1 : 1);
}
