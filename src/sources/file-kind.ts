/** First bytes that give a kind of file away, at an offset. From https://en.wikipedia.org/wiki/List_of_file_signatures. */
const SIGNATURES: readonly (readonly [offset: number, bytes: string, kind: string])[] = [
  [0, '\x89PNG', 'a PNG picture'],
  [0, '\xff\xd8\xff', 'a JPEG picture'],
  [0, 'GIF8', 'a GIF picture'],
  [8, 'WEBP', 'a WebP picture'],
  [8, 'AVI ', 'an AVI video'],
  [0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'a Windows Media file'],
  [0, 'FLV\x01', 'a Flash video'],
  [0, '\x00\x00\x01\xba', 'an MPEG program stream'],
  [0, '%PDF', 'a PDF document'],
  [0, 'PK\x03\x04', 'a ZIP archive or office document'],
  [0, 'Rar!', 'a RAR archive'],
  [0, '7z\xbc\xaf', 'a 7z archive'],
  [0, '\x1f\x8b', 'a gzip archive'],
  [0, '#EXTM3U', 'an HLS playlist'],
];

/** How many of a file's first bytes {@link describeFirstBytes} wants. */
export const SNIFF_BYTES = 64;

/** Says what a file that is no video seems to be, for an error's details: a known kind, text, or its first bytes. */
export function describeFirstBytes(bytes: Uint8Array): string {
  const latin1 = String.fromCharCode(...bytes);
  const known = SIGNATURES.find(([offset, magic]) => latin1.startsWith(magic, offset));
  if (known) return known[2];
  if (bytes.length > 0 && bytes.every(isTextByte)) return 'plain text';
  const hex = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0'));
  return `unknown data beginning with ${hex.join(' ')}`;
}

/** Printable ASCII, white space, or a part of a UTF-8 letter. */
function isTextByte(byte: number): boolean {
  return byte >= 0x20 ? byte !== 0x7f : byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
