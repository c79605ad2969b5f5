import { describe, expect, it } from 'vitest';
import {
  expectPlannedPieces,
  joinDigests,
  pieceDigest,
  readEnvelope,
  writeEnvelope,
  type Envelope,
} from '../../../src/core/sync-format/envelope';
import { encryptedByteCount } from '../../../src/core/sync-format/piece-plan';
import {
  readEndpointUrl,
  readShareLink,
  writeShareLink,
} from '../../../src/core/sync-format/share-link';
import { readVaultRecord, writeVaultRecord } from '../../../src/core/sync-format/vault-record';

const KEY = `AGE-SECRET-KEY-1${'Q'.repeat(58)}`;
const DIGESTS = ['0123456789abcdef'.repeat(4), 'f'.repeat(64)];

const ENVELOPE: Envelope = {
  version: 1,
  uploadId: 'upload-0001',
  sessionId: 'session-0001',
  runId: 'run-1',
  createdUnixMs: 1_778_587_200_000,
  title: 'Überfahrt 7 – 北門',
  cameras: ['North'],
  startUnixMs: 1,
  endUnixMs: 2,
  hasPictures: true,
  sessionKey: KEY,
  file: {
    byteCount: 1500,
    sha256: 'a'.repeat(64),
    pieceBytes: 1000,
    pieceDigests: joinDigests(DIGESTS),
  },
  seal: 'd'.repeat(64),
};

const tampered: unknown = expect.objectContaining({ code: 'SYNC_TAMPERED' });

describe('an envelope', () => {
  it('is read back as it was written, with the checksum of each piece', () => {
    const read = readEnvelope(writeEnvelope(ENVELOPE), 'upload-0001');
    expect(read).toEqual(ENVELOPE);
    expect([0, 1].map((index) => pieceDigest(read, index))).toEqual(DIGESTS);
  });

  it('does not tell the length of a title by its size', () => {
    const sizeOf = (title: string) =>
      new TextEncoder().encode(writeEnvelope({ ...ENVELOPE, title })).length;
    expect(sizeOf('ü'.repeat(20))).toBe(sizeOf(''));
  });

  it('is refused for another session, in another shape, or with checksums missing', () => {
    expect(() => readEnvelope(writeEnvelope(ENVELOPE), 'upload-0002')).toThrow(tampered);
    expect(() => readEnvelope('{"version":1}', 'upload-0001')).toThrow(tampered);
    expect(() => readEnvelope('no JSON', 'upload-0001')).toThrow(tampered);
    const file = { ...ENVELOPE.file, pieceDigests: joinDigests(DIGESTS.slice(1)) };
    expect(() => readEnvelope(writeEnvelope({ ...ENVELOPE, file }), 'upload-0001')).toThrow(
      tampered,
    );
  });

  it('says when pieces are missing, too many or of another size', () => {
    const piece = (plain: number) => ({
      byteCount: encryptedByteCount(plain),
      sha256: 'b'.repeat(64),
    });
    expect(() => expectPlannedPieces(ENVELOPE, [piece(1000), piece(500)])).not.toThrow();
    for (const pieces of [
      [piece(1000)],
      [piece(1000), piece(499)],
      [piece(500), piece(1000)],
      [piece(1000), piece(500), piece(1)],
    ])
      expect(() => expectPlannedPieces(ENVELOPE, pieces)).toThrow(tampered);
  });

  it('that would not fit is refused before anything is sent', () => {
    const cameras = Array.from({ length: 400 }, () => 'x'.repeat(200));
    expect(() => writeEnvelope({ ...ENVELOPE, cameras })).toThrow(
      expect.objectContaining({ code: 'SYNC_FULL' }),
    );
  });
});

describe('a share link', () => {
  const link = {
    url: 'https://cars.example/sub',
    id: 'upload-0001',
    secret: 'A'.repeat(43),
    sessionKey: KEY,
    expiresUnixMs: 1_900_000_000_000,
  };

  it('carries everything in the fragment, which no server sees', () => {
    const text = writeShareLink('https://app.example/?x=1#old', link);
    expect(new URL(text).origin + new URL(text).pathname).toBe('https://app.example/');
    expect(new URL(text).search).toBe('');
    expect(readShareLink(text)).toEqual(link);
  });

  it('cut short or changed is refused', () => {
    const text = writeShareLink('https://app.example/', link);
    for (const wrong of [
      text.slice(0, text.lastIndexOf(',')),
      text.slice(0, text.lastIndexOf(',') + 1),
      text.replace('#', '?'),
      text.replace('upload', '../up'),
      '#share=%',
      '',
    ])
      expect(() => readShareLink(wrong)).toThrow(expect.objectContaining({ code: 'SYNC_REFUSED' }));
  });
});

describe('the address of an endpoint', () => {
  it('is taken as people write it', () => {
    expect(readEndpointUrl(' cars.example/ ')).toBe('https://cars.example');
    expect(readEndpointUrl('http://localhost:8787')).toBe('http://localhost:8787');
    expect(readEndpointUrl('HTTPS://Cars.Example:8443/a/')).toBe('https://cars.example:8443/a');
  });

  it('is refused where it is none, unencrypted beyond this machine, or carries a password', () => {
    for (const wrong of ['', 'http://cars.example', 'ftp://x', 'https://a:b@c', 'https://c/?q=1'])
      expect(() => readEndpointUrl(wrong)).toThrow(
        expect.objectContaining({ code: 'SYNC_NOT_AN_ENDPOINT' }),
      );
  });
});

describe('the record of a vault', () => {
  it('is read back as it was written, and is nothing else', () => {
    const record = { version: 1 as const, sealed: 'QUJD', check: 'c'.repeat(64) };
    expect(readVaultRecord(writeVaultRecord(record))).toEqual(record);
    expect(readVaultRecord(btoa('{"version":2}'))).toBeNull();
    expect(readVaultRecord(btoa('no JSON'))).toBeNull();
  });
});
