import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encryptedByteCount,
  MAX_SENT_PIECES,
  planPieces,
} from '../../../src/core/sync-format/piece-plan';

describe('the plan of pieces', () => {
  it('knows the size of an encrypted piece before it is encrypted', async () => {
    const recipient = await identityToRecipient(await generateX25519Identity());
    for (const byteCount of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
      const encrypter = new Encrypter();
      encrypter.addRecipient(recipient);
      const { length } = await encrypter.encrypt(new Uint8Array(byteCount));
      expect(encryptedByteCount(byteCount)).toBe(length);
    }
  });

  it('covers every byte once, in order, in pieces that are full but for the last', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 100, max: 5000 }),
        (byteCount, pieceBytes) => {
          const pieces = planPieces(byteCount, pieceBytes);
          expect(pieces[0]?.start).toBe(0);
          expect(pieces.at(-1)?.end).toBe(byteCount);
          pieces.forEach(({ index, start, end }, place) => {
            expect(index).toBe(place);
            expect(start).toBe(place * pieceBytes);
            if (place < pieces.length - 1) expect(end - start).toBe(pieceBytes);
            else expect(end).toBeGreaterThan(start);
          });
        },
      ),
    );
  });

  it('refuses a file of more pieces than an envelope has room for', () => {
    expect(planPieces(MAX_SENT_PIECES * 10, 10)).toHaveLength(MAX_SENT_PIECES);
    expect(() => planPieces(MAX_SENT_PIECES * 10 + 1, 10)).toThrow(
      expect.objectContaining({ code: 'SYNC_FULL' }),
    );
  });
});
