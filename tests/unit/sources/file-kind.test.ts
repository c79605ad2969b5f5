import { describe, expect, test } from 'vitest';
import { nameCodec } from '../../../src/sources/file-codec-name';
import { describeFirstBytes } from '../../../src/sources/file-kind';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('saying what a file is that is no video', () => {
  test.each([
    [bytes(0x89, 0x50, 0x4e, 0x47, 0x0d), 'a PNG picture'],
    [bytes(0xff, 0xd8, 0xff, 0xe0), 'a JPEG picture'],
    [text('RIFF1234AVI LIST'), 'an AVI video'],
    [text('%PDF-1.7'), 'a PDF document'],
    [bytes(0x50, 0x4b, 3, 4), 'a ZIP archive or office document'],
    [text('#EXTM3U\n#EXT-X-VERSION:3'), 'an HLS playlist'],
    [text('Grüße aus\tder Datei\r\n'), 'plain text'],
    [
      bytes(0, 1, 2, 3, 0xab, 0xcd, 0xef, 0x10, 0x20),
      'unknown data beginning with 00 01 02 03 ab cd ef 10',
    ],
  ])('knows %#: %s', (first, expected) => {
    expect(describeFirstBytes(first)).toBe(expected);
  });
});

describe('naming a codec', () => {
  test.each([
    ['hvc1.1.6.L93.90', 'HEVC (H.265) (hvc1.1.6.L93.90)'],
    ['V_MPEGH/ISO/HEVC', 'HEVC (H.265) (V_MPEGH/ISO/HEVC)'],
    ['apcn', 'Apple ProRes (apcn)'],
    ['mp4v', 'MPEG-4 Part 2 (DivX, Xvid) (mp4v)'],
    ['xyz9', 'xyz9'],
  ])('says %s as people do', (id, expected) => {
    expect(nameCodec(id)).toBe(expected);
  });
});
