import type { SessionHeader } from '../../contracts/session';
import { mediaPosition } from '../../core/time-text';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** `String.fromCharCode` takes so many arguments at once everywhere. */
const BINARY_PIECE = 8192;

/** Text as the content of an element or a quoted attribute. Everything that is not a tag of the page itself goes through this. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => ESCAPES[character] ?? '');
}

/**
 * When something was, for people: `2026-05-12 14:00:05` in the time zone of the device that writes; the position
 * `1:02:03` in a recording of a file.
 */
export function readableTime(
  header: Pick<SessionHeader, 'originUnixMs' | 'timeBase'>,
  timeUs: number,
): string {
  if (header.timeBase === 'media') return mediaPosition(timeUs);
  const date = new Date(header.originUnixMs + timeUs / 1000);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `UTC+02:00`: how far {@link readableTime} was from UTC then. */
export function zoneText(unixMs: number): string {
  const minutes = -new Date(unixMs).getTimezoneOffset();
  const size = Math.abs(minutes);
  const hours = String(Math.floor(size / 60)).padStart(2, '0');
  return `UTC${minutes < 0 ? '-' : '+'}${hours}:${String(size % 60).padStart(2, '0')}`;
}

/** A picture as part of the page. What is no picture by its first bytes is left out: null. */
export async function dataUrl(picture: Blob): Promise<string | null> {
  const bytes = new Uint8Array(await picture.arrayBuffer());
  const type = pictureType(bytes);
  if (type === null) return null;
  let binary = '';
  for (let start = 0; start < bytes.length; start += BINARY_PIECE) {
    binary += String.fromCharCode(...bytes.subarray(start, start + BINARY_PIECE));
  }
  return `data:${type};base64,${btoa(binary)}`;
}

function pictureType(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'image/jpeg';
  const words = String.fromCharCode(...bytes.subarray(0, 12));
  return words.startsWith('RIFF') && words.endsWith('WEBP') ? 'image/webp' : null;
}
